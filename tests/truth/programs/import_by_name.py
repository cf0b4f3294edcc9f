# options: strip-lines
import importlib
print(importlib.import_module("json.tool").__name__, __import__("textwrap").__name__, importlib.util.find_spec("colorsys").name) if hasattr(importlib, "util") else print(importlib.import_module("json.tool").__name__)
