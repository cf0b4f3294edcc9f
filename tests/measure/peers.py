"""Prints modules and kilobytes of source for some roots: the closures of stdlib-pack and of other tools.

    python3.13 tests/measure/peers.py [target/release/stdlib-pack]

The other tools are modulefinder, PyInstaller's module graph and `ruff analyze graph`; the last two are
installed into a temporary folder. Only Python modules of the standard library are counted. The closures of
stdlib-pack also contain the startup modules; the other tools start from `import ROOT` alone.
"""

import json
import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else "target/release/stdlib-pack"
LIB = Path(sysconfig.get_path("stdlib"))
ROOTS = ("json re dataclasses datetime decimal logging argparse pathlib typing asyncio unittest email"
         " urllib.request csv sqlite3 xml.etree.ElementTree").split()
PROFILE = "extends: [native]\nroots: []\npayload: source\noutput: {compress: []}\n"
MODULEFINDER = """
import modulefinder, sys
finder = modulefinder.ModuleFinder()
finder.run_script(sys.argv[1])
for module in finder.modules.values():
    print(module.__file__)
"""
PYINSTALLER = """
import sys
from PyInstaller.lib.modulegraph.modulegraph import ModuleGraph
graph = ModuleGraph()
graph.add_script(sys.argv[1])
for node in graph.iter_graph():
    print(getattr(node, "filename", None))
"""


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def counted(files):
    """Modules and kilobytes of the library sources among these files."""
    files = {Path(file) for file in files if file and file.endswith(".py")}
    own = [file for file in files if LIB in file.parents and "site-packages" not in file.parts]
    return "%d / %d" % (len(own), sum(file.stat().st_size for file in own) // 1000)


def closure(root, kind, folder):
    said = output(PROGRAM, "--profile", folder / "profile.yaml", "--root", root, "--closure", kind, "--json",
                  "--build-python", sys.executable, "--out", folder / "out", "--no-cache")
    totals = json.loads(said)["totals"]
    return "%d / %d" % (totals["modules"], totals["source_bytes"] // 1000)


def ruff_graph(ruff):
    """The import graph of the whole library, by file."""
    said = output(ruff, "analyze", "graph", "--preview", "--isolated", "--direction", "dependencies", LIB)
    base = Path.cwd()
    resolve = lambda file: str((base / file).resolve())
    return {resolve(file): {resolve(to) for to in imports} for file, imports in json.loads(said).items()}


def reached(graph, root):
    stem = LIB.resolve() / root.replace(".", "/")
    start = next(str(file) for file in (stem.with_suffix(".py"), stem / "__init__.py") if file.exists())
    seen, open_ = {start}, [start]
    while open_:
        for file in graph.get(open_.pop(), ()):
            if file not in seen:
                seen.add(file)
                open_.append(file)
    return seen


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "profile.yaml").write_text(PROFILE)
        venv.create(folder / "peers", with_pip=True)
        bin_ = folder / "peers" / "bin"
        output(bin_ / "pip", "-q", "install", "pyinstaller", "ruff")
        graph = ruff_graph(bin_ / "ruff")
        print("| root | import-time | reachable | everything | modulefinder | PyInstaller | ruff |")
        print("|---|---|---|---|---|---|---|")
        for root in ROOTS:
            script = folder / "script.py"
            script.write_text("import %s\n" % root)
            row = [closure(root, kind, folder) for kind in ("import-time", "reachable", "everything")]
            row.append(counted(output(sys.executable, "-c", MODULEFINDER, script).split("\n")))
            row.append(counted(output(bin_ / "python", "-c", PYINSTALLER, script).split("\n")))
            row.append(counted(reached(graph, root)))
            print("| %s | %s |" % (root, " | ".join(row)), flush=True)


if __name__ == "__main__":
    main()
