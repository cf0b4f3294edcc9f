import pathlib
print(pathlib.Path("/a b").as_uri(), pathlib.Path("/").owner(), list(pathlib.Path("/dev").glob("null")))
