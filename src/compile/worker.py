"""Compiles modules for stdlib-pack, inside the build Python.

Exchanges frames over standard input and output: a length (4 bytes, little endian), then that many
bytes. A request is a frame of fields, each with a length and its bytes; the first field is the kind
of request. An answer is a frame that starts with DONE, REFUSED or FAILED.

It only imports built-in modules, so that it starts quickly.
"""

import sys

import _ast
import _imp
import marshal

MARK = b"stdlib-pack worker 1\n"
# Answers: success; the source does not compile; the request is unknown.
DONE, REFUSED, FAILED = b"+", b"-", b"!"
ONLY_AST = 0x0400  # ast.PyCF_ONLY_AST, in Include/cpython/compile.h


def field(data):
    return len(data).to_bytes(4, "little") + data


def text(value):
    return str(value).encode("utf-8", "surrogateescape")


def fields(data):
    found, start = [], 0
    while start < len(data):
        end = start + 4 + int.from_bytes(data[start:start + 4], "little")
        found.append(data[start + 4:end])
        start = end
    return found


# ---- introduction -----------------------------------------------------------------------------


def extension_modules(os):
    """Returns the names of the extension modules in the folders of sys.path."""
    suffixes = tuple(_imp.extension_suffixes())
    found = set()
    for folder in sys.path:
        try:
            files = os.listdir(folder)
        except OSError:
            continue
        found.update(name.split(".")[0] for name in files if name.endswith(suffixes))
    return found


def magic_number():
    bootstrap = sys.modules["_frozen_importlib_external"]
    return int.from_bytes(bootstrap.MAGIC_NUMBER[:2], "little")


# A source that uses most of the syntax, so that its bytecode distinguishes compilers.
PROBE = b"""'Text.'
import sys, os.path as path
from . import *
@print
class A(dict, metaclass=type):
    x: int = 1 + 2 * 3
    def f(self, a, /, b=1, *c, d: int = 2, **e) -> None:
        'Text.'
        nonlocal_ = lambda: (self, a, b'x', 1.5, 2j, ...)
        assert a, f'{a!r:>{b}} {c=}'
        try:
            with self as s, a.b[1:2]:
                yield from (n for n in c if n not in {1, 2} or not -n)
        except* (ValueError, TypeError) as error:
            raise error from None
        else:
            del a.b
        finally:
            super().f(*c, **e)
async def g(x):
    async for y in x:
        await y
        match y:
            case {'a': [1, *_]} | A(x=2): return [*y, y := 1]
while sys:
    if __debug__: break
    else: continue
"""


def probe():
    try:
        return compiled(b"probe", PROBE, 0).hex()
    except SyntaxError:  # the version is too old to be supported
        return ""


def own_files(os):
    """Returns the files that this process was loaded from: the program, the interpreter's shared library,
    and modules."""
    names = [getattr(sys, "executable", None)]
    try:
        names.append(os.readlink("/proc/self/exe"))
        handle = os.open("/proc/self/maps", os.O_RDONLY)
        maps = b"".join(iter(lambda: os.read(handle, 1 << 16), b""))
        os.close(handle)
        lines = maps.decode("utf-8", "surrogateescape").splitlines()
        names.extend(line[line.find("/"):] for line in lines if "/libpython" in line)
    except (AttributeError, OSError):  # not Linux
        pass
    for module in list(sys.modules.values()):
        names.append(getattr(module, "__file__", None))
        names.append(getattr(module, "__cached__", None))
    return sorted({name for name in names if name and isinstance(name, str)})


def introduction():
    """Returns the facts about this Python for the Rust side, as fields: names and values, in turn."""
    name = "posix" if "posix" in sys.builtin_module_names else "nt"
    os = __import__(name)
    multiarch = getattr(sys.implementation, "_multiarch", "")
    flags = getattr(sys, "abiflags", "")
    modules = extension_modules(os).union(sys.builtin_module_names)
    facts = [
        ("version", ".".join(map(str, sys.version_info[:3]))),
        ("release", sys.version_info[3] if sys.version_info[3] == "final" else "%s%d" % sys.version_info[3:5]),
        ("build", sys.version),
        ("implementation", sys.implementation.name),
        ("magic", magic_number()),
        ("stdlib", getattr(sys, "_stdlib_dir", None) or ""),
        ("extensions", next((path for path in sys.path if path.endswith("lib-dynload")), "")),
        ("sys-platform", sys.platform),
        ("os-name", name),
        ("sysconfigdata", "%s_%s_%s" % (flags, sys.platform, multiarch)),
        ("c-modules", " ".join(sorted(modules))),
        ("files", "\n".join(own_files(os))),
        ("probe", probe()),
    ]
    return b"".join(field(text(key)) + field(text(value)) for key, value in facts)


# ---- compiling --------------------------------------------------------------------------------


def compiled(path, source, optimize):
    code = compile(source, path.decode("utf-8", "surrogateescape"), "exec", 0, True, int(optimize))
    return marshal.dumps(code)


# ---- finding imports in sources that the Rust side's parser rejects ---------------------------


def imports(path, source):
    """Returns the imports of a file as lines of tab-separated fields: line, column, where, level, module,
    names. The field "where" is "body", "optional" (in a try) or the name of the function."""
    tree = compile(source, path.decode("utf-8", "surrogateescape"), "exec", ONLY_AST, True, -1)
    found = []

    def visit(node, where, classes):
        kind = type(node).__name__
        if kind in ("Import", "ImportFrom"):
            if kind == "Import":
                named = [(0, alias.name, "") for alias in node.names]
            else:
                names = ",".join(alias.name for alias in node.names)
                named = [(node.level, node.module or "", names)]
            for level, module, names in named:
                row = (node.lineno, node.col_offset + 1, where, level, module, names)
                found.append("\t".join(map(str, row)))
            return
        if kind in ("FunctionDef", "AsyncFunctionDef") and where in ("body", "optional"):
            where = ".".join(classes + [node.name])
        elif kind == "ClassDef":
            classes = classes + [node.name]
        elif kind in ("Try", "TryStar") and where == "body":
            where = "optional"
        for name in node._fields:
            value = getattr(node, name, None)
            for item in value if isinstance(value, list) else [value]:
                if hasattr(item, "_fields"):
                    visit(item, where, classes)

    visit(tree, "body", [])
    return text("\n".join(found))


# ---- the loop ---------------------------------------------------------------------------------


def answer(request):
    kind, arguments = request[0], request[1:]
    try:
        if kind == b"compile":
            return DONE + compiled(*arguments)
        if kind == b"decode":
            source, encoding = arguments
            return DONE + source.decode(encoding.decode()).encode("utf-8")
        if kind == b"imports":
            return DONE + imports(*arguments)
        if kind == b"instructions":
            names = {"__name__": "instructions"}
            exec(arguments[0], names)
            return DONE + text(names["describe"]())
        return FAILED + b"unknown request " + kind
    except SyntaxError as error:
        place = "%s\n%s\n%s" % (error.lineno or 1, error.offset or 1, error.msg)
        return REFUSED + text(place)
    except (LookupError, ValueError, RecursionError, MemoryError) as error:  # null bytes, nesting, size
        return REFUSED + text("1\n1\n%s: %s" % (type(error).__name__, error))


def main():
    """Answers the requests from standard input. Pyodide, which has no such streams, calls answer()."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    # Accidental output must not get into the answers.
    sys.stdout = sys.stderr
    answers.write(MARK + field(introduction()))
    answers.flush()
    while True:
        head = requests.read(4)
        if len(head) < 4:
            return
        request = fields(requests.read(int.from_bytes(head, "little")))
        answers.write(field(answer(request)))
        answers.flush()

