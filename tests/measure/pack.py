"""Compares packing with Python's own tools on the same modules, in one run.

    python3.13 tests/measure/pack.py [target/release/stdlib-pack] [profile] [brotli|packed]

Prints ratios, because absolute times depend on the machine. Needs the `brotli` command.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else "target/release/stdlib-pack"
PROFILE = sys.argv[2] if len(sys.argv) > 2 else "browser-minimal"
FORM = sys.argv[3] if len(sys.argv) > 3 else "brotli"
LIB = sysconfig.get_path("stdlib")


def run(*command, **options):
    """Wall seconds, CPU seconds, peak memory in MB, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, **options)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status != 0:
        raise SystemExit("failed: " + " ".join(map(str, command)))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, usage.ru_maxrss / 1024, output


def pack(folder, *more, profile=PROFILE):
    return run(PROGRAM, "--profile", profile, "--build-python", sys.executable, "--out", folder,
               "--compress", FORM, "--json", *more, env={**os.environ, "STDLIB_PACK_CACHE": folder + "-cache"})


def by_hand(modules, folder):
    """compileall, zip and brotli on the same modules."""
    tree = os.path.join(folder, "tree")
    for name, module in modules.items():
        path = name.replace(".", "/") + ("/__init__.py" if module["kind"] == "package" else ".py")
        os.makedirs(os.path.dirname(os.path.join(tree, path)), exist_ok=True)
        shutil.copy(os.path.join(LIB, path), os.path.join(tree, path))
    compiling = run(sys.executable, "-OO", "-m", "compileall", "-q", "-b", "-j2", tree)[0]
    zipping = run("zip", "-q", "-0", "-r", "../hand.zip", ".", "-i", "*.pyc", cwd=tree)[0]
    squeezing = run("brotli", "-q", "11", "-w", "24", "-k", "hand.zip", cwd=folder)[0]
    return compiling, zipping, squeezing, os.path.getsize(os.path.join(folder, "hand.zip.br"))


FINDER = "import modulefinder, sys; f = modulefinder.ModuleFinder(); f.run_script(sys.argv[1])"


def main():
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "dist")
        wall, cpu, memory, output = pack(out)
        seconds = json.loads(output)["seconds"]
        warm_wall, warm_cpu, _, _ = pack(out)
        receipt = next(name for name in os.listdir(out) if name.endswith(".json"))
        with open(os.path.join(out, receipt)) as file:
            kept = json.load(file)["kept"]
        ours = next(os.path.getsize(os.path.join(out, n)) for n in os.listdir(out) if n.endswith(".br"))
        modules = {name: module for name, module in kept.items() if module["kind"] != "namespace"}
        compiling, zipping, squeezing, theirs = by_hand(modules, folder)
        hand = compiling + zipping + squeezing

        script = os.path.join(folder, "script.py")
        with open(script, "w") as file:
            file.write("import json\n")
        finder = run(sys.executable, "-c", FINDER, script)[1]
        _, _, _, output = pack(out + "-all", "--payload", "source", profile="native")
        scan = json.loads(output)["seconds"]["scan"]

    print(f"Python {sys.version.split()[0]}, profile {PROFILE}, {FORM}, {len(modules)} modules")
    print("cold, seconds by stage:", ", ".join(f"{k} {v:.3f}" for k, v in seconds.items()))
    print(f"cold, wall: {wall:.2f} s; compileall {compiling:.2f} + zip {zipping:.2f} + brotli"
          f" {squeezing:.2f} = {hand:.2f} s; ratio {wall / hand:.2f}")
    print(f"brotli'd bytes: {ours:,}; by hand {theirs:,}; ratio {ours / theirs:.2f}")
    print(f"cold CPU {cpu:.2f} s, peak memory {memory:.0f} MB")
    print(f"warm: wall {warm_wall * 1000:.0f} ms, CPU {warm_cpu * 1000:.0f} ms")
    print(f"scan and graph of the whole library {scan:.3f} s (wall); modulefinder for json"
          f" {finder:.2f} s (CPU); ratio {scan / finder:.2f}")


main()
