"""Import truth: what a fresh interpreter really loads on `import X` is in the import-time closure of X.

    python3.13 tests/truth/imports.py [target/release/stdlib-pack] [--modulefinder]

Tries every module of the standard library of the Python that runs it, prints those whose closure lacks
something (exit code 1), and how much larger the closures are than what is loaded, in bytes of source.
"""

import concurrent.futures
import json
import os
import subprocess
import sys
import sysconfig
import tempfile

ARGUMENTS = [word for word in sys.argv[1:] if not word.startswith("-")]
PROGRAM = os.path.abspath(ARGUMENTS[0] if ARGUMENTS else "target/release/stdlib-pack")
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
    if name not in start and spec is not None and spec.name == name:
        print(name)
"""

FINDER = """
import modulefinder, sys
finder = modulefinder.ModuleFinder()
finder.run_script(sys.argv[1])
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
               "--closure", "import-time", "--build-python", sys.executable, "--quiet", "--no-cache"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        return None
    receipt = next(file for file in os.listdir(out) if file.endswith(".json"))
    with open(os.path.join(out, receipt)) as file:
        receipt = json.load(file)
    return set(receipt["kept"]) | set(receipt["c_modules"])


def try_one(name, folder):
    loaded = python(LOADS, name)
    if not loaded or loaded[0].startswith("failed"):
        return name, None, set(), set()
    loaded = set(loaded)
    found = closure(name, folder)
    if found is None:
        return name, loaded, {"(refused: said to be unimportable)"}, set()
    return name, loaded, loaded - found, found


def main():
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "profile.yaml"), "w") as file:
            file.write("extends: [native]\npayload: source\noutput: {compress: []}\nroots: []\n")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            tried = list(pool.map(lambda name: try_one(name, folder), sorted(set(modules()))))
        tried = [row for row in tried if row[1] is not None]
        # What every closure holds, start-up, counts on both sides.
        base = set.intersection(*(found for _, _, _, found in tried if found))
        ratios = [sum(map(size, found)) / sum(map(size, loaded | base))
                  for _, loaded, _, found in tried if found]
        complete = sum(not missing for _, _, missing, _ in tried)
        for name, _, missing, _ in tried:
            if missing:
                print(f"{name}: lacks {', '.join(sorted(missing))}")
        print(f"Python {sys.version.split()[0]}: {complete} of {len(tried)} modules complete; closure over"
              f" loaded, mean {sum(ratios) / len(ratios):.2f}")
    return complete != len(tried)


sys.exit(main())
