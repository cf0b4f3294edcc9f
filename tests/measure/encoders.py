"""Compares the encoders of stdlib-pack with the reference encoders in C, on the zip of one bundle, in one run.

    cargo build --release && python3.13 tests/measure/encoders.py [PROFILE]

Needs the commands `brotli`, `zstd` and `zip`. Prints a Markdown table, with times relative to the reference.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

PROGRAM = pathlib.Path(__file__).parents[2] / "target/release/stdlib-pack"
PROFILE = sys.argv[1] if len(sys.argv) > 1 else "browser-minimal"


def ours(scratch, form):
    out = os.path.join(scratch, form)
    command = [PROGRAM, "--profile", PROFILE, "--build-python", sys.executable, "--out", out, "--no-cache", "--json",
               "--budget", "9MB", "--compress", form]
    said = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    [size] = [o["bytes"] for o in said["outputs"] if o["path"].endswith((".br", ".zst", ".deflated.zip"))]
    return size, said["seconds"]["compress"]


def theirs(target, *command, **options):
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, **options)
    return os.path.getsize(target), time.perf_counter() - start


def main():
    with tempfile.TemporaryDirectory() as scratch:
        made = {form: ours(scratch, form) for form in ("brotli", "zstd", "deflate")}
        [bundle] = pathlib.Path(scratch, "brotli").glob("python3??.zip")
        tree = os.path.join(scratch, "tree")
        subprocess.run(["unzip", "-q", bundle, "-d", tree], check=True)
        plain = os.path.join(scratch, "plain.zip")
        reference = {
            "brotli": ("brotli -q 11 -w 24", theirs(
                f"{bundle}.c.br", "brotli", "-q", "11", "-w", "24", "-o", f"{bundle}.c.br", bundle)),
            "zstd": ("zstd -19", theirs(f"{bundle}.c.zst", "zstd", "-19", "-q", bundle, "-o", f"{bundle}.c.zst")),
            "deflate": ("zip -9", theirs(plain, "zip", "-q", "-9", "-X", "-r", plain, ".", cwd=tree)),
        }
        print("| encoding | bytes | reference | bytes | time relative to the reference |\n|---|---:|---|---:|---:|")
        for form, (size, seconds) in made.items():
            name, (other, longer) = reference[form]
            print(f"| `{form}` | {size:,} | `{name}` | {other:,} | {seconds / longer:.2f} |")


main()
