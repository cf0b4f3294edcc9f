"""Makes the seeds that are bytes. Each Python that it is run by makes its own code objects:

    for python in python3.11 python3.12 python3.13 python3.14 python3.15; do $python fuzz/seeds/make.py; done
"""

import io
import json
import marshal
import pathlib
import sys
import zipfile
import zlib

HERE = pathlib.Path(__file__).parent
TIME = (1980, 1, 1, 0, 0, 0)


def keep(path, data):
    path = HERE / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


# ---- code objects -----------------------------------------------------------------------------

CODE = '''
"""Documentation, long enough to be referred to."""
import os as _os, sys
def outer(a, /, b=1.5, *c, d: "annotation of it" = -2j, **e):
    """Documentation, long enough to be referred to."""
    def inner():
        nonlocal a
        a += 12345678901234567890
        return [a async for a in b] if 0 else a in {1, "two", b"3", None}
    try:
        with a as b: yield from inner()
    except* OSError:
        x[1:2] = (True, ..., -1, (), ((), "caf\\xe9", "\\ud800", "\\U0001f40d"))
class C:
    lambda_ = lambda self: (self.__private, f"{self!r}")
'''


def code_objects():
    version = "%d%d" % sys.version_info[:2]
    code = CODE.replace("async for", "for").replace("except*", "except")
    keep(f"bytecode/all-{version}.marshal", marshal.dumps(compile(code, "m.py", "exec")))
    small = compile("def f(x): return x in {1, 'long enough a string', 2j}\n", "m.py", "exec")
    for layout in (0, 2, 4):
        keep(f"bytecode/small-{version}-{layout}.marshal", marshal.dumps(small, layout))
    return marshal.dumps(small)


# ---- archives ---------------------------------------------------------------------------------


def archive(files, comment=b"", change=lambda info: None, streamed=False):
    class Unseekable(io.BytesIO):
        def seekable(self):
            return not streamed

        def tell(self):
            if streamed:
                raise io.UnsupportedOperation
            return super().tell()

    out = Unseekable()
    with zipfile.ZipFile(out, "w") as zip:
        for name, text, method in files:
            info = zipfile.ZipInfo(name, TIME)
            info.compress_type = method
            change(info)
            zip.writestr(info, text)
        zip.comment = comment
    return out.getvalue()


def archives():
    stored, deflated = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
    library = [
        ("encodings/__init__.py", "import sys\n", stored),
        ("encodings/utf_8.py", "x = 1\n" * 50, deflated),
        ("os.py", "", deflated),
        ("json/", "", stored),
        ("json/decoder.py", "import re\n", deflated),
        ("pydoc_data/x.css", "a{}", stored),
        ("importlib/_bootstrap_external.py", "\nMAGIC_NUMBER = (3571)\n", stored),
        ("__pycache__/os.pyc", "x", stored),
    ]
    keep("archive/library.zip", archive(library))
    wheel = [
        ("pkg/__init__.py", "import os\n", deflated),
        ("pkg/caf\xe9.py", "", stored),
        ("pkg/_c.so", "\x7fELF", stored),
        ("pkg-1.dist-info/RECORD", "", deflated),
        ("pkg.data/purelib/x.py", "y", stored),
    ]
    keep("archive/wheel.zip", archive(wheel, b"a comment"))
    prefixed = [("python/Lib/" + name, text, method) for name, text, method in library[:2]]
    keep("archive/streamed.zip", archive(prefixed, streamed=True))
    keep("archive/before.zip", b"#!python\n" + archive(prefixed))
    odd = [("/etc/x.py", "", stored), ("../x.py", "", stored), ("C:\\x.py", "", stored)]
    for place, (name, text, method) in enumerate(odd):
        keep(f"archive/unsafe-{place}.zip", archive([(name, text, method)]))
    keep("archive/lzma.zip", archive([("encodings/__init__.py", "x", zipfile.ZIP_LZMA)]))
    keep("archive/bytecode.zip", archive([("encodings/__init__.pyc", "x", stored)]))

    def with_extras(info):
        # ZIP64 sizes that are not needed, a time, and a name in Unicode (0x7075).
        info.extra = b"\x55\x54\x05\0\x03\0\0\0\0" b"\x75\x70\x09\0\x01\0\0\0\0x.py" b"\x01\0\0\0"

    keep("archive/extras.zip", archive(wheel[:2], change=with_extras))
    keep("archive/empty.zip", archive([]))

    def lying(size):
        """Two files of one byte of which the directory says that they have another size, in a ZIP64 field."""
        files, directory = b"", b""
        for name in (b"x.py", b"y.py"):
            sizes = zlib.crc32(b"y").to_bytes(4, "little") + b"\x01\0\0\0" + b"\xff\xff\xff\xff"
            extra = b"\x01\0\x08\0" + size.to_bytes(8, "little")
            both = b"\x2d\0" + bytes(8) + sizes + b"\x04\0\x0c\0"
            directory += b"PK\x01\x02\x2d\0" + both + bytes(10) + len(files).to_bytes(4, "little") + name + extra
            local = b"\x01\0\x10\0" + size.to_bytes(8, "little") + (1).to_bytes(8, "little")
            local = b"PK\x03\x04\x2d\0" + bytes(8) + sizes[:4] + b"\xff" * 8 + b"\x04\0\x14\0" + name + local
            files += local + b"y"
        lengths = len(directory).to_bytes(4, "little") + len(files).to_bytes(4, "little")
        return files + directory + b"PK\x05\x06" + bytes(4) + b"\x02\0\x02\0" + lengths + b"\0\0"

    keep("archive/size-none.zip", lying(0))
    keep("regressions/archive/sizes-beyond-64-bits.zip", lying(2**63))


# ---- what a worker says -----------------------------------------------------------------------


def field(data):
    return len(data).to_bytes(4, "little") + data


def workers(code):
    facts = [
        ("version", "3.13.0"),
        ("release", "candidate"),
        ("build", "3.13.0 (main)"),
        ("implementation", "cpython"),
        ("magic", "3571"),
        ("stdlib", "/lib/python3.13"),
        ("extensions", ""),
        ("sys-platform", "linux"),
        ("os-name", "posix"),
        ("sysconfigdata", "_linux_x86_64-linux-gnu"),
        ("c-modules", "_ast _json zlib"),
    ]
    introduction = b"".join(field(part.encode()) for fact in facts for part in fact)
    mark = b"stdlib-pack worker 1\n" + field(introduction)
    imports = b"\n".join([
        b"1\t1\tbody\t0\tos.path\t",
        b"2\t5\toptional\t2\tup\ta,b",
        b"3\t5\tC.f\t0\tjson\t*",
        b"4\t5\tC.f\t1\t\tx",
    ])
    answers = [b"+" + imports, b"+import os\nx = '\xd1\x8f'\n", b"-7\n3\ninvalid syntax", b"!unknown", b""]
    keep("worker/imports.bin", mark + b"".join(map(field, answers)))
    keep("worker/compiled.bin", mark + field(b"+" + code))
    keep("worker/noise.bin", b"Python 3.13.0 (main)\nType \"help\"\n" + b"x" * 500 + b"\n")
    keep("worker/huge.bin", mark + b"\xff\xff\xff\xff+")


# ---- receipts ---------------------------------------------------------------------------------


def receipts():
    digest = "0123456789abcdef" * 4
    receipt = {
        "schema": 1,
        "tool": "stdlib-pack 0.1.0",
        "python": "3.13",
        "target": "emscripten-browser",
        "profile": {
            "name": "shop",
            "description": "a \"page\": it's\n two lines\t\x7f\u2028",
            "target": "emscripten-browser",
            "roots": ["os"],
            "exclude": [{"modules": ["test"], "reason": "no: 'tests' # here"}],
            "closure": "reachable",
            "optimize": 2,
            "strip": ["docstrings", "lines"],
            "stubs": False,
            "output": {"compress": ["brotli"]},
            "budget": {"bytecode": {"brotli": 400000}, "source": {}},
        },
        "inputs": {
            "stdlib_sha256": digest,
            "app": [{"name": "app.py", "files": 1, "sha256": digest}],
            "build_python": {"version": "3.13.0", "magic": 3571},
        },
        "totals": {
            "modules": 2,
            "stdlib_modules": 629,
            "source_bytes": 10,
            "stdlib_source_bytes": 20,
            "packed_bytes": 30,
        },
        "outputs": {"python313.zip": {"bytes": 30, "sha256": digest}},
        "kept": {
            "os": {"kind": "module", "reason": "root", "bytes": 15, "source_bytes": 5, "source_sha256": digest},
            "stat": {
                "kind": "module",
                "reason": "eager",
                "by": "os",
                "line": 28,
                "detail": "f()",
                "bytes": 15,
                "source_bytes": 5,
            },
        },
        "dropped": {"ssl": {"reason": "broken", "detail": "ssl:1 \u2192 _ssl"}, "x": {"reason": "not-reached"}},
        "c_modules": ["posix"],
        "foreign": {"numpy": "app:3"},
    }
    keep("receipt/bytecode.json", json.dumps(receipt, indent=1).encode())
    del receipt["inputs"]["build_python"], receipt["inputs"]["app"]
    odd = [None, True, -0.0, 1e300, 2**64 - 1, -(2**63), "null", "~", "0x1", "1e3", "- a", "", " ", "\ufeff", [], {}]
    receipt["profile"] = {"": odd, "y": {"a b": "#", "1": {"null": [[{}]]}}}
    receipt["kept"]["\u00e9.a: b".replace(" ", "")] = receipt["kept"]["os"]
    keep("receipt/source.json", json.dumps(receipt, ensure_ascii=False).encode())
    keep("receipt/bundles.lock", LOCK.replace("DIGEST", digest).encode())


LOCK = """\
# Written by 'stdlib-pack lock'
version: 1
bundles:
  page:
    tool: stdlib-pack 0.1.0
    python: 3.13.0
    magic: 3571
    target: emscripten-browser
    profile:
      name: page
      roots: [os]
      optimize: 2
    app:
      - {name: app.py, files: 3, sha256: DIGEST}
    outputs:
      python313.zip: {bytes: 30, sha256: DIGEST}
    modules:
      os: {reason: root, bytes: 15, source: DIGEST}
      stat: {reason: eager, by: os, bytes: 1.5 KB}
"""


small = code_objects()
if sys.version_info[:2] == (3, 13):
    archives()
    workers(small)
    receipts()
