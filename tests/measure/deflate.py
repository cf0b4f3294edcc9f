"""Compares the encodings that write a .deflated.zip.

    python3.13 tests/measure/deflate.py [target/release/stdlib-pack]

Prints the bytes of browser-minimal with each, and the seconds of encoding.
"""

import glob
import json
import os
import subprocess
import sys
import tempfile

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else "target/release/stdlib-pack"


def encode(encoding, *flags):
    """The bytes of the zip, and the seconds that encoding took."""
    with tempfile.TemporaryDirectory() as folder:
        command = [PROGRAM, *flags, "--build-python", sys.executable, "--out", folder, "--compress", encoding]
        output = subprocess.run([*command, "--no-cache", "--json"], stdout=subprocess.PIPE, check=True)
        (zip_file,) = glob.glob(os.path.join(folder, "*.deflated.zip"))
        return os.path.getsize(zip_file), json.loads(output.stdout)["seconds"]["compress"]


cells = [encode(encoding, "--profile", "browser-minimal") for encoding in ("deflate", "zopfli")]
(fast, _), (small, _) = cells
for encoding, (size, seconds) in zip(("deflate", "zopfli"), cells):
    print(f"{encoding}: {size:,} bytes, {seconds:.1f} s")
print(f"zopfli is {100 * (fast - small) / fast:.1f}% smaller")
