# options: source-lines
import os, shutil, tempfile
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder); os.mkdir("a")
    print(shutil._ARCHIVE_FORMATS["zip"][0]("x", "a"))
    os.chdir("/")
