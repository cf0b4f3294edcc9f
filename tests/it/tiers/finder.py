# Runs with nothing but a bundle in tiers, whose first contains json, re and importlib.util, and says what goes wrong.
import importlib.util
import os
import sys

LIB = sys.argv[1]
STEM = f"{LIB}/python3{sys.version_info[1]}"
REST = STEM + ".rest.zip"

import zipimport

import _stdlib_tiers

opened = lambda zip: zip in zipimport._zip_directory_cache

# The order of the path is that of the tiers, and no zip but the first is open.
at = sys.path.index(STEM + ".zip")
assert sys.path[at : at + 3] == [STEM + ".zip", STEM + ".later.zip", REST], sys.path
assert not opened(REST)

# A module can be found without its zip, and names that no tier has open none.
spec = importlib.util.find_spec("fractions")
assert spec.origin.startswith(REST) and spec.has_location, spec
for name in ("no_such_module", "json.no_such_module"):
    assert importlib.util.find_spec(name) is None
assert not opened(REST)
# As breakpoint() does with such a name in PYTHONBREAKPOINT.
try:
    __import__(".x")
except ModuleNotFoundError:
    pass

# A failed download is an ImportError that says why, and the next import tries again.
os.rename(REST, REST + ".away")
with open(REST + ".error", "w") as file:
    file.write("HTTP status 404")
try:
    import fractions
except ImportError as error:
    assert str(error) == f"no module of {REST!r} can be imported: HTTP status 404", error
    assert (error.name, error.path) == ("fractions", REST), (error.name, error.path)
    assert not isinstance(error, ModuleNotFoundError)
else:
    raise AssertionError("imported from nothing")
os.remove(REST + ".error")
try:
    import fractions
except ImportError as error:
    assert REST in str(error), error
assert "fractions" not in sys.modules
os.rename(REST + ".away", REST)
import fractions

assert fractions.Fraction(1, 3) + 1 == fractions.Fraction(4, 3)
assert type(fractions.__loader__) is type(fractions.__spec__.loader) is zipimport.zipimporter
assert opened(REST)

# A warning of a module that is imported is attributed to its importer.
import warnings

if sys.version_info < (3, 15):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        import sre_compile
    assert [warning.filename for warning in caught] == [__file__], caught

# A lazy loader keeps its module lazy.
spec = importlib.util.find_spec("colorsys")
spec.loader = importlib.util.LazyLoader(spec.loader)
colorsys = importlib.util.module_from_spec(spec)
spec.loader.exec_module(colorsys)
assert "hls_to_rgb" not in object.__getattribute__(colorsys, "__dict__")
assert colorsys.hls_to_rgb(0, 0, 0) == (0, 0, 0)

# A package whose modules lie in several tiers.
import json
import pkgutil

assert json.__loader__.archive == STEM + ".zip"
assert importlib.util.find_spec("json.tool").origin.startswith(REST)
names = {module.name for module in pkgutil.iter_modules(json.__path__)}
assert names == {"decoder", "encoder", "scanner", "tool"} | ({"__main__"} if sys.version_info >= (3, 14) else set()), names
import json.tool

walked = {module.name for module in pkgutil.walk_packages(json.__path__, "json.")}
assert walked == {"json." + name for name in names}

# Packages and resources of a further tier.
import importlib
import importlib.resources
import xml.dom.minidom

assert {module.name for module in pkgutil.iter_modules(xml.__path__)} >= {"dom", "etree", "parsers", "sax"}
files = importlib.resources.files("xml.dom")
assert (files / "minidom.pyc").is_file() or (files / "minidom.py").is_file()
assert importlib.reload(fractions) is fractions

# Threads that import at once.
import threading

threads = [threading.Thread(target=importlib.import_module, args=(name,)) for name in ["plistlib", "tomllib", "wave"] * 3]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert {"plistlib", "tomllib", "wave"} <= set(sys.modules)

# Other interpreters in this process.
interpreters = importlib.import_module("_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters")
other = interpreters.create()
failure = interpreters.run_string(other, "import colorsys; assert '.rest.zip' in colorsys.__file__")
assert not failure, failure
interpreters.destroy(other)

# Everything else is found where it was.
import own

assert own.__file__ == f"{LIB}/own.py", own.__file__

# The finder outlives a cleared cache.
sys.path_importer_cache.clear()
importlib.invalidate_caches()
import colorsys

print("all as expected")
