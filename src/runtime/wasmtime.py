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
wasi.preopen_dir(config["work"], "/work")
if config["home"]:
    wasi.preopen_dir(config["home"], "/home")
for mount in config["mounts"]:
    wasi.preopen_dir(mount["folder"], mount["place"])
if config["stdin"]:
    wasi.stdin_file = config["stdin"]
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
