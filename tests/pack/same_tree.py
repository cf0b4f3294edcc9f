"""Says how the modules of a zip of sources differ from those of the library: same_tree.py ZIP LIBRARY

Only docstrings may be missing; names, statements and line numbers have to be the same.
"""

import ast
import pathlib
import sys
import zipfile

HOLDERS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def is_text(statement):
    value = getattr(statement, "value", None)
    return isinstance(statement, ast.Expr) and isinstance(value, ast.Constant) and isinstance(value.value, str)


def tree(source):
    """The tree without docstrings and columns; a body of nothing but a docstring is a `pass`."""
    root = ast.parse(source)
    for node in ast.walk(root):
        if isinstance(node, HOLDERS):
            first = node.body[0] if node.body else None
            while node.body and is_text(node.body[0]):
                del node.body[0]
                if not node.body and not isinstance(node, ast.Module):
                    node.body = [ast.Pass(lineno=first.lineno, col_offset=0, end_lineno=0, end_col_offset=0)]
        for name in ("col_offset", "end_col_offset", "end_lineno"):
            if hasattr(node, name):
                setattr(node, name, 0)
    return ast.dump(root, include_attributes=True)


archive, library = zipfile.ZipFile(sys.argv[1]), pathlib.Path(sys.argv[2])
names = [name for name in archive.namelist() if name.endswith(".py")]
different = [name for name in names if tree(archive.read(name)) != tree((library / name).read_bytes())]
print(len(names), "modules,", len(different), "differ", *different)
