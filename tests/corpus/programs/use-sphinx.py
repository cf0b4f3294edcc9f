"""A project is built as HTML and as text."""
import os
import pathlib
import tempfile

from sphinx.application import Sphinx

with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    (folder / "conf.py").write_text("project = 'Demo'\nextensions = ['sphinx.ext.autodoc', 'sphinx.ext.napoleon']\n")
    (folder / "index.rst").write_text("Demo\n====\n\n.. autofunction:: json.dumps\n\n.. code-block:: python\n\n   x = 1\n\n:doc:`index`\n")
    for builder in ("html", "text"):
        app = Sphinx(str(folder), str(folder), str(folder / builder), str(folder / "trees"), builder, status=None, warning=None)
        app.build()
        print(app.statuscode, sorted(path.name for path in (folder / builder).glob("index*")))
