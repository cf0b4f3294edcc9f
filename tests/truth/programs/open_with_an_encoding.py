# options: strip
import tempfile
p = tempfile.mktemp()
with open(p, "w", encoding="shift_jis") as f: f.write("\u30a2")
print(open(p, encoding="shift_jis").read())
