# options: strip
import mimetypes, stat, filecmp, fnmatch, glob
print(mimetypes.guess_type("a.html"), stat.filemode(0o100644), fnmatch.filter(["a.py"], "*.py"), glob.glob("/dev/nul*"))
