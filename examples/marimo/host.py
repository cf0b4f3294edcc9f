"""Make an exported page load Pyodide and its packages from the folder `pyodide` beside it."""

import hashlib
import json
import sys
from pathlib import Path

site = Path(sys.argv[1])
packages = {}
for wheel in sorted(site.glob("pyodide/*.whl")):
    name, version, *_ = wheel.stem.split("-")
    name = name.replace("_", "-").lower()
    packages[name] = {
        "name": name,
        "version": version,
        "file_name": wheel.name,
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "install_dir": "site",
        "package_type": "package",
        "imports": [],
        "depends": [],
    }
packages["marimo-base"]["depends"] = sorted(packages.keys() - {"marimo-base"})
lock = site / "pyodide/pyodide-lock.json"
lock.write_text(json.dumps({**json.loads(lock.read_text()), "packages": packages}))

page = site / "index.html"
element = '<marimo-wasm hidden=""'
places = 'data-pyodide-index-url="./pyodide/" data-pyodide-lockfile-url="./pyodide/pyodide-lock.json"'
text = page.read_text()
assert f"{element}>" in text, f"{page} has no {element}>"
page.write_text(text.replace(f"{element}>", f"{element} {places}>"))
