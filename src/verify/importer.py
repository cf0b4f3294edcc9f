# Imports modules one after the other. For each it says "begin MODULE", then "good MODULE ORIGIN" or
# "bad MODULE ERROR".


def origin_of(module):
    spec = getattr(module, "__spec__", None)
    origin = getattr(spec, "origin", None)
    if origin is None:
        # A namespace package has folders in place of an origin; aliases have no spec at all.
        places = list(getattr(spec, "submodule_search_locations", None) or [])
        origin = places[0] if places else "built-in"
    return str(origin)


def load(name):
    if name.rpartition(".")[2] != "__main__":
        __import__(name)
        return origin_of(sys.modules[name])
    # Importing it would run a program: it is enough that its code can be found and read.
    package = name.rpartition(".")[0]
    if package:
        __import__(package)
    path = sys.modules[package].__path__ if package else None
    for finder in sys.meta_path:
        spec = finder.find_spec(name, path)
        if spec is not None:
            if spec.loader.get_code(name) is None:
                raise ImportError("no code in " + name)
            return str(spec.origin)
    raise ModuleNotFoundError("No module named " + repr(name))


def attempt(name):
    say("begin", name)
    try:
        origin = load(name)
    except BaseException as error:
        say("bad", name, type(error).__name__ + ": " + str(error))
    else:
        say("good", name, origin)


def attempt_without(zip, name):
    """Imports a module while a zip is missing, as after a failed download, and again once it is there."""
    posix.rename(zip, zip + ".missing")
    attempt(name)
    posix.rename(zip + ".missing", zip)
    attempt(name)


