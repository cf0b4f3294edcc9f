"""Measures the facts of stdlib-manifests/python-3.X.yaml on the Python that runs it, and says what is to be decided.

    python3.16 tests/measure/python_facts.py           compares with the manifest; exit code 1 if they differ
    python3.16 tests/measure/python_facts.py --write --before python3.15
                                                       writes the manifest, from that of the version before

With --program target/release/stdlib-pack, it also packs the whole library and compares what importing each module loads
with its closure (tests/truth/imports.py). `make new-python PYTHON=python3.16` does all of this.
"""

import _imp
import argparse
import fnmatch
import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import sysconfig
import tempfile
import textwrap

ROOT = pathlib.Path(__file__).parents[2]
LIBRARY = pathlib.Path(sysconfig.get_path("stdlib"))
VERSION = f"3.{sys.version_info.minor}"
BEFORE = f"3.{sys.version_info.minor - 1}"
# Frozen under names of their own.
BOOTSTRAP = {
    "_frozen_importlib": "importlib._bootstrap",
    "_frozen_importlib_external": "importlib._bootstrap_external",
}
# How an interpreter can be started: each of these may read other codecs from files.
STARTS = [
    ({"LC_ALL": "C.UTF-8"}, []),
    ({"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}, ["-X", "utf8=0"]),
    ({"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "latin-1"}, []),
]
MODULES = """
import pathlib, sys, sysconfig
library = pathlib.Path(sysconfig.get_path("stdlib"))
paths = (path.relative_to(library) for path in library.rglob("*.py"))
names = {".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in paths}
print(*sorted(name for name in names if not name.startswith(("site-packages", "dist-packages", "_sysconfig", "test."))))
print(*sys.stdlib_module_names)
"""
READ_FROM_FILES = "import sys; print(*(n for n, m in sys.modules.items() if getattr(m.__spec__, 'cached', 0)))"
TYPES = """
import marshal, pathlib, sys
found = set()
def look(value):
    found.add(type(value).__name__)
    if isinstance(value, (tuple, frozenset)):
        list(map(look, value))
    elif hasattr(value, "co_consts"):
        list(map(look, value.co_consts))
skipped = {"test", "tests", "idle_test", "site-packages", "dist-packages"}
library = pathlib.Path(sys.argv[1])
for path in library.rglob("*.py"):
    if skipped & set(path.relative_to(library).parts):
        continue
    try:
        look(compile(path.read_bytes(), str(path), "exec", dont_inherit=True))
    except (SyntaxError, ValueError):
        pass
print(marshal.version, *sorted(found))
"""
# All that marshal had for constants in 3.15. A new one needs code in crates/pyc.
KNOWN_TYPES = "Ellipsis NoneType bool bytes code complex ellipsis float frozenset int slice str tuple".split()


def output(*command, **environment):
    ran = subprocess.run(command, env={**os.environ, **environment}, check=True, capture_output=True, text=True)
    return ran.stdout


class Manifest:
    """The text of a manifest, whose top-level keys can be read and replaced."""

    def __init__(self, text):
        self.text = text

    def entry(self, key):
        return re.search(rf"^{key}:.*\n(?:[ \]].*\n)*", self.text, re.M)

    def names(self, key):
        """The names in a list in brackets."""
        found = self.entry(key)
        return re.findall(r"[\w.]+", found[0].partition(":")[2]) if found else []

    def globs(self):
        """The globs of data files, by the folder of their package."""
        entry = self.entry("data-files")[0]
        found = re.findall(r"module: ([\w.]+),?\s+files: \[(.*?)\]", entry, re.S)
        return {module.replace(".", "/"): re.findall(r'[^\s",]+', files) for module, files in found}

    def put(self, key, value):
        """Replaces or appends an entry."""
        if isinstance(value, list):
            line = f"{key}: [{', '.join(value)}]"
            if len(line) > 110:
                names = textwrap.fill(", ".join(value), 108, initial_indent="  ", subsequent_indent="  ")
                line = f"{key}: [\n{names}\n]"
        else:
            line = f"{key}: {value}"
        found = self.entry(key)
        if found:
            self.text = self.text[: found.start()] + line + "\n" + self.text[found.end() :]
        else:
            self.text += f"\n{line}\n"


def measure(before):
    """The facts by key. `before` is the manifest of the version before, or of this one."""
    startup = []
    for environment, options in STARTS:
        names = output(sys.executable, "-Ss", *options, "-c", READ_FROM_FILES, **environment).split()
        startup += [name for name in names if name not in startup]
    frozen = [BOOTSTRAP.get(name, name) for name in _imp._frozen_module_names()]
    # `__phello__` and the like are for tests, and `os.path` is posixpath.
    frozen = [name for name in frozen if not name.startswith("__") and name != "os.path"]
    shared = LIBRARY / "lib-dynload"
    built = set(sys.builtin_module_names)
    built |= {path.name.split(".")[0] for path in (shared.iterdir() if shared.is_dir() else ())}
    built -= set(BOOTSTRAP)
    public = sys.stdlib_module_names
    # What this build lacks may be in others.
    known = {name for name in before.names("c-modules") if name in public}
    tests = {name for name in built if name not in public}
    return {
        "magic": int.from_bytes(importlib.util.MAGIC_NUMBER[:2], "little"),
        "startup": startup,
        "frozen": frozen,
        "c-modules": sorted((built - tests) | known),
        "c-test-modules": sorted(tests),
    }


def uncovered_data_files(manifest):
    """Files in packages that no glob of the manifest has."""
    globs = manifest.globs()
    tests = tuple(name.replace(".", "/") + "/" for name in manifest.names("test-code"))
    skipped = ("site-packages/", "dist-packages/", "lib-dynload/", "config-", *tests)
    found = []
    for path in sorted(LIBRARY.rglob("*")):
        name = path.relative_to(LIBRARY).as_posix()
        is_code = path.suffix in {".py", ".pyc", ".so", ".pyi"} or "__pycache__" in name
        if not path.is_file() or is_code or "/" not in name or name.startswith(skipped):
            continue
        covered = any(
            name.startswith(folder + "/") and fnmatch.fnmatch(name[len(folder) + 1 :], glob.replace("**", "*"))
            for folder, all_globs in globs.items()
            for glob in all_globs
        )
        if not covered:
            found.append(name)
    return found


def decide(title, items):
    if items:
        print(f"\nto decide: {title}")
        for item in items:
            print(f"  {item}")


def compare(standing, measured):
    """Says what the manifest has in another way than this Python. A build may lack C modules that others have."""
    differences = []
    if f"magic: {measured['magic']}\n" not in standing.text:
        differences.append(f"magic: {measured['magic']}")
    for key in ("startup", "frozen", "c-modules", "c-test-modules"):
        listed, found = set(standing.names(key)), set(measured[key])
        if key.startswith("c-"):
            listed |= {*standing.names("c-modules"), *standing.names("c-test-modules")}
        else:
            differences += [f"{key}: {name} is not so here" for name in sorted(listed - found)]
        differences += [f"{key}: {name} is not listed" for name in sorted(found - listed)]
    return differences


def write(file, before, measured, python_before):
    """Writes the manifest, and says which of its entries are only those of the version before."""
    manifest = Manifest(before.text.replace(BEFORE, VERSION))
    for key, value in measured.items():
        manifest.put(key, value)
    (old, old_public), (new, new_public) = (
        [set(line.split()) for line in output(python, "-c", MODULES).splitlines()]
        for python in (python_before, sys.executable)
    )
    gone = sorted(name for name in old_public - new_public if not name.startswith("_"))
    manifest.put("removed", gone)
    file.write_text(manifest.text)
    print(f"written: {file}")
    public = lambda names: sorted(name for name in names if not any(part[0] == "_" for part in name.split(".")))
    decide("detect, has: one that no other version has of", public(new - old))
    decide("detect, lacks: one that every later version may have of", public(old - new))
    added = [name for name in measured["c-modules"] if name not in before.names("c-modules")]
    decide("new C modules: platform-dependent-exports, missing and build-dependent in targets/*.yaml", added)
    return manifest


def try_library(program, manifests):
    """Packs everything, and compares the closures of all modules with what they load."""
    with tempfile.TemporaryDirectory() as folder:
        profile = pathlib.Path(folder, "all.yaml")
        profile.write_text("extends: [native]\noutput: {compress: []}\n")
        pack = [program, "--profile", profile, "--build-python", sys.executable, "--out", folder, "--json"]
        packed = subprocess.run([*pack, "--manifests", manifests], capture_output=True, text=True)
    if packed.returncode:
        decide("the whole library cannot be packed", packed.stderr.splitlines())
    imports = [sys.executable, ROOT / "tests/truth/imports.py", "--program", program, "--manifests", manifests]
    loaded = subprocess.run(imports, capture_output=True, text=True)
    decide("hidden-imports.yaml: imports that no closure has", loaded.stdout.splitlines() if loaded.returncode else [])
    return packed.returncode or loaded.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--manifests", type=pathlib.Path, default=ROOT / "stdlib-manifests")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--before", metavar="PYTHON", help="the Python of the version before, for --write")
    parser.add_argument("--program")
    options = parser.parse_args()
    file = options.manifests / f"python-{VERSION}.yaml"
    differences = []
    if options.write:
        if not options.before:
            parser.error("--write needs --before, to know what is new")
        before = Manifest((options.manifests / f"python-{BEFORE}.yaml").read_text())
        manifest = write(file, before, measure(before), options.before)
    elif file.exists():
        manifest = Manifest(file.read_text())
        differences = compare(manifest, measure(manifest))
        print("".join(f"{difference}\n" for difference in differences), end="")
    else:
        sys.exit(f"there is no {file}: --write makes it from that of {BEFORE}")
    decide("data-files: files that no glob has", uncovered_data_files(manifest))
    version, *types = output(sys.executable, "-c", TYPES, LIBRARY).split()
    decide(f"crates/pyc: constants of other types (marshal version {version})", sorted(set(types) - set(KNOWN_TYPES)))
    failed = try_library(options.program, options.manifests) if options.program else 0
    if not differences and not options.write:
        print(f"{file.name}: as measured on {sys.version.split()[0]}")
    sys.exit(1 if differences or failed else 0)


if __name__ == "__main__":
    main()
