"""A file is checked."""
import os
import tempfile

from flake8.main.application import Application

with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    with open("checked.py", "w") as file:
        file.write("import os, sys\ndef f( x ):\n    y = 1\n    return x\n")
    application = Application()
    application.run(["--jobs=1", "checked.py"])
    print(application.result_count)
