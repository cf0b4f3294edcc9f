# Runs a program as `python PATH` or `python -m NAME` would, and says "exit CODE" when it has ended, or "raised CODE" when
# an exception ended it.


def start(path, folder, module, arguments):
    main = type(sys)("__main__")
    main.__dict__.update(__file__=path, __builtins__=__builtins__)
    sys.modules["__main__"] = main
    sys.argv = [path, *arguments]
    sys.path.insert(0, folder)
    if module:
        # pymain_run_module in Modules/main.c.
        import runpy

        return runpy._run_module_as_main(module, module != "__main__")
    with open(path, "rb") as file:
        source = file.read()
    exec(compile(source, path, "exec", 0, True), main.__dict__)


def exit_code(end):
    """What the shell would see of SystemExit."""
    if end.code is None:
        return 0
    if isinstance(end.code, int):
        return end.code & 255
    print(end.code, file=sys.stderr)
    return 1


def run(path, folder, module, *arguments):
    """`module` is what `-m` names, or "__main__" for a folder or zip; empty for a script."""
    end, code = "exit", 0
    try:
        start(path, folder, module, arguments)
    except SystemExit as exit:
        code = exit_code(exit)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        end, code = "raised", 1
    sys.stdout.flush()
    say(end, str(code))


