"""A file is checked."""
import os
import pathlib
import tempfile

from pylint.lint import Run

with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    pathlib.Path("checked.py").write_text("import os\n\ndef f(x, y):\n    return x.foo\n\n\nclass a:\n    pass\n")
    result = Run(["--disable=import-error", "--persistent=n", "--score=n", "checked.py"], exit=False)
    print(result.linter.msg_status)
