# options: source
import os, shutil, tempfile
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder); os.mkdir("a"); open("a/b", "w").close()
    for kind in "zip", "tar", "gztar":
        print(shutil.unpack_archive(shutil.make_archive("x-" + kind, kind, "a"), "y-" + kind), os.listdir("y-" + kind))
    os.chdir("/")
