# options: source-lines
import pathlib
print(pathlib.Path("/a b").as_uri(), pathlib.PurePosixPath("/c").as_uri())
