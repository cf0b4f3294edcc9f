# Says what a program loads of the library: "before NAME" for each module that was loaded before the program, then
# "loaded NAME" for each other one.


def make_recorder():
    """Returns a function to call when the program has ended."""
    modules = sys.modules
    # Always imported, and from a file of the library.
    library = modules["encodings"].__spec__.origin.rpartition("encodings")[0]

    def is_of_library(name, module):
        spec = getattr(module, "__spec__", None)
        origin = getattr(spec, "origin", None)
        # Others are aliases, such as os.path.
        if getattr(spec, "name", None) != name or not isinstance(origin, str):
            return False
        in_library = origin.startswith(library) and "-packages" not in origin
        return in_library or origin in ("built-in", "frozen") or "/lib-dynload/" in origin

    def loaded():
        return {name for name, module in list(modules.items()) if is_of_library(name, module)}

    before = loaded()
    seen = set()

    def hook(event, _):
        # Programs also remove modules.
        if event == "import":
            seen.update(loaded())

    sys.addaudithook(hook)

    def finish():
        after = seen | loaded()
        say("python", "%d.%d" % sys.version_info[:2], sys.platform)
        for name in sorted(before):
            say("before", name)
        for name in sorted(after - before):
            say("loaded", name)

    return finish


