"""Measures what the finder of a bundle in tiers costs: the time of its import when Python starts, and its share of the
first zip with Brotli, which needs the `brotli` command.

    python3.13 tests/measure/finder.py [target/release/stdlib-pack] [RUNS]

The Python that runs this program is the one that is measured, with the tiers of an app as its only standard library.
The time is that of `sitecustomize`, which imports the finder, as `-X importtime` tells it.
"""

import os
import re
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

PROGRAM = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "target/release/stdlib-pack")
RUNS = int(sys.argv[2]) if len(sys.argv) > 2 else 30
VERSION = "%d.%d" % sys.version_info[:2]


def pack(folder):
    """Packs an app in tiers into a folder that can be PYTHONHOME."""
    app = folder / "app.py"
    app.write_text("import dataclasses, datetime, json, re\n")
    library = folder / "lib"
    command = [PROGRAM, "--profile", "native", "--app", app, "--tiers", "--build-python", sys.executable, "--out", library, "-q"]
    subprocess.run(command, check=True)
    (library / ("python" + VERSION)).mkdir()
    (library / ("python" + VERSION) / "lib-dynload").symlink_to(Path(sysconfig.get_path("stdlib"), "lib-dynload"))


def starts(folder):
    """Yields the microseconds of each start that the imports of `sitecustomize` take."""
    environment = {"PYTHONHOME": str(folder), "PATH": os.environ["PATH"]}
    for _ in range(RUNS):
        run = subprocess.run([sys.executable, "-X", "importtime", "-c", "import _stdlib_tiers"], env=environment, capture_output=True, text=True,
                             check=True)
        [time] = re.findall(r"\| +(\d+) \| +sitecustomize$", run.stderr, re.MULTILINE)
        yield int(time)


def brotlied(library, without=()):
    """The bytes of the first zip with Brotli, without some modules."""
    [zip_file] = library.glob("python3??.zip")
    copy = library / "copy.zip"
    with zipfile.ZipFile(zip_file) as original, zipfile.ZipFile(copy, "w") as archive:
        for name in original.namelist():
            if name.partition(".")[0] not in without:
                archive.writestr(zipfile.ZipInfo(name), original.read(name))
    return len(subprocess.run(["brotli", "-q", "11", "-w", "24", "-c", copy], check=True, capture_output=True).stdout)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pack(folder)
        times = sorted(starts(folder))
        size = brotlied(folder / "lib") - brotlied(folder / "lib", ["_stdlib_tiers", "sitecustomize"])
    print(f"CPython {VERSION}: the finder takes {statistics.median(times) / 1000:.2f} ms of a start (median of {RUNS}; least {times[0] / 1000:.2f}), and {size:,} bytes of the first zip")


if __name__ == "__main__":
    main()
