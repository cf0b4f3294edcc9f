# Finds the modules of the standard library that lie in further zips beside the one that holds this module. A zip is
# opened when code of a module in it is first needed: a host may download it then.
import sys
from zipimport import path_sep, zipimporter

from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import spec_from_file_location

# The modules of each zip. A final dot marks a package.
TIERS = {}


def locations(package):
    """The folders of a package in zips that have modules of it, but not its `__init__`."""
    return [
        path + path_sep + package.replace(".", path_sep)
        for path, modules in MODULES.items()
        if package not in modules and package in PARENTS[path]
    ]


class StartImporter(zipimporter):
    """Imports from the first zip."""

    def find_spec(self, fullname, target=None):
        spec = super().find_spec(fullname, target)
        if spec and spec.submodule_search_locations:
            spec.submodule_search_locations.extend(locations(fullname))
        return spec


class Tier:
    """Finds modules in a folder of a zip, without opening it."""

    def __init__(self, path):
        for self.zip in MODULES:
            if path == self.zip or path.startswith(self.zip + path_sep):
                break
        else:
            raise ImportError(path)
        self.path = path
        folder = path[len(self.zip) + 1 :]
        self.package = folder.replace(path_sep, ".") + "." if folder else ""

    def find_spec(self, fullname, target=None):
        name = self.package + fullname.rpartition(".")[2]
        file, folders = self.path + path_sep + fullname.rpartition(".")[2], None
        is_package = MODULES[self.zip].get(name)
        if is_package is None:
            if name not in PARENTS[self.zip]:
                return None
            # A part of a namespace package, unless the path has its `__init__` further on.
            spec = ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = [file]
            return spec
        if is_package:
            folders = [file, *locations(fullname)]
            file += path_sep + "__init__"
        loader = Loader(self.path)
        return spec_from_file_location(fullname, file + SUFFIX, loader=loader, submodule_search_locations=folders)

    def iter_modules(self, prefix=""):
        for name, is_package in MODULES[self.zip].items():
            package, dot, name = name.rpartition(".")
            if package + dot == self.package:
                yield prefix + name, is_package


class Loader:
    """Opens the zip when anything is asked of it, and then makes way for its importer."""

    def __init__(self, path):
        self.path = path

    def create_module(self, spec):
        # The body then runs without a frame of this module, to which warnings would be attributed.
        if spec.loader is self:
            spec.loader = self.open(spec.name)

    def exec_module(self, module):
        module.__loader__ = module.__spec__.loader = loader = self.open(module.__name__)
        loader.exec_module(module)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.open(), name)

    def open(self, name=None):
        try:
            return zipimporter(self.path)
        except ImportError as error:
            zip = Tier(self.path).zip
            try:
                # Where a host says why it has no zip.
                with open(zip + ".error", encoding="utf-8") as file:
                    why = file.read()
            except OSError:
                why = error
            raise ImportError(f"no module of {zip!r} can be imported: {why}", name=name, path=zip) from None


def hook(path):
    if path == START or path.startswith(START + path_sep):
        return StartImporter(path)
    return Tier(path)


START = __loader__.archive
SUFFIX = __file__[__file__.rindex(".") :]
MODULES = {
    f"{START[:-4]}.{tier}.zip": {name.rstrip("."): name[-1] == "." for name in names.split()}
    for tier, names in TIERS.items()
}
PARENTS = {path: {name.rpartition(".")[0] for name in modules} - {""} for path, modules in MODULES.items()}
sys.path_hooks.insert(0, hook)
at = sys.path.index(START) + 1
sys.path[at:at] = MODULES
for path in list(sys.path_importer_cache):
    if path.startswith(START):
        del sys.path_importer_cache[path]
for name, module in list(sys.modules.items()):
    if hasattr(module, "__path__"):
        module.__path__.extend(locations(name))
