"""A file is type-checked."""
import os
import pathlib
import tempfile

from mypy import api

with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    pathlib.Path("checked.py").write_text("import json\ndef f(x: int) -> str:\n    return x + json.dumps(1)\nf('a')\n")
    out, error, code = api.run(["--no-incremental", "--cache-dir=" + os.devnull, "checked.py"])
    print(out, error, code)
