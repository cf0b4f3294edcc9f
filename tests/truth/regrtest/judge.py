"""CPython's own tests as judges: each test module is taken as an app, packed, and run with nothing
but its bundle as standard library. Every test that passes on the whole library has to pass there.

    python3.13 tests/truth/regrtest/judge.py [--program FILE] [--payload source|bytecode]
        [--flag FLAG ...] [--jobs N] [--tiers] [--keep FOLDER] [test_json ...]

With --tiers, the bundle is in tiers: its zips lie beside each other, and the tests in a folder on the path. Then what
passes with the whole library in one zip has to pass.

Without names it takes every test module there is. The Python that runs this program is the one
that is judged with: it needs its `test` package. Prints one line for each module, and the tests
that differ; exits with 1 if any differs that `out-of-scope.txt`, or for tiers also `out-of-scope-tiers.txt`, does not
explain.
"""

import argparse
import concurrent.futures
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
LIB = Path(sysconfig.get_path("stdlib"))
TESTS = LIB / "test"
VERSION = "python%d.%d" % sys.version_info[:2]
ZIP = "python%d%d.zip" % sys.version_info[:2]
# The longest a module may take on the whole library to be a judge, in seconds.
PATIENCE = 60
# Modules that only lead to tests beside the tested code, in some versions.
DOORS = {"test_ctypes": "ctypes/test", "test_distutils": "distutils/tests", "test_idle": "idlelib/idle_test",
         "test_unittest": "unittest/test"}
# So many differing tests of a module are shown.
SHOWN = 10


class Differs(Exception):
    """Why a module could not be compared."""


def test_modules():
    """Names of the test modules that there are, as `python -m test` finds them."""
    for path in sorted(TESTS.iterdir()):
        if path.name.startswith("test_") and (path.suffix == ".py" or (path / "__init__.py").exists()):
            yield path.stem


def compiles(path):
    """Whether there is such a module; some of the tests' files are wrong on purpose."""
    try:
        compile(path.read_bytes(), str(path), "exec")
    except (OSError, SyntaxError, ValueError):
        return False
    return path.name != "__init__.py"


def beside(name):
    """Modules of the package `test` that a test module imports as its neighbours."""
    path = TESTS / (name + ".py")
    if path.exists():
        source = path.read_text(encoding="utf-8", errors="replace")
        for package, module in re.findall(r"^\s*from \.(\w*) import (\w+)", source, re.MULTILINE):
            neighbour = package or module
            if (TESTS / (neighbour + ".py")).exists():
                yield "test." + neighbour


def run(command, folder, patience, **environment):
    """Runs a command in a folder of its own; the answer is its exit code (None: it took too long)
    and the end of what it said."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    env.update(environment)
    folder.mkdir(parents=True, exist_ok=True)
    log = folder.with_suffix(".log")
    with open(log, "wb") as output:
        process = subprocess.Popen(command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT, start_new_session=True)
        try:
            code = process.wait(patience)
        except subprocess.TimeoutExpired:
            code = None
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
    return code, log.read_text(errors="replace")[-3000:]


def outcomes(report):
    """Test to outcome, as `runner.py` writes them."""
    lines = report.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    return {test: outcome for outcome, _, test in (line.partition(" ") for line in lines)}


def reference(name, folder, python=sys.executable, **environment):
    """Outcomes on the whole library."""
    report = folder / "reference.txt"
    code, said = run([python, "-B", HERE / "runner.py", "test." + name, report], folder / "reference", PATIENCE, **environment)
    if code is None:
        raise Differs("not a judge: takes more than %d s on the whole library" % PATIENCE)
    if not report.exists():
        raise Differs("not a judge: the run on the whole library ends with %s: %s" % (code, last_line(said)))
    return outcomes(report)


def app_of(name):
    """The files of a test module."""
    yield TESTS / name if (TESTS / name).is_dir() else TESTS / (name + ".py")
    if name in DOORS and (LIB / DOORS[name]).is_dir():
        yield LIB / DOORS[name]
    if not (TESTS / name).is_dir():
        # Scripts beside it that it runs by their file names.
        source = (TESTS / (name + ".py")).read_text(encoding="utf-8", errors="replace")
        scripts = re.findall(r"[\"'/]([\w-]+\.py)[\"']", source)
        # And other modules beside it that it takes tests from; `test.support` is the library's own.
        scripts += [module + end for module in re.findall(r"\btest(?:\.| import )(\w+)", source) for end in (".py", "")]
        for script in sorted(set(scripts) - {name + ".py"}):
            folder = (TESTS / script).is_dir()
            if folder and script.startswith("test_") or script.endswith(".py") and compiles(TESTS / script):
                yield TESTS / script


def pack(name, folder, options, *flags):
    """Packs the test module as an app."""
    apps = [*app_of(name), HERE / "runner.py"]
    command = [options.program, "--profile", HERE / "judge.yaml", "--payload", options.payload, "--quiet",
               *(word for app in apps for word in ("--app", app)),
               *(word for module in beside(name) for word in ("--root", module)), "--build-python", sys.executable,
               "--out", folder / "dist", *options.flag, *flags]
    code, said = run(command, folder / "pack", 300)
    if code != 0:
        raise Differs("does not pack: " + said.strip())


def unpack(name, folder):
    """Unpacks the bundle of a test module as an installation."""
    python = installation(folder / "prefix")
    library = folder / "prefix/lib" / VERSION
    with zipfile.ZipFile(next((folder / "dist").glob("*.zip"))) as bundle:
        bundle.extractall(library)
        count = len(bundle.namelist())
    copy_app(name, library)
    copy_data(library)
    return python, count


def installation(prefix):
    """Makes an installation without a library, and returns its Python."""
    library = prefix / "lib" / VERSION
    library.mkdir(parents=True)
    (library / "lib-dynload").symlink_to(LIB / "lib-dynload")
    (prefix / "bin").mkdir()
    python = prefix / "bin" / VERSION
    copy_python(python)
    (prefix / "include").symlink_to(Path(sys.prefix) / "include")
    return python


def copy_python(python):
    """Copies the interpreter: a link would be followed to the whole library."""
    own = Path(os.path.realpath(sys.executable))
    shutil.copy(own, python)
    start = own.read_bytes()[:4096]
    if start.startswith(b"#!"):
        # What tests/setup/pythons.sh unpacks is started by a script, which looks for the program beside it.
        python.write_bytes(start.replace(b"${self%/*}/../root", bytes(own.parent.parent / "root")))


def copy_app(name, library):
    """The app's own files: a bundle has none of them, unless the app imports itself by its place in
    the library."""
    for path in app_of(name):
        target = library / path.relative_to(LIB)
        if path.is_dir():
            shutil.copytree(path, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)


def copy_data(library):
    """What is no module in the tests' folder is data that tests read."""
    for folder, folders, files in os.walk(TESTS):
        folders[:] = [inner for inner in folders if inner != "__pycache__"]
        target = library / Path(folder).relative_to(LIB)
        for file in files:
            inert = not file.endswith((".py", ".pyc")) or any("-" in part or part.endswith("data") for part in
                                                              (Path(folder).relative_to(TESTS) / file).with_suffix("").parts)
            if inert and not file.endswith(".pyc"):
                target.mkdir(parents=True, exist_ok=True)
                if not (target / file).exists():
                    copy(Path(folder) / file, target / file)


def copy(source, target):
    """A file of its own, for tests that tell files from links; no bytes are copied where that can be."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)


def last_line(text):
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1][:300] if lines else "no word"


class Whole:
    """An installation with the whole library in one zip, and the tests in a folder of their own."""

    def __init__(self, folder):
        self.python = installation(folder / "prefix")
        with zipfile.ZipFile(folder / "prefix/lib" / ZIP, "w") as archive:
            for path in LIB.rglob("*"):
                parts = path.relative_to(LIB).parts
                if path.is_file() and parts[0] not in ("test", "site-packages", "lib-dynload") and "__pycache__" not in parts:
                    archive.write(path, path.relative_to(LIB))
        self.app = folder / "app"
        shutil.copytree(TESTS, self.app / "test", copy_function=copy, ignore=shutil.ignore_patterns("__pycache__"))


def compare_tiers(name, options, whole):
    """The same as `compare` for a bundle in tiers."""
    folder = Path(tempfile.mkdtemp(dir=options.keep))
    (folder / "judge.txt").write_text(name)
    try:
        expected = reference(name, folder, whole.python, PYTHONPATH=str(whole.app))
        good = {test for test, outcome in expected.items() if outcome == "passed"}
        if not good:
            raise Differs("not a judge: nothing passes with the library in a zip")
        pack(name, folder, options, "--tiers")
        python = installation(folder / "prefix")
        for file in (folder / "dist").glob("*.zip"):
            copy(file, folder / "prefix/lib" / file.name)
        report = folder / "bundle.txt"
        code, said = run([python, "-B", HERE / "runner.py", "test." + name, report], folder / "bundle", 3 * PATIENCE,
                         PYTHONPATH=str(whole.app))
        if not report.exists():
            raise Differs("ends with %s: %s" % (code, last_line(said)))
        found = outcomes(report)
        differing = {test: found.get(test, "not run") for test in good if found.get(test) != "passed"}
        files = report.with_suffix(".files").read_text(errors="surrogateescape")
        loaded = {tier: files.count("%s%szip%s" % (ZIP[:-3], tier, os.sep)) for tier in ("", "later.", "rest.")}
        return "%d of %d pass, %d modules from start, %d from later, %d from rest" % (
            len(good) - len(differing), len(good), *loaded.values()), differing
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


def compare(name, options):
    """The module's line for the table, and its tests that differ."""
    folder = Path(tempfile.mkdtemp(dir=options.keep))
    # Some tests look for their own names in paths.
    (folder / "judge.txt").write_text(name)
    try:
        expected = reference(name, folder)
        good = {test for test, outcome in expected.items() if outcome == "passed"}
        if not good:
            raise Differs("not a judge: nothing passes on the whole library")
        pack(name, folder, options)
        python, count = unpack(name, folder)
        report = folder / "bundle.txt"
        code, said = run([python, "-B", HERE / "runner.py", "test." + name, report], folder / "bundle", 3 * PATIENCE)
        if not report.exists():
            raise Differs("ends with %s: %s" % (code, last_line(said)))
        found = outcomes(report)
        differing = {test: found.get(test, "not run") for test in good if found.get(test) != "passed"}
        return "%d of %d pass, %d modules" % (len(good) - len(differing), len(good), count), differing
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


def explained(files):
    """Name of a test, or of a module with tests, to why it does not count."""
    reasons = {}
    for file in files:
        for line in (HERE / file).read_text().splitlines():
            if line and not line.startswith("#"):
                test, _, reason = line.partition("  ")
                reasons[test] = reason
    return reasons


def reason_for(test, reasons):
    """Why a test does not count: by its own name, or by that of what it is in."""
    parts = test.split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((reasons[name] for name in names if name in reasons), None)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*")
    parser.add_argument("--program", default="target/release/stdlib-pack", type=os.path.abspath)
    parser.add_argument("--payload", default="source")
    parser.add_argument("--flag", action="append", default=[])
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--tiers", action="store_true")
    parser.add_argument("--keep", type=os.path.abspath)
    options = parser.parse_args()
    if options.keep:
        os.makedirs(options.keep, exist_ok=True)
    reasons = explained(["out-of-scope.txt", *(["out-of-scope-tiers.txt"] if options.tiers else [])])
    names = options.modules or list(test_modules())
    totals = {"clean": 0, "explained": 0, "differing": 0, "no judge": 0}
    tests = 0

    shared = Path(tempfile.mkdtemp(dir=options.keep))
    whole = Whole(shared) if options.tiers else None

    def one(name):
        try:
            return compare_tiers(name, options, whole) if whole else compare(name, options)
        except Differs as why:
            return str(why), None if str(why).startswith("not a judge") else {"test." + name: "all"}

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for name, (line, differing) in zip(names, pool.map(one, names)):
            open_ = {}
            for test, outcome in sorted((differing or {}).items()):
                if reason_for(test, reasons) is None:
                    open_[test] = outcome
            kind = ("no judge" if differing is None else "differing" if open_ else
                    "explained" if differing else "clean")
            totals[kind] += 1
            if differing is not None and "pass" in line:
                tests += int(line.split()[0])
            print("%-10s %s: %s" % (kind, name, line), flush=True)
            for test, outcome in list(open_.items())[:SHOWN]:
                print("           %s: %s" % (outcome, test), flush=True)
            if len(open_) > SHOWN:
                print("           and %d more" % (len(open_) - SHOWN), flush=True)
    if not options.keep:
        shutil.rmtree(shared, ignore_errors=True)
    print(", ".join("%d %s" % (count, kind) for kind, count in totals.items()) + "; %d tests pass" % tests)
    sys.exit(1 if totals["differing"] else 0)


if __name__ == "__main__":
    main()
