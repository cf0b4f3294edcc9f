"""Write pyodide-lock.json: the wheels in a folder, and nothing else."""

import hashlib
import json
import sys
from pathlib import Path

lock, wheels = Path(sys.argv[1]), Path(sys.argv[2])
packages = {}
for wheel in sorted(wheels.glob("*.whl")):
    name, version, *_ = wheel.stem.split("-")
    name = name.replace("_", "-").lower()
    packages[name] = {
        "name": name,
        "version": version,
        "file_name": f"{wheels.name}/{wheel.name}",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "install_dir": "site",
        "package_type": "package",
        "imports": [],
        "depends": [],
    }
pyodide = json.loads(lock.read_text())
(wheels.parent / lock.name).write_text(json.dumps({**pyodide, "packages": packages}))
