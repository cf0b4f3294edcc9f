# options: source-lines
import shelve, tempfile
with shelve.open(tempfile.mkdtemp() + "/s") as s: s["a"] = [1]; print(s["a"])
