"""Compares the bundle of CPython's Tools/wasm/wasm_assets.py with the profile `browser`, module by module.

    make wasm-builds && cargo build --release && python3.13 tests/measure/wasm_assets.py

The lists are those in the script of the release that was built, as the script applies them to that build. Prints Markdown
tables of the modules that only one of the two contains, with the reason. Then lists the modules that wasm_assets.py
keeps although they cannot be imported from its bundle: `profile check` finds them with the same list as exclusions.
"""

import ast
import json
import pathlib
import re
import subprocess
import sys
import tempfile

REPOSITORY = pathlib.Path(__file__).parents[2]
PROGRAM = REPOSITORY / "target/release/stdlib-pack"
BUILDS = REPOSITORY / "tests/tools/wasm-builds/builds.txt"


def find_build():
    """The version and folder of the build for browsers of this Python's version."""
    for line in BUILDS.read_text().splitlines():
        version, kind, folder = line.split(" ", 2)
        if kind == "emscripten-browser" and version.startswith("%d.%d." % sys.version_info[:2]):
            return version, pathlib.Path(folder)
    sys.exit(f"{BUILDS} has no build for browsers of this Python's version")


VERSION, BUILD = find_build()
SOURCES = BUILD.parents[1]
LIBRARY = SOURCES / "Lib"


def lists_of_the_script():
    """The literals that Tools/wasm/wasm_assets.py assigns in its module body."""
    body = ast.parse((SOURCES / "Tools/wasm/wasm_assets.py").read_text()).body
    found = {}
    for statement in body:
        if isinstance(statement, ast.Assign) and statement.targets[0].id.startswith("OMIT"):
            found[statement.targets[0].id] = ast.literal_eval(statement.value)
    return found


def omitted_files():
    """What its main() leaves out of this build: detect_extension_modules() reads the same values."""
    lists = lists_of_the_script()
    [data] = (BUILD / (BUILD / "pybuilddir.txt").read_text().strip()).glob("_sysconfigdata_*.py")
    states = dict(re.findall(r"'MODULE_(\w+)_STATE': '([^']*)'", data.read_text()))
    built = {name.lower() for name, state in states.items() if state == "yes"}
    omitted = [*lists["OMIT_FILES"], *lists["OMIT_NETWORKING_FILES"]]
    for module, files in lists["OMIT_MODULE_FILES"].items():
        if module not in built:
            omitted += files
    return omitted


OMITTED = omitted_files()


def modules_of_the_list():
    """The modules of the library, and whether the list keeps them."""
    found = {}
    for path in LIBRARY.rglob("*.py"):
        relative = path.relative_to(LIBRARY).as_posix()
        parts = relative.split("/")
        foreign = {"site-packages", "lib-dynload", "__pycache__"} & set(parts)
        if foreign or any("-" in part for part in parts[:-1]) or parts[0].startswith("config"):
            continue
        omitted = any(
            relative.startswith(entry) if entry.endswith("/") else relative == entry for entry in OMITTED
        )
        name = relative[:-3].replace("/", ".").removesuffix(".__init__")
        found[name] = not omitted
    return found


def as_pattern(entry):
    return entry.rstrip("/").removesuffix(".py").replace("/", ".")


def run(*flags):
    return subprocess.run(
        [PROGRAM, *flags, "--build-python", sys.executable, "--cpython-build", BUILD],
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def groups(names):
    """Names grouped by top-level package."""
    by_top = {}
    for name in sorted(names):
        by_top.setdefault(name.split(".")[0], []).append(name)
    return {top: (inside[0] if len(inside) == 1 else f"{top} ({len(inside)})") for top, inside in by_top.items()}


def table(title, reasons):
    """Prints a table with one line per reason."""
    by_reason = {}
    for name, reason in reasons.items():
        by_reason.setdefault(reason, []).append(name)
    print(f"\n| {title} | why |\n|---|---|")
    for reason, names in sorted(by_reason.items(), key=lambda item: (-len(item[1]), item[0])):
        print(f"| {', '.join(groups(names).values())} | {reason} |")


def main():
    scratch = pathlib.Path(tempfile.mkdtemp())
    run("--profile", "browser", "--out", str(scratch), "-q")
    [receipt] = scratch.glob("*.json")
    receipt = json.loads(receipt.read_text())
    theirs = modules_of_the_list()
    ours = {name: "" for name in receipt["kept"]}
    ours.update((name, "") for name, drop in receipt["dropped"].items() if drop["reason"] == "frozen")
    kept = [name for name, is_kept in theirs.items() if is_kept]
    both = [name for name in kept if name in ours]
    print(f"wasm_assets.py of {VERSION} keeps {len(kept)} modules of {len(theirs)}, browser {len(ours)}; both {len(both)}.")

    def reason(name):
        drop = receipt["dropped"].get(name, {"reason": "not a module of the library"})
        detail = drop.get("detail", "")
        if drop["reason"] == "excluded":
            return detail.split(": ", 1)[1]
        return detail.rsplit(" → ", 1)[-1] if drop["reason"] == "unimportable" else drop["reason"]

    table("only wasm_assets.py has", {name: reason(name) for name in kept if name not in ours})
    states = json.loads(run("profile", "check", write(scratch, []), "--json"))["modules"]
    cut = json.loads(run("profile", "check", write(scratch, OMITTED), "--json"))["modules"]
    importable = "can be imported there, and other modules need them"
    table("only browser has", {name: importable for name in ours if not theirs.get(name, True)})
    unimportable = {}
    for name in kept:
        before, after = states.get(name), cut.get(name)
        if before == "importable" and isinstance(after, dict) and "unimportable" in after:
            unimportable[name] = after["unimportable"].removesuffix(" is excluded: left out by wasm_assets.py")
    print(f"\n{len(unimportable)} modules that wasm_assets.py keeps cannot be imported from its bundle:\n")
    for name, chain in unimportable.items():
        here = "works" if name in ours else "dropped, for the reason above"
        print(f"- `{name}`: {chain}; in `browser`: {here}")


def write(scratch, omitted):
    """Writes a profile for the browser that excludes this list."""
    profile = {"target": "emscripten-browser"}
    if omitted:
        modules = [as_pattern(entry) for entry in omitted]
        profile["exclude"] = [{"modules": modules, "reason": "left out by wasm_assets.py"}]
    file = scratch / "list.yaml"
    file.write_text(json.dumps(profile))
    return str(file)


main()
