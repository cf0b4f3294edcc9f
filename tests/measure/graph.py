"""Compares the time to scan the whole standard library and to build its graph with that of `ruff analyze graph`.

    python3.13 tests/measure/graph.py [target/release/stdlib-pack] [rounds]

Both have one thread and no cache, and read the same files. ruff is installed into a temporary folder. The times are
medians of interleaved rounds.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else "target/release/stdlib-pack"
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
LIB = Path(sysconfig.get_path("stdlib"))
NO_PROGRAM = {"test", "tests", "idle_test", "__pycache__", "site-packages", "dist-packages"}
PROFILE = "extends: [native]\npayload: source\noutput: {compress: []}\n"


def output(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def cpu_of(*command):
    """Seconds of CPU that a command takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    output(*command, env={**os.environ, "RAYON_NUM_THREADS": "1"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        venv.create(folder / "tools", with_pip=True)
        output(folder / "tools/bin/pip", "-q", "install", "ruff")
        ruff = [folder / "tools/bin/ruff", "analyze", "graph", "--preview", "--isolated", folder / "lib"]
        ignored = lambda at, names: [name for name in names if name in NO_PROGRAM or Path(at, name).is_file() and not name.endswith(".py")]
        shutil.copytree(LIB, folder / "lib", ignore=ignored)
        profile = folder / "profile.yaml"
        profile.write_text(PROFILE)
        pack = [PROGRAM, "--profile", profile, "--build-python", sys.executable, "--stdlib", folder / "lib", "--out", folder / "out",
                "--no-cache", "--jobs", "1", "--json"]
        pairs = [(cpu_of(*ruff), json.loads(output(*pack))["seconds"]["scan"]) for _ in range(ROUNDS)]
        ruff_seconds, seconds = (statistics.median(column) for column in zip(*pairs))
        files = sum(1 for _ in (folder / "lib").rglob("*.py"))
        version = output(folder / "tools/bin/ruff", "--version").strip()
        print(f"{files} files: scan and graph {seconds:.3f} s, {version} analyze graph {ruff_seconds:.3f} s, ratio {seconds / ruff_seconds:.2f}")


if __name__ == "__main__":
    main()
