"""Runs real programs on the full standard library and on their bundles, and compares the runs.

    run.py [--program PATH] [--python PYTHON] [--tiers] [--app-zip] [--runtime pyodide:DIR] [NAME...]

For each program of corpus.toml: its packages are installed once, into tests/tools/corpus. `programs/use-NAME.py` runs on the
library of PYTHON and on the bundle that stdlib-pack makes for it, with the packages as its dependencies. Output, exit
code and the set of loaded modules have to be equal. The table shows, for each program, the modules of the library that
the run loads and that the bundle keeps, its size, the lines of warnings and the CPU time of packing.

With --tiers, the bundle is one in tiers, and the program starts with the first zip alone. The table shows how many modules
of each tier the run loads: those of the further ones are misses.

With --app-zip, the program runs from its bundle and its app.zip alone, unpacked into a folder, and has to print the same
as from a folder with all its packages. A key `app-zip-payload` of corpus.toml names the payload of programs that show
their sources.

With --runtime, those programs of corpus.toml with the key `pyodide` run in Pyodide in the same way. The table has what a
page downloads: Pyodide's whole library and all packages, as a deflated zip like wheels are; or the packed forms of the
bundle and of app.zip.
"""

import argparse
import hashlib
import json
import os
import pathlib
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import tomllib
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CACHE = ROOT / "tests/tools/corpus"

PROFILE = """\
description: A native Python that starts a program.
extends: [native]
output: {compress: []}
"""

# Runs the program, and then lists the modules that it has loaded.
STARTER = """\
import atexit, sys
def loaded(write=open, modules=sys.modules, path=sys.argv[1]):
    with write(path, "w") as file:
        file.write("\\n".join(sorted(modules)))
atexit.register(loaded)
program = sys.argv[2]
sys.argv[:] = [program]
with open(program, "rb") as file:
    code = compile(file.read(), program, "exec", 0, True)
main = sys.modules["__main__"].__dict__
main["__file__"] = program
for name in ("atexit", "loaded", "program", "file"):
    main.pop(name, None)
exec(main.pop("code", None) or code, main)
"""


class Failed(Exception):
    """A step that has to succeed for a comparison did not."""


def installed(name, packages, python):
    """Returns the folder with the packages of a program, which are downloaded once."""
    digest = hashlib.sha256("\n".join(packages).encode()).hexdigest()[:16]
    folder = CACHE / f"{name}-{digest}"
    if folder.exists():
        return folder
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as work:
        requirements = pathlib.Path(work, "requirements.txt")
        requirements.write_text("\n".join(packages) + "\n")
        command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps",
                   "--only-binary", ":all:", "--ignore-installed", "--require-hashes", "--target", f"{work}/site", "-r", requirements]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"the packages of {name} cannot be installed; is there no network?\n{done.stderr}")
        os.rename(f"{work}/site", folder)
    return folder


def run(name, python, site, home, work):
    """Runs a program on the library in a folder, and returns its exit code, its output, and the modules that it loaded."""
    starter = work / "starter.py"
    starter.write_text(STARTER)
    modules = work / "modules.txt"
    modules.unlink(missing_ok=True)
    environment = {"PATH": os.environ["PATH"], "HOME": str(work), "PYTHONHOME": str(home), "PYTHONPATH": str(site),
                   "PYTHONHASHSEED": "0", "COLUMNS": "80", "LC_ALL": "C.UTF-8", "TERM": "xterm"}
    done = subprocess.run([python, "-s", "-P", "-B", starter, modules, HERE / f"programs/use-{name}.py"], capture_output=True, text=True,
                          cwd=work, env=environment, stdin=subprocess.DEVNULL, timeout=300)
    loaded = set(modules.read_text().split("\n")) if modules.exists() else set()
    return done.returncode, comparable(done.stdout), comparable(done.stderr), loaded


def comparable(text):
    """Replaces what differs between any two runs: times and addresses."""
    return re.sub(r"(?<!\d)\d+\.?\d* ?[mµn]?s\b|0x[0-9a-f]+", "...", text)


def run_folder(python, home, folder, work):
    """Runs the program in a folder on the library in another one, and returns its exit code and its output."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(work), "PYTHONHOME": str(home), "PYTHONHASHSEED": "0", "COLUMNS": "80",
                   "LC_ALL": "C.UTF-8", "TERM": "xterm"}
    done = subprocess.run([python, "-s", "-B", folder], capture_output=True, text=True, cwd=work, env=environment,
                          stdin=subprocess.DEVNULL, timeout=300)
    return done.returncode, comparable(done.stdout), comparable(without_sources(done.stderr, folder))


def without_sources(errors, folder):
    """Removes what bytecode does not know of the sources: the folder of a file with a warning, and the line itself."""
    return re.sub(r"(Warning: .*\n)  .*\n", r"\1", errors.replace(f"{folder}/", ""))


def pack(program, name, site, python, work, more=(), profile_text=PROFILE):
    """Packs the bundle of a program and returns its receipt, the lines on standard error, and seconds of CPU."""
    profile = work / "corpus.yaml"
    profile.write_text(profile_text)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([program, "--profile", profile, "--build-python", python, "--app", HERE / f"programs/use-{name}.py",
                           "--dependency", site, "--out", work / "bundle", "--no-cache", "--json", *more],
                          capture_output=True, text=True, cwd=work)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise Failed(f"packing fails:\n{done.stderr}")
    receipt = json.loads(next((work / "bundle").glob("python3??.json")).read_text())
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return receipt, json.loads(done.stdout), seconds


def library_of(python):
    """Returns the folder of a Python's standard library, and the Python's version without dots."""
    code = "import sys, sysconfig; print(sysconfig.get_path('stdlib')); print('%d%d' % sys.version_info[:2])"
    done = subprocess.run([python, "-I", "-c", code], capture_output=True, text=True, check=True)
    folder, tag = done.stdout.split()
    return pathlib.Path(folder), tag


def full_home(python, work):
    """Makes a folder for PYTHONHOME with the whole library of a Python, without what is installed beside it."""
    library, tag = library_of(python)
    folder = work / f"full/lib/python{tag[0]}.{tag[1:]}"
    folder.mkdir(parents=True)
    for entry in library.iterdir():
        if entry.name not in ("site-packages", "dist-packages"):
            (folder / entry.name).symlink_to(entry)
    return work / "full"


def bundle_home(bundle, python, work):
    """Makes a folder for PYTHONHOME with nothing but a bundle and the C modules of a Python."""
    library, tag = library_of(python)
    folder = work / f"home/lib/python{tag[0]}.{tag[1:]}"
    folder.mkdir(parents=True)
    (folder / "lib-dynload").symlink_to(library / "lib-dynload")
    for zip_file in bundle.glob(f"python{tag}*.zip"):
        shutil.copy(zip_file, work / "home/lib")
    return work / "home"


def judge(program, name, packages, python):
    """Compares the two runs of a program. Returns a row of the table and the differences."""
    site = installed(name, packages, python)
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        program = pathlib.Path(program).resolve()
        reference = run(name, python, site, full_home(python, work), work)
        if reference[0]:
            raise Failed(f"the program fails on the full library:\n{reference[2]}")
        receipt, summary, seconds = pack(program, name, site, python, work)
        result = run(name, python, site, bundle_home(work / "bundle", python, work), work)
    names = subprocess.run([python, "-I", "-c", "import sys; print(*sys.stdlib_module_names)"], capture_output=True, text=True, check=True)
    top_levels = set(names.stdout.split())
    stdlib = {module for module in reference[3] if module.split(".")[0] in top_levels}
    kept = set(receipt["kept"])
    frozen_or_kept = kept | {name for name, entry in receipt["dropped"].items() if entry["reason"] == "frozen"}
    loaded = stdlib & frozen_or_kept
    differences = []
    for what, expected, got in zip(("exit code", "output", "errors"), reference, result):
        if expected != got:
            differences.append(f"{what}:\n--- full library\n{expected}\n--- bundle\n{got}")
    # importlib.metadata looks for packages in the zip of the bundle as well, whose names are in this codec.
    missing, more = sorted(reference[3] - result[3]), sorted(result[3] - reference[3] - {"encodings.cp437"})
    if missing or more:
        differences.append(f"not loaded with the bundle: {missing}; only with the bundle: {more}")
    ratio = len(frozen_or_kept) / max(1, len(loaded))
    row = {"program": name, "loaded": len(loaded), "kept": len(frozen_or_kept), "ratio": ratio, "bytes": receipt["totals"]["packed_bytes"],
           "warnings": len(summary["warnings"]), "seconds": seconds}
    return row, differences


def judge_tiers(program, name, entry, python):
    """Compares the run of a program on the full library with that on a bundle in tiers. Returns a row of the table and the
    differences."""
    site = installed(name, entry["packages"], python)
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        reference = run(name, python, site, full_home(python, work), work)
        if reference[0]:
            raise Failed(f"the program fails on the full library:\n{reference[2]}")
        receipt, _, seconds = pack(pathlib.Path(program).resolve(), name, site, python, work, ["--tiers"])
        result = run(name, python, site, bundle_home(work / "bundle", python, work), work)
        bytes_of = {path.name: path.stat().st_size for path in (work / "bundle").glob("*.zip")}
    differences = differences_of(reference, result, "a bundle in tiers")
    more = {"_stdlib_tiers", "sitecustomize", "encodings.cp437"}
    missing, more = sorted(reference[3] - result[3]), sorted(result[3] - reference[3] - more)
    if missing or more:
        differences.append(f"not loaded with the bundle: {missing}; only with the bundle: {more}")
    # The interpreter has its own copies of some.
    code = "import _imp, sys; print(*filter(_imp.is_frozen, sys.argv[1:]))"
    frozen = subprocess.run([python, "-I", "-c", code, *result[3]], capture_output=True, text=True, check=True).stdout.split()
    tiers = [receipt["kept"][module]["tier"] for module in result[3] - set(frozen) if module in receipt["kept"]]
    row = {"program": name, "kept": sum(module["tier"] == "start" for module in receipt["kept"].values()),
           **{tier: tiers.count(tier) for tier in ("start", "later", "rest")}, "bytes": next(size for path, size in bytes_of.items() if path.count(".") == 1), "seconds": seconds}
    return row, differences


def differences_of(reference, result, what_differs="app.zip"):
    """Returns the differences between a run with everything and another one."""
    pairs = zip(("exit code", "output", "errors"), reference, result)
    return [f"{what}:\n--- everything\n{expected}\n--- {what_differs}\n{got}" for what, expected, got in pairs if expected != got]


def files_of(folder):
    """Returns the files below a folder, but for compiled modules."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if path.suffix != ".pyc"]


def judge_app_zip(program, name, entry, python):
    """Compares the run of a program in a folder with all its packages with that of its app.zip. Returns a row of the
    table and the differences."""
    site = installed(name, entry["packages"], python)
    with tempfile.TemporaryDirectory() as scratch:
        work = pathlib.Path(scratch)
        # Both folders have the same path, which programs may print.
        folder = work / "app"
        folder.mkdir()
        for path in site.iterdir():
            (folder / path.name).symlink_to(path)
        shutil.copy(HERE / f"programs/use-{name}.py", folder / "__main__.py")
        reference = run_folder(python, full_home(python, work), folder, work)
        if reference[0]:
            raise Failed(f"the program fails on the full library:\n{reference[2]}")
        receipt, _, seconds = pack(pathlib.Path(program).resolve(), name, site, python, work,
                                   ["--app-zip", "--payload", entry.get("app-zip-payload", "bytecode")])
        shutil.rmtree(folder)
        shutil.unpack_archive(work / "bundle/app.zip", folder)
        home = bundle_home(work / "bundle", python, work)
        result = run_folder(python, home, folder, work)
        shutil.rmtree(folder)
        shutil.copy(work / "bundle/app.zip", folder)
        as_zip = run_folder(python, home, folder, work)
        size = (work / "bundle/app.zip").stat().st_size
    app = receipt["app_zip"]
    everything = files_of(site)
    sources = sum(path.suffix == ".py" for path in everything)
    row = {"program": name, "modules": sum(module["of"] == "dependency" for module in app["modules"].values()), "of": sources,
           "files": len(app["files"]), "bytes": size, "all": sum(path.stat().st_size for path in everything), "seconds": seconds,
           "zip": "no" if differences_of(reference, as_zip) else "yes"}
    return row, differences_of(reference, result)


def zip_of(folder, zip_file):
    """Makes a deflated zip of the files in a folder, like wheels are, and returns its size."""
    with zipfile.ZipFile(zip_file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files_of(folder)):
            archive.write(path, path.relative_to(folder))
    return zip_file.stat().st_size


def run_in_pyodide(pyodide, zip_file, library=None):
    """Runs the __main__ of a zip in Pyodide, and returns its exit code and its output."""
    command = ["node", "--no-warnings", HERE / "pyodide.mjs", pyodide, zip_file, *([library] if library else [])]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300)
    return done.returncode, comparable(done.stdout), comparable(without_sources(done.stderr, "/app"))


def judge_in_pyodide(program, name, entry, python, pyodide):
    """Compares the run of a program in Pyodide with its whole library and all packages with that of its bundle and its
    app.zip. Returns a row of the table and the differences."""
    site = installed(name, entry["packages"], python)
    with tempfile.TemporaryDirectory() as scratch:
        work = pathlib.Path(scratch)
        everything = work / "everything"
        shutil.copytree(site, everything)
        shutil.copy(HERE / f"programs/use-{name}.py", everything / "__main__.py")
        packages = zip_of(everything, work / "everything.zip")
        reference = run_in_pyodide(pyodide, work / "everything.zip")
        if reference[0]:
            raise Failed(f"the program fails on the full library:\n{reference[2]}")
        receipt, _, seconds = pack(pathlib.Path(program).resolve(), name, site, f"pyodide:{pyodide}", work,
                                   ["--app-zip"], "description: Pyodide.\nextends: [pyodide-minimal]\n")
        bundle = work / "bundle"
        library = next(bundle.glob("python3*.zip"))
        result = run_in_pyodide(pyodide, bundle / "app.zip", library)
    sizes = {name: output["bytes"] for name, output in receipt["outputs"].items()}
    whole = pathlib.Path(pyodide, "python_stdlib.zip").stat().st_size + packages
    download = {kind: sizes[f"{library.stem}.zip.{kind}"] + sizes[f"app.zip.{kind}"] for kind in ("br", "packed.br")}
    row = {"program": name, "library": whole - packages, "packages": packages, "whole": whole,
           "bundle": sizes[f"{library.stem}.zip.packed.br"], "app": sizes["app.zip.packed.br"],
           "packed": download["packed.br"], "br": download["br"], "share": download["packed.br"] / whole}
    return row, differences_of(reference, result)


def table(names, judge, header, line):
    """Judges programs one after the other and prints a row for each, in the format `line`. Returns the rows, and how many
    programs differ or fail."""
    rows, failed = [], 0
    print(header)
    for name in names:
        try:
            row, differences = judge(name)
        except Failed as error:
            print(f"{name:<16}{error}")
            failed += 1
            continue
        rows.append(row)
        print(line.format(**row), flush=True)
        for difference in differences:
            print("   ", difference.replace("\n", "\n    "))
        failed += bool(differences)
    return rows, failed


def main_in_pyodide(arguments, corpus):
    pyodide = pathlib.Path(arguments.runtime.removeprefix("pyodide:")).resolve()
    rows, failed = table(
        arguments.names or [name for name, entry in corpus.items() if entry.get("pyodide")],
        lambda name: judge_in_pyodide(arguments.program, name, corpus[name], arguments.python, pyodide),
        f"{'program':<12}{'library':>11}{'packages':>11}{'both':>11}{'bundle':>10}{'app.zip':>10}{'both':>10}{'as .br':>10}{'share':>7}",
        "{program:<12}{library:>11,}{packages:>11,}{whole:>11,}{bundle:>10,}{app:>10,}{packed:>10,}{br:>10,}{share:>6.0%}")
    print(f"{len(rows)} programs, {failed} differ or fail")
    return int(failed > 0)


def main_of_app_zips(arguments, corpus):
    rows, failed = table(
        arguments.names or corpus,
        lambda name: judge_app_zip(arguments.program, name, corpus[name], arguments.python),
        f"{'program':<16}{'modules':>8}{'of':>6}{'files':>7}{'app.zip':>12}{'packages':>13}{'CPU s':>7}{'as a zip':>10}",
        "{program:<16}{modules:>8}{of:>6}{files:>7}{bytes:>12,}{all:>13,}{seconds:>7.2f}{zip:>10}")
    as_zip = sum(row["zip"] == "yes" for row in rows)
    print(f"{len(rows)} programs, {failed} differ or fail; {as_zip} do the same if app.zip is not unpacked")
    return int(failed > 0)


def main_of_tiers(arguments, corpus):
    rows, failed = table(
        arguments.names or corpus,
        lambda name: judge_tiers(arguments.program, name, corpus[name], arguments.python),
        f"{'program':<16}{'start':>6}{'loaded':>8}{'later':>7}{'rest':>6}{'bytes':>12}{'CPU s':>7}",
        "{program:<16}{kept:>6}{start:>8}{later:>7}{rest:>6}{bytes:>12,}{seconds:>7.2f}")
    misses = [row["later"] + row["rest"] for row in rows]
    print(f"{len(rows)} programs, {failed} differ or fail; misses: median {statistics.median(misses or [0]):.0f}, most {max(misses, default=0)}; "
          f"{sum(row['rest'] > 0 for row in rows)} programs load modules of 'rest'")
    return int(failed > 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=ROOT / "target/release/stdlib-pack", help="the stdlib-pack to judge")
    parser.add_argument("--python", default=sys.executable, help="the Python, of version 3.13")
    parser.add_argument("--tiers", action="store_true", help="run the programs on bundles in tiers")
    parser.add_argument("--app-zip", action="store_true", help="run the programs from their app.zip")
    parser.add_argument("--runtime", help="run the programs from their app.zip in Pyodide under Node.js: pyodide:DIR")
    parser.add_argument("names", nargs="*", help="programs; all of them if none is named")
    arguments = parser.parse_args()
    corpus = tomllib.loads((HERE / "corpus.toml").read_text())
    if arguments.runtime:
        return main_in_pyodide(arguments, corpus)
    if arguments.tiers:
        return main_of_tiers(arguments, corpus)
    if arguments.app_zip:
        return main_of_app_zips(arguments, corpus)
    rows, failed = table(
        arguments.names or corpus,
        lambda name: judge(arguments.program, name, corpus[name]["packages"], arguments.python),
        f"{'program':<16}{'loaded':>7}{'kept':>6}{'ratio':>7}{'bytes':>11}{'warnings':>10}{'CPU s':>7}",
        "{program:<16}{loaded:>7}{kept:>6}{ratio:>7.2f}{bytes:>11,}{warnings:>10}{seconds:>7.2f}")
    if rows:
        median = statistics.median(row["ratio"] for row in rows)
        print(f"{len(rows)} programs, {failed} differ or fail; kept / loaded: median {median:.2f}, most {max(row['ratio'] for row in rows):.2f}")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
