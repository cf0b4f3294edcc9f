"""Docstring."""
from __future__ import annotations
import os, sys as s
import xml.etree.ElementTree as ET
from . import sibling
from ..up import (a, b as c,)
from os.path import *
try:
    import _json
except (ImportError, ModuleNotFoundError) as e:
    _json = None
else:
    pass
finally:
    del s
def lazy():
    import json
    return json.loads
def __getattr__(name):
    if name == 'x':
        from importlib import import_module
        return import_module('.' + name, __package__)
    raise AttributeError(name)
__all__ = ['lazy'] + os.__all__
__all__ += ["x"]; __all__.extend(ET.__all__)
if __name__ == '__main__':
    import argparse
    lazy()
