"""Import truth: what a fresh interpreter really loads on `import X` is in the import-time closure of X.

    python3.13 tests/truth/imports.py [--program target/release/stdlib-pack] [--every N] [--modulefinder]

Tries every module of the standard library of the Python that runs it, prints those whose closure lacks
something (exit code 1), and how much larger the closures are than what is loaded, in bytes of source.
With --every N, of N modules one is tried; with --modulefinder, the same is said of modulefinder's answers.
"""

import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
import sysconfig
import tempfile

PARSER = argparse.ArgumentParser(description=__doc__.splitlines()[0])
PARSER.add_argument("--program", default="target/release/stdlib-pack", type=os.path.abspath)
PARSER.add_argument("--manifests", help="a folder in place of the facts in the program")
PARSER.add_argument("--every", default=1, type=int)
PARSER.add_argument("--modulefinder", action="store_true")
OPTIONS = PARSER.parse_args()
PROGRAM = OPTIONS.program
MANIFESTS = ["--manifests", OPTIONS.manifests] if OPTIONS.manifests else []
LIB = sysconfig.get_path("stdlib")
SKIPPED = ("test", "idlelib", "turtledemo", "lib2to3.tests", "site-packages", "__pycache__")
# They open a browser, print, start a program, or name themselves as something else.
NOT_TRIED = ("antigravity", "this", "__main__", "__phello__")

LOADS = """
import sys
start = set(sys.modules)
try:
    __import__(sys.argv[1])
except BaseException as error:
    print("failed", type(error).__name__)
    sys.exit()
for name, module in sorted(sys.modules.items()):
    # Names without a spec are made by other modules: pyexpat.errors, typing.io.
    spec = getattr(module, "__spec__", None)
    # What a build says of its missing modules is never packed.
    if name not in start and spec is not None and spec.name == name != "_missing_stdlib_info":
        print(name)
"""

FINDER = """
import modulefinder, sys
finder = modulefinder.ModuleFinder()
finder.import_hook(sys.argv[1])
print("\\n".join(finder.modules))
"""


def modules():
    for folder, folders, files in os.walk(LIB):
        folders[:] = sorted(f for f in folders if f not in SKIPPED and f not in ("tests", "lib-dynload")
                            and not f.startswith("config-"))
        package = os.path.relpath(folder, LIB).replace(os.sep, ".")
        for file in files:
            name, extension = os.path.splitext(file)
            if extension != ".py" or name.startswith("_sysconfigdata"):
                continue
            whole = name if package == "." else package + "." + name
            whole = whole.removesuffix(".__init__")
            if whole.rpartition(".")[2] not in NOT_TRIED:
                yield whole
    yield from (name for name in sys.builtin_module_names if name != "__main__")


def python(program, argument):
    command = [sys.executable, "-I", "-S", "-B", "-W", "ignore", "-c", program, argument]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    return done.stdout.split("\n")[:-1]


def size(name):
    path = os.path.join(LIB, name.replace(".", "/"))
    for file in (path + ".py", path + "/__init__.py"):
        if os.path.exists(file):
            return os.path.getsize(file)
    return 0


def closure(name, folder):
    out = os.path.join(folder, name)
    command = [PROGRAM, "--profile", os.path.join(folder, "profile.yaml"), "--root", name, "--out", out,
               "--closure", "import-time", "--build-python", sys.executable, "--quiet", "--no-cache", *MANIFESTS]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        return None
    receipt = next(file for file in os.listdir(out) if file.endswith(".json"))
    with open(os.path.join(out, receipt)) as file:
        receipt = json.load(file)
    return set(receipt["kept"]) | set(receipt["c_modules"])


def try_one(name, folder):
    """The module, what importing it loads, and what its closure holds by each way to take it."""
    loaded = python(LOADS, name)
    if not loaded or loaded[0].startswith("failed"):
        return name, None, {}
    found = {"closure": closure(name, folder)}
    if OPTIONS.modulefinder:
        found["modulefinder"] = set(python(FINDER, name))
    return name, set(loaded), found


def tell(kind, tried):
    """Prints what a closure lacks and how large it is; whether it lacks nothing."""
    lacks = {name: loaded - found[kind] if found[kind] is not None else {"(refused: said to be unimportable)"}
             for name, loaded, found in tried}
    closures = [(loaded, found[kind]) for _, loaded, found in tried if found[kind]]
    # What every closure holds, start-up, counts on both sides.
    base = set.intersection(*(found for _, found in closures))
    ratios = [sum(map(size, found)) / max(1, sum(map(size, loaded | base))) for loaded, found in closures]
    complete = sum(not missing for missing in lacks.values())
    if kind == "closure":
        for name, missing in lacks.items():
            if missing:
                print(f"{name}: lacks {', '.join(sorted(missing))}")
    print(f"Python {sys.version.split()[0]}, {kind}: {complete} of {len(tried)} modules complete; size over"
          f" loaded, mean {sum(ratios) / len(ratios):.2f}")
    return complete == len(tried)


def main():
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "profile.yaml"), "w") as file:
            file.write("extends: [native]\npayload: source\noutput: {compress: []}\nroots: []\n")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            tried = pool.map(lambda name: try_one(name, folder), sorted(set(modules()))[::OPTIONS.every])
            tried = [row for row in tried if row[1] is not None]
    fine = tell("closure", tried)
    if OPTIONS.modulefinder:
        tell("modulefinder", tried)
    return not fine


sys.exit(main())
