"""Compares the sizes of bundles with the output of other tools, for every Python in tests/tools, in one run.

    cargo build --release && make setup && python3.13 tests/measure/sizes.py > table.md

Needs the `brotli` command, which is the encoder in C. Installs python-minifier, and computes modulefinder's closure. Every
figure is of files that were written and read again. Prints a Markdown table.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).parents[2]
PROGRAM = ROOT / "target/release/stdlib-pack"
TOOLS = ROOT / "tests/tools"
PYODIDE = TOOLS / "node/node_modules/pyodide-314.0.7"
LINELESS = "docstrings,lines,asserts,annotations,main-blocks,dead-branches"
MINIFIER = "python-minifier==3.4.0"

FINDER = """
import modulefinder, sys, json
finder = modulefinder.ModuleFinder()
finder.run_script(sys.argv[1])
print(json.dumps({name: module.__file__ for name, module in finder.modules.items() if module.__file__}))
"""

COMPILE = """
import importlib._bootstrap_external as b, marshal, sys, zipfile
target, optimize = sys.argv[1], int(sys.argv[2])
with zipfile.ZipFile(target, "w") as archive:
    for line in sys.stdin.read().splitlines():
        name, path = line.split("\\t")
        source = open(path, "rb").read()
        try:
            code = compile(source, name, "exec", dont_inherit=True, optimize=optimize)
        except (SyntaxError, ValueError):
            continue
        pyc = b._code_to_hash_pyc(code, b"12345678", False)
        archive.writestr(zipfile.ZipInfo(name + "c"), pyc)
"""

MINIFY = """
import python_minifier, sys
for line in sys.stdin.read().splitlines():
    text = open(line, encoding="utf-8").read()
    try:
        small = python_minifier.minify(text, rename_locals=False, rename_globals=False, remove_literal_statements=True)
    except Exception as error:
        print("left as it is:", line, repr(error)[:80], file=sys.stderr)
        continue
    open(line, "w", encoding="utf-8").write(small)
"""


def run(*command, **options):
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True, **options).stdout


def brotlied(path):
    run("brotli", "-f", "-q", "11", "-w", "24", "-o", str(path) + ".br", path)
    return os.path.getsize(str(path) + ".br")


def ours(scratch, python, profile, *flags, ending="zip.br"):
    out = tempfile.mkdtemp(dir=scratch)
    form = {"zip.br": "brotli", "zip.packed.br": "packed", "zip.zst": "zstd", "deflated.zip": "deflate"}[ending]
    run(PROGRAM, "--profile", profile, "--build-python", python, "--out", out, "-q", "--budget", "9MB",
        "--compress", form, *flags)
    [file] = pathlib.Path(out).glob("*." + ending)
    return file.stat().st_size, next(pathlib.Path(out).glob("python3??.zip"))


def library_of(python):
    return pathlib.Path(run(python, "-c", "import os; print(os.path.dirname(os.__file__))").strip())


def compiled(scratch, python, files, optimize):
    target = tempfile.mktemp(suffix=".zip", dir=scratch)
    lines = "".join(f"{name}\t{path}\n" for name, path in sorted(files.items()))
    run(python, "-W", "ignore", "-c", COMPILE, target, optimize, input=lines)
    return target


def by_modulefinder(scratch, python, library, roots):
    script = os.path.join(scratch, "roots.py")
    with open(script, "w") as file:
        file.write("".join(f"import {root}\n" for root in roots))
    found = json.loads(run(python, "-c", FINDER, script))
    inside = {pathlib.Path(path) for path in found.values() if str(path).startswith(str(library))}
    return {path.relative_to(library).as_posix(): path for path in inside if path.suffix == ".py"}


def minified(scratch, bundle, python, packages):
    """The sources of a bundle by python-minifier, names untouched."""
    folder = tempfile.mkdtemp(dir=scratch)
    zipfile.ZipFile(bundle).extractall(folder)
    paths = sorted(pathlib.Path(folder).rglob("*.py"))
    subprocess.run([python, "-c", MINIFY], check=True, env={**os.environ, "PYTHONPATH": packages}, text=True, input="\n".join(map(str, paths)))
    target = tempfile.mktemp(suffix=".zip", dir=scratch)
    with zipfile.ZipFile(target, "w") as archive:
        for path in paths:
            archive.write(path, path.relative_to(folder).as_posix())
    return brotlied(target)


def restored(scratch):
    """Pyodide's own files, stored and brotli'd."""
    target = tempfile.mktemp(suffix=".zip", dir=scratch)
    with zipfile.ZipFile(PYODIDE / "python_stdlib.zip") as shipped, zipfile.ZipFile(target, "w") as archive:
        for name in shipped.namelist():
            archive.writestr(zipfile.ZipInfo(name), shipped.read(name))
    return brotlied(target)


def roots_of(profile):
    return json.loads(run(PROGRAM, "profile", "show", profile))["roots"]


def main():
    scratch = tempfile.mkdtemp()
    pythons = dict(line.split(" ", 1) for line in (TOOLS / "pythons.txt").read_text().splitlines())
    pythons = {version: path for version, path in pythons.items() if path.startswith("/")}
    rows = {}

    def row(name, version, value):
        rows.setdefault(name, {})[version] = f"{value:,}"

    for version, python in pythons.items():
        library = library_of(python)
        packages = os.path.join(scratch, version)
        run(sys.executable, "-m", "pip", "install", "-q", "--target", packages, MINIFIER)
        for profile in ("browser-minimal", "browser"):
            for name, flags in {
                "bytecode": [],
                "bytecode, `def` lines only": ["--strip", LINELESS],
                "source": ["--payload", "source", "--strip", "docstrings,asserts,annotations,main-blocks,dead-branches"],
                "source, lines gone": ["--payload", "source", "--strip", LINELESS],
            }.items():
                row(f"`{profile}`, {name}", version, ours(scratch, python, profile, *flags)[0])
            row(f"`{profile}`, bytecode, packed", version, ours(scratch, python, profile, ending="zip.packed.br")[0])
            row(f"`{profile}`, bytecode, `def` lines only, packed", version,
                ours(scratch, python, profile, "--strip", LINELESS, ending="zip.packed.br")[0])
            row(f"`{profile}`, bytecode, zstd", version, ours(scratch, python, profile, ending="zip.zst")[0])
            _, plain = ours(scratch, python, profile, "--payload", "source", "--strip", "asserts")
            row(f"sources of `{profile}` by python-minifier, brotli", version, minified(scratch, plain, python, packages))
        row("`browser-minimal`, bytecode, deflated", version, ours(scratch, python, "browser-minimal", ending="deflated.zip")[0])
        app = ROOT / "tests/truth/regrtest/judge.py"
        row("`native --app tests/truth/regrtest/judge.py`, bytecode", version, ours(
            scratch, python, "native", "--app", app, "--optimize", "2", "--strip", "docstrings,columns,dead-branches")[0])
        closure = by_modulefinder(scratch, python, library, roots_of("browser-minimal"))
        row("modulefinder's closure of `browser-minimal`, `-OO`, brotli", version,
            brotlied(compiled(scratch, python, closure, 2)))
    ours_pyodide = "pyodide:" + str(PYODIDE)
    row("Pyodide 314.0.7's own zip", "3.14", (PYODIDE / "python_stdlib.zip").stat().st_size)
    row("its files stored, brotli", "3.14", restored(scratch))
    for profile in ("pyodide", "pyodide-minimal"):
        for name, flags, ending in (
            ("bytecode", [], "zip.br"),
            ("source", ["--payload", "source"], "zip.br"),
            ("bytecode, packed", [], "zip.packed.br"),
            ("bytecode, `def` lines only, packed", ["--strip", LINELESS], "zip.packed.br"),
        ):
            row(f"`{profile}` of Pyodide 314.0.7, {name}", "3.14", ours(scratch, ours_pyodide, profile, *flags, ending=ending)[0])
    shutil.rmtree(scratch)
    print("| bundle | " + " | ".join(pythons) + " |\n|---|" + "---:|" * len(pythons))
    for name, values in rows.items():
        print(f"| {name} | " + " | ".join(values.get(version, "") for version in pythons) + " |")


main()
