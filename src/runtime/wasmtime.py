"""Runs a Python program in CPython for WASI under wasmtime: python3 wasmtime.py CONFIG.json

Needs the package wasmtime of PyPI.
"""

import json
import sys

# This file must not be found as that package.
sys.path.pop(0)

from wasmtime import Engine, ExitTrap, Linker, Module, Store, WasiConfig

with open(sys.argv[1], encoding="utf-8") as file:
    config = json.load(file)

wasi = WasiConfig()
wasi.argv = ["python", "-s", "-B", "-W", "ignore", "/work/task.py"]
# PYTHONHOME, not PYTHONPATH: with the latter the library inside the wasm stays on sys.path.
wasi.env = [("PYTHONHASHSEED", "0")] + [("PYTHONHOME", "/home")] * bool(config["home"])
for name, place in {"/work": config["work"], "/home": config["home"], "/app": config["app"]}.items():
    if place:
        wasi.preopen_dir(place, name)
wasi.inherit_stdout()
wasi.inherit_stderr()

engine = Engine()
linker = Linker(engine)
linker.define_wasi()
store = Store(engine)
store.set_wasi(wasi)
instance = linker.instantiate(store, Module.from_file(engine, config["place"]))
try:
    instance.exports(store)["_start"](store)
except ExitTrap as ended:
    sys.exit(ended.code)
