"""Compares the bundle of CPython's Tools/wasm/wasm_assets.py with the profile `browser`, module by module.

    cargo build --release && python3.13 tests/measure/wasm_assets.py

Prints Markdown tables of the modules that only one of the two contains, with the reason. Then lists the modules
that wasm_assets.py keeps although they cannot be imported from its bundle: `profile check` finds them with the
same list as exclusions.
"""

import json
import pathlib
import subprocess
import sys
import sysconfig
import tempfile

PROGRAM = pathlib.Path(__file__).parents[2] / "target/release/stdlib-pack"
LIBRARY = pathlib.Path(sysconfig.get_path("stdlib"))

# Tools/wasm/wasm_assets.py of CPython 3.13: OMIT_FILES, OMIT_NETWORKING_FILES (of Emscripten) and, of OMIT_MODULE_FILES,
# modules that need extension modules that CPython does not build for browsers. A slash marks a folder.
OMITTED = """
    test/ ensurepip/ venv/ _aix_support.py _osx_support.py antigravity.py webbrowser.py _pydecimal.py _pyio.py
    concurrent/futures/thread.py pydoc_data/
    email/ ftplib.py http/ imaplib.py mailbox.py poplib.py smtplib.py socketserver.py urllib/error.py
    urllib/request.py urllib/response.py urllib/robotparser.py wsgiref/
    curses/ ctypes/ dbm/ndbm.py dbm/gnu.py concurrent/futures/process.py multiprocessing/ ssl.py
    idlelib/ tkinter/ turtle.py turtledemo/ rlcompleter.py
""".split()


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
        [PROGRAM, *flags, "--build-python", sys.executable], check=True, capture_output=True, text=True
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
    print(f"wasm_assets.py keeps {len(kept)} modules of {len(theirs)}, browser {len(ours)}; both {len(both)}.")

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
