"""Compares what names stand for in modules before and after they were stripped, as this Python's compiler sees it.

Usage: symbols.py LIBRARY BUNDLE.zip

LIBRARY is the folder that the modules of the bundle came from; the bundle holds sources on their own lines. Every block
that is still there has to be a block of the module as it was, with the same names: local, free, in a cell, global. A name
may go where nothing is kept of it: one of a module or class, and one that was looked up among the globals. Every code
object has to have the cells and flags that it had.
"""

import collections
import inspect
import pathlib
import symtable
import sys
import types
import zipfile

# They are there for annotations alone, and go with the last of them.
FOR_ANNOTATIONS = {"__classdict__", "__conditional_annotations__"}

KINDS = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR | inspect.CO_NESTED

# Scopes of names, as Include/internal/pycore_symtable.h numbers them.
GLOBAL_IMPLICIT, FREE, CELL, LOCAL = 3, 4, 5, 1


def blocks(table):
    """The blocks inside of `table`, by kind, name and line; but for annotations, which are stripped."""
    found = collections.defaultdict(list)
    for child in table.get_children():
        if child.get_name() == "__annotate__":
            continue
        found[str(child.get_type()), child.get_name(), child.get_lineno()].append(child)
    return found


def scopes(table):
    symbols = {name: table.lookup(name) for name in table.get_identifiers()}
    return {name: symbol._Symbol__scope for name, symbol in symbols.items() if name not in FOR_ANNOTATIONS}


def may_become(kind, was, now):
    if now is None:
        return was == GLOBAL_IMPLICIT or (kind == "class" and was == LOCAL)
    # Both are looked up when the class's body runs. What inlined comprehensions read is in its table as well.
    return kind == "class" and {was, now} == {LOCAL, GLOBAL_IMPLICIT}


def compare(before, after, path, wrong):
    kind = str(before.get_type()).rpartition(".")[2].lower()
    if kind != "module":
        was, now = scopes(before), scopes(after)
        for name, scope in was.items():
            if now.get(name) != scope and not may_become(kind, scope, now.get(name)):
                wrong.append(f"{path}: {name} was {scope}, is {now.get(name)}")
        wrong.extend(f"{path}: {name} is new" for name in now.keys() - was.keys())
    was = blocks(before)
    for key, children in blocks(after).items():
        candidates = was.get(key, [])
        if len(candidates) < len(children):
            wrong.append(f"{path}: block {key} is new")
        elif len(candidates) == len(children):
            for old, new in zip(candidates, children):
                compare(old, new, f"{path}.{key[1]}", wrong)
        # Where one of several lambdas on a line is gone, the code objects below tell.
    return wrong


def cells(code, found):
    """Counts the code objects in `code` by all that names decide."""
    names = (set(code.co_freevars) - FOR_ANNOTATIONS, set(code.co_cellvars) - FOR_ANNOTATIONS)
    if code.co_name not in ("<module>", "__annotate__"):
        found[code.co_name, code.co_firstlineno, code.co_flags & KINDS, *map(frozenset, names)] += 1
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            cells(constant, found)
    return found


def judge(path, before, after):
    wrong = compare(symtable.symtable(before, path, "exec"), symtable.symtable(after, path, "exec"), path, [])
    code = lambda source: cells(compile(source, path, "exec", dont_inherit=True), collections.Counter())
    new = code(after) - code(before)
    return wrong + [f"{path}: code object {key} is new" for key in new]


def main(library, bundle):
    library = pathlib.Path(library)
    files = wrong = changed = 0
    with zipfile.ZipFile(bundle) as zip:
        for path in zip.namelist():
            original = library / path
            if not (path.endswith(".py") and original.is_file()):
                continue
            files += 1
            before, after = original.read_bytes(), zip.read(path)
            changed += before != after
            differences = judge(path, before, after)
            wrong += len(differences)
            for difference in differences[:5]:
                print(difference)
    print(f"{files} modules, {changed} stripped, {wrong} differences")
    return 1 if wrong or not changed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
