# Says what the interpreter is and has, as lines of two words: a kind and a value.


def origin_of(module):
    return getattr(getattr(module, "__spec__", None), "origin", None) or ""


def of_file(module):
    """Whether a Python module was read from a file."""
    return origin_of(module).endswith((".py", ".pyc"))


def is_c_module(name):
    """Whether it can be imported, and is not a Python module of that name."""
    try:
        __import__(name)
    except BaseException:
        return False
    return not of_file(sys.modules[name])


def of_nobody(name, module):
    """Whether the program around the interpreter made it: no importer of Python's knows it."""
    spec = getattr(module, "__spec__", None)
    if name == "__main__" or spec is None:
        return False
    inside = ("built-in", "frozen")
    return spec.origin not in inside and not of_file(module) and not getattr(spec, "has_location", True)


def extensions():
    import _imp

    suffixes = tuple(_imp.extension_suffixes())
    found = set()
    for folder in sys.path:
        if "site-packages" in folder or not suffixes:
            continue
        try:
            files = posix.listdir(folder or ".")
        except OSError:
            continue
        found.update(name.split(".")[0] for name in files if name.endswith(suffixes))
    return found


def processes_start():
    """Both functions may exist and always fail: Emscripten's C library has stubs that set ENOSYS."""
    try:
        child = posix.fork()
    except (AttributeError, OSError):
        pass
    else:
        if child == 0:
            posix._exit(0)
        posix.waitpid(child, 0)
        return True
    try:
        posix.posix_spawn("", [""], {})
    except FileNotFoundError:
        # It looked for the program.
        return True
    except (AttributeError, OSError):
        pass
    return False


def threads_start():
    import _thread

    try:
        _thread.start_new_thread(lambda: None, ())
    except RuntimeError:
        return False
    return True


def sockets_open():
    try:
        import _socket

        pair = _socket.socketpair()
    except (ImportError, AttributeError, OSError):
        return False
    for end in pair:
        end.close()
    return True


def probe(candidates):
    at_start = dict(sys.modules)
    # What installed packages have imported says nothing about the interpreter.
    of_packages = any("site-packages" in origin_of(module) for module in at_start.values())
    for name in sorted(at_start):
        if of_file(at_start[name]) and not of_packages:
            say("start-up", name)
        elif of_nobody(name, at_start[name]):
            say("own", name)
    say("release", "%d.%d.%d" % sys.version_info[:3])
    say("sys-platform", sys.platform)
    multiarch = getattr(sys.implementation, "_multiarch", "")
    say("sysconfigdata", "%s_%s_%s" % (getattr(sys, "abiflags", ""), sys.platform, multiarch))
    import _imp

    for name in _imp._frozen_module_names():
        say("frozen", name)
    # Before there are threads: a process with threads should not fork.
    for name, works in (("processes", processes_start), ("threads", threads_start), ("sockets", sockets_open)):
        say("works" if works() else "fails", name)
    built_in = set(sys.builtin_module_names)
    for name in sorted(built_in):
        say("built-in", name)
    for name in sorted(extensions()):
        say("extension", name)
    for name in candidates:
        if name not in built_in:
            say("begin", name)
            if is_c_module(name):
                say("extension", name)
    say("done", "")


