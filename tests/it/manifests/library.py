"""Prints, as JSON, what is in the standard library of the Python that runs this.

Standard input names, as a JSON list, the modules to be described. No Python module is imported for that: sources are
parsed, and C modules are imported and looked into.
"""

import ast
import importlib
import json
import os
import pathlib
import re
import sys

LIB = pathlib.Path(os.__file__).parent
OUTSIDE = {"site-packages", "lib-dynload", "__pycache__"}


def sources():
    """Files by the names of their modules."""
    found = {}
    for path in LIB.rglob("*.py"):
        parts = path.relative_to(LIB).with_suffix("").parts
        if not OUTSIDE.intersection(parts) and all(part.replace("-", "_").isidentifier() for part in parts):
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def c_modules():
    folders = [pathlib.Path(folder) for folder in sys.path if folder.endswith("lib-dynload")]
    files = [file.name.split(".")[0] for folder in folders for file in folder.glob("*.so")]
    return sorted({*sys.builtin_module_names, *files})


class Module(ast.NodeVisitor):
    """What a source defines, binds, imports and mentions."""

    def __init__(self, name, path):
        self.name = name
        self.package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        self.definitions, self.bound, self.imports, self.stars, self.identifiers = set(), set(), set(), [], set()
        self.scope = []
        self.visit(ast.parse(path.read_bytes()))

    def bind(self, name):
        self.identifiers.add(name)
        if not self.scope:
            self.bound.add(name)

    def define(self, name):
        self.bind(name)
        self.definitions.add(".".join([*self.scope, name]))

    def visit_ClassDef(self, node):
        self.define(node.name)
        self.scope.append(node.name)
        self.generic_visit(node)
        self.scope.pop()

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef

    def visit_Import(self, node):
        for alias in node.names:
            self.imports.add(alias.name)
            self.identifiers.update(alias.name.split("."))
            self.bind(alias.asname or alias.name.split(".")[0])

    def visit_ImportFrom(self, node):
        base = node.module or ""
        if node.level:
            parents = self.package.split(".")[: len(self.package.split(".")) - node.level + 1]
            base = ".".join([*parents, *filter(None, [node.module])])
        self.imports.add(base)
        for alias in node.names:
            if alias.name == "*":
                self.stars.append(base)
            else:
                self.imports.add(f"{base}.{alias.name}")
                self.identifiers.add(alias.name)
                self.bind(alias.asname or alias.name)

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Store):
            self.define(node.id)
        self.identifiers.add(node.id)

    def visit_Attribute(self, node):
        self.identifiers.add(node.attr)
        self.generic_visit(node)

    def visit_arg(self, node):
        self.identifiers.add(node.arg)
        self.generic_visit(node)

    def visit_keyword(self, node):
        self.identifiers.add(node.arg or "")
        self.generic_visit(node)

    def visit_Constant(self, node):
        # As in __all__ and in what __getattr__() compares.
        if isinstance(node.value, str) and node.value.isidentifier():
            self.identifiers.add(node.value)


class Library:
    def __init__(self):
        self.sources = sources()
        self.c_modules = c_modules()
        self.parsed = {}

    def module(self, name):
        if name not in self.parsed:
            self.parsed[name] = Module(name, self.sources[name])
        return self.parsed[name]

    def bound(self, name):
        """Names that a module has once it is imported."""
        if name not in self.sources:
            return of_c_module(name)
        module = self.module(name)
        return module.bound.union(*map(self.bound, module.stars))

    def describe(self, name):
        if name not in self.sources:
            return {"identifiers": sorted(of_c_module(name))}
        module = self.module(name)
        return {
            "definitions": sorted(module.definitions),
            "bound": sorted(self.bound(name)),
            "imports": sorted(module.imports),
            "identifiers": sorted(module.identifiers),
        }

    def words(self):
        """Every word in the sources, but those of tests."""
        found = set()
        for name, path in self.sources.items():
            if not {"test", "tests", "idle_test"}.intersection(name.split(".")):
                found.update(re.findall(rb"[A-Za-z_]\w*", path.read_bytes()))
        return sorted(word.decode() for word in found)


def of_c_module(name):
    """Names in a C module and in its types; builtins stands for the interpreter, whose own functions are in sys."""
    if name not in library.c_modules:
        return set()
    modules = [importlib.import_module(name)] + ([sys] if name == "builtins" else [])
    members = {member: getattr(module, member) for module in modules for member in dir(module)}
    types = [member for member in members.values() if isinstance(member, type)]
    return set(members).union(*map(dir, types))


library = Library()
asked = json.load(sys.stdin)
json.dump(
    {
        "python": sorted(library.sources),
        "c": library.c_modules,
        "named": sorted(sys.stdlib_module_names),
        "words": library.words(),
        "described": {name: library.describe(name) for name in asked},
    },
    sys.stdout,
)
