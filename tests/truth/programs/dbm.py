import dbm, tempfile
p = tempfile.mkdtemp() + "/d"
with dbm.open(p, "c") as d: d["a"] = "b"
print(dbm.whichdb(p) != "", dbm.open(p)["a"])
