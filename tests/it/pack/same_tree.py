"""Says how the modules of a zip of sources differ from those of the library: same_tree.py ZIP LIBRARY STRIPPED...

Only what is STRIPPED may be missing, and it has to be: docstrings, asserts, main-blocks, dead-branches. Annotations stay,
since something in a whole library reads them. All else has to be the same, with its lines unless lines are stripped. Both trees are brought into the
form that stripping aims at, by rules of this script's own, and compared.
"""

import ast
import os
import pathlib
import sys
import zipfile

STRIPPED = set(sys.argv[3:])
HOLDERS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
UNKNOWN = object()


def is_text(statement):
    value = getattr(statement, "value", None)
    return isinstance(statement, ast.Expr) and isinstance(value, ast.Constant) and isinstance(value.value, str)


def is_main(test):
    return ast.unparse(test) in ("__name__ == '__main__'", "'__main__' == __name__")


def fact(text):
    """The value of an expression that the platform decides."""
    owner, _, name = text.rpartition(".")
    if owner.lstrip("_") == "sys" and name in ("platform", "version_info"):
        return getattr(sys, name)
    if owner.lstrip("_") == "sys" and name == "builtin_module_names":
        return ("posix",)
    if owner.lstrip("_") == "os" and name == "name":
        return os.name
    if owner.endswith("implementation") and name == "name":
        return sys.implementation.name
    return UNKNOWN


class Tests:
    """What is known of tests in one module."""

    def __init__(self, root):
        self.named = {}
        if "dead-branches" not in STRIPPED:
            return
        bound = {}
        for node in ast.walk(root):
            names = [node.id] if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else []
            names += [node.arg] if isinstance(node, ast.arg) else []
            names += [node.name] if isinstance(node, HOLDERS[1:]) else []
            names += [alias.asname or alias.name for alias in getattr(node, "names", []) if isinstance(alias, ast.alias)]
            names += 2 * getattr(node, "names", []) if isinstance(node, ast.Global) else []
            for name in names:
                bound[name] = bound.get(name, 0) + 1
        statements = [node for node in ast.walk(root) if isinstance(node, (ast.Assign, ast.ImportFrom))]
        for statement in sorted(statements, key=lambda statement: statement.lineno):
            if isinstance(statement, ast.ImportFrom) and not statement.level:
                for alias in statement.names:
                    if bound.get(alias.asname or alias.name) == 1:
                        self.named[alias.asname or alias.name] = fact(f"{statement.module}.{alias.name}")
            elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                name = statement.targets[0].id
                if bound.get(name) == 1 and len(statement.targets) == 1 and not isinstance(statement.value, ast.Constant):
                    self.named[name] = self.value(statement.value)

    def value(self, node):
        if isinstance(node, (ast.Constant, ast.Tuple, ast.List, ast.Set)):
            try:
                return ast.literal_eval(node)
            except ValueError:
                return UNKNOWN
        if isinstance(node, ast.Name):
            return False if node.id == "TYPE_CHECKING" else self.named.get(node.id, UNKNOWN)
        if isinstance(node, ast.Attribute):
            return False if node.attr == "TYPE_CHECKING" else fact(ast.unparse(node))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            value = self.value(node.operand)
            return value if value is UNKNOWN else not value
        if isinstance(node, ast.BoolOp):
            values, ends = [self.value(part) for part in node.values], isinstance(node.op, ast.Or)
            if any(value is not UNKNOWN and bool(value) == ends for value in values):
                return ends
            return UNKNOWN if any(value is UNKNOWN for value in values) else not ends
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            left, right = self.value(node.left), self.value(node.comparators[0])
            if UNKNOWN in (left, right):
                return UNKNOWN
            return eval("left %s right" % ast.unparse(node)[len(ast.unparse(node.left)):].split(ast.unparse(node.comparators[0]))[0])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "startswith":
            subject, argument = self.value(node.func.value), self.value(node.args[0])
            return UNKNOWN if UNKNOWN in (subject, argument) else subject.startswith(argument)
        return UNKNOWN

    def outcome(self, test):
        if "main-blocks" in STRIPPED and is_main(test):
            return False
        if isinstance(test, ast.Constant) and isinstance(test.value, (bool, int)):
            return bool(test.value)
        value = self.value(test) if "dead-branches" in STRIPPED else UNKNOWN
        return value if value is UNKNOWN else bool(value)


def left(body, tests):
    """The statements of a body that do something."""
    found = []
    for statement in body:
        if isinstance(statement, ast.Pass) or isinstance(statement, ast.Assert) and "asserts" in STRIPPED:
            continue
        if isinstance(statement, ast.If):
            outcome = tests.outcome(statement.test)
            if outcome is not UNKNOWN:
                found += left(statement.body if outcome else statement.orelse, tests)
                continue
        found.append(statement)
    return found


def tree(source):
    root = ast.parse(source)
    tests = Tests(root)
    for node in ast.walk(root):
        if isinstance(node, HOLDERS) and "docstrings" in STRIPPED:
            while node.body and is_text(node.body[0]):
                del node.body[0]
        for name in ("body", "orelse", "finalbody"):
            if isinstance(getattr(node, name, None), list):
                setattr(node, name, left(getattr(node, name), tests))
        for name in ("col_offset", "end_col_offset", "end_lineno") + ("lineno",) * ("lines" in STRIPPED):
            if hasattr(node, name):
                setattr(node, name, 0)
    return ast.dump(root, include_attributes=True)


def remains(source):
    """How much of what should be gone is there."""
    nodes = list(ast.walk(ast.parse(source)))
    asserts = [node for node in nodes if isinstance(node, ast.Assert) and "asserts" in STRIPPED]
    mains = [node for node in nodes if isinstance(node, ast.If) and is_main(node.test) and "main-blocks" in STRIPPED]
    return len(asserts) + len(mains)


archive, library = zipfile.ZipFile(sys.argv[1]), pathlib.Path(sys.argv[2])
names = [name for name in archive.namelist() if name.endswith(".py")]
different = [name for name in names if tree(archive.read(name)) != tree((library / name).read_bytes())]
print(len(names), "modules,", len(different), "differ,", sum(remains(archive.read(name)) for name in names), "remain", *different)
