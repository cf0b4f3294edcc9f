# Writes down what a program loads of the standard library. Python imports this file as 'sitecustomize' when it starts:
# it lies in a folder of its own, which PYTHONPATH names, beside the log. Each line of the log is written by itself,
# since a program may end at any time.
#
# Only modules are imported that every interpreter has loaded by now: it would stay unknown whether the program loads any
# other. Programs also start other versions of Python, and those must be able to read this file.

import os
import sys


def step_aside():
    """Removes the traces of this file, so that the next 'import sitecustomize' finds the user's own."""
    folder = os.path.dirname(__file__)
    if folder in sys.path:
        sys.path.remove(folder)
    sys.path_importer_cache.pop(folder, None)
    del sys.modules["sitecustomize"]


def make_writer():
    """Returns a function that writes a line, unless the last line about that value was of the same kind."""
    # Bound now, since programs replace functions of os.
    open_file, write_bytes, close_file = os.open, os.write, os.close
    log = os.path.join(os.path.dirname(__file__), "log")
    flags = os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0)
    version = "%d.%d" % sys.version_info[:2]
    last = {}

    def write(kind, value):
        if last.get(value) == kind:
            return
        last[value] = kind
        line = "\t".join((version, kind, value.replace("\n", " "))) + "\n"
        try:
            # Not kept open: programs close descriptors that they do not know, and their numbers are used again.
            file = open_file(log, flags)
            try:
                write_bytes(file, line.encode("utf-8", "backslashreplace"))
            finally:
                close_file(file)
        except OSError:
            pass

    return write


def make_names():
    """Returns functions that give the path of a file in the library, and the module of a code object or file."""
    library = sys._stdlib_dir
    names = sys.stdlib_module_names

    def path_in_library(path):
        """With slashes; None for other files, among them what is installed in the library's folder."""
        if not library or not path.startswith(library):
            return None
        path = path[len(library) + 1 :].replace("\\", "/")
        return None if "-packages/" in path or "__pycache__/" in path else path

    def is_standard(name):
        top = name.partition(".")[0]
        # The names lack tests, and what describes the build.
        return top in names or top == "test" or top.startswith("_sysconfigdata_")

    def module_of(path):
        """The name of the library's module in a source file, or in frozen code; None for others."""
        if path.startswith("<frozen ") and path.endswith(">"):
            name = path[len("<frozen ") : -1]
        else:
            path = path_in_library(path)
            if path is None or not path.endswith(".py"):
                return None
            name = path[: -len(".py")].removesuffix("/__init__").replace("/", ".")
        return name if is_standard(name) else None

    def is_extension(name, path):
        return is_standard(name) and isinstance(path, str) and "-packages" not in path

    return path_in_library, module_of, is_extension


def at_exit(function):
    is_loaded = "atexit" in sys.modules
    # It is part of every interpreter, but the program may load it or not.
    import atexit

    atexit.register(function)
    if not is_loaded:
        del sys.modules["atexit"]


def record():
    """Writes what is loaded already, and from now on what the program loads."""
    modules = sys.modules
    is_finalizing = sys.is_finalizing
    built_in = sys.builtin_module_names
    writing = os.O_WRONLY | os.O_RDWR
    write = make_writer()
    path_in_library, module_of, is_extension = make_names()
    # Modules whose import has begun, and may fail.
    pending = []

    def settle():
        """Takes back the modules that could not be imported: these are gone. Any event, or the end, comes after."""
        if is_finalizing():
            return
        begun = pending[:]
        del pending[:]
        for name in begun:
            module = modules.get(name)
            if module is None:
                write("failed", name)
            elif getattr(getattr(module, "__spec__", None), "_initializing", False):
                pending.append(name)

    def on_exec(code):
        if getattr(code, "co_name", None) != "<module>":
            return
        name = module_of(code.co_filename)
        if name is not None:
            write("module", name)
            # One that is run with -m has another name.
            if name in modules and name not in pending:
                pending.append(name)

    def on_import(name, path=None, *_):
        if name in built_in or path is not None and is_extension(name, path):
            write("module", name)

    def on_open(path, mode=None, flags=0, *_):
        if isinstance(path, bytes):
            path = path.decode("utf-8", "surrogateescape")
        if not isinstance(path, str) or isinstance(flags, int) and flags & writing:
            return
        path = path_in_library(path)
        if path and not path.endswith((".py", ".pyc", ".so", ".pyd")):
            write("data-file", path)

    actions = {"exec": on_exec, "import": on_import, "open": on_open}

    def hook(event, arguments):
        if pending:
            settle()
        action = actions.get(event)
        if action is not None:
            action(*arguments)

    write("start", sys.platform + "\t" + (sys._stdlib_dir or ""))
    for name, module in list(modules.items()):
        spec = getattr(module, "__spec__", None)
        origin = getattr(spec, "origin", None)
        # Others are aliases, such as os.path.
        if getattr(spec, "name", None) != name or not isinstance(origin, str):
            continue
        if origin in ("built-in", "frozen") or module_of(origin) == name or is_extension(name, origin):
            by_interpreter = origin in ("built-in", "frozen") or name.partition(".")[0] == "encodings"
            write("startup-module" if by_interpreter else "site-module", name)
    at_exit(settle)
    sys.addaudithook(hook)


step_aside()
try:
    # An error says that there is none, which is as it would be without this file.
    import sitecustomize
finally:
    # Since Python 3.11.
    if hasattr(sys, "_stdlib_dir"):
        record()
