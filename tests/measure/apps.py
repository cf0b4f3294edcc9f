"""Measures how the time to analyse an app grows with its number of files.

    python3.13 tests/measure/apps.py [target/release/stdlib-pack]

The apps are made of the standard library's own sources, with each file many times under other names, so
that they are as varied as real code. Nothing is compiled: the script measures reading, scanning and the
closure.
"""

import re
import resource
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else "target/release/stdlib-pack"
# Maximum size of a file in bytes: modules of apps are shorter than the library's.
LONGEST = 16_000
LIB = Path(sysconfig.get_path("stdlib"))
PROFILE = "description: an app\ntarget: native\noutput: {compress: []}\n"


def sources():
    """Modules and packages' files of the library that are not its tests."""
    skipped = {"test", "idlelib", "site-packages", "__pycache__", "turtledemo", "lib2to3"}
    for path in sorted(LIB.rglob("*.py")):
        text = path.read_bytes()
        # Neither what lives in a package by relative imports, nor what is for other systems.
        elsewhere = re.search(rb"^(from \.|(import|from) (_?winreg|msvcrt|_winapi|_overlapped|tkinter|curses|_\w+))", text, re.M)
        if len(text) < LONGEST and not elsewhere and not skipped & set(path.relative_to(LIB).parts):
            yield text


def app(folder, texts, count):
    size = 0
    for number in range(count):
        package = folder / ("part%d" % (number // 50))
        package.mkdir(parents=True, exist_ok=True)
        text = texts[number % len(texts)]
        (package / ("module%d.py" % number)).write_bytes(text)
        size += len(text)
    return size


def cpu(*command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    texts = list(sources())
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "profile.yaml").write_text(PROFILE)
        for count in (500, 1000, 2000, 4000):
            size = app(folder / str(count), texts, count)
            command = [PROGRAM, "graph", "--profile", folder / "profile.yaml", "--app", folder / str(count),
                       "--build-python", sys.executable, "--format", "json"]
            seconds = min(cpu(*command) for _ in range(3))
            print("%5d files, %5.1f MB: %.2f s of CPU, %.2f ms a file" %
                  (count, size / 1e6, seconds, seconds / count * 1000), flush=True)


if __name__ == "__main__":
    main()
