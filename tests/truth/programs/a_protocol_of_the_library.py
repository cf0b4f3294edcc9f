# options: strip-lines
import importlib.resources.abc, pathlib
print(isinstance(pathlib.Path("/"), importlib.resources.abc.Traversable))
