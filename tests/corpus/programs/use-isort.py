"""Imports are sorted."""
import isort

print(isort.code("import sys\nfrom b import z, a\nimport os\nfrom . import x\n", profile="black"))
print(isort.check_code("import os\nimport sys\n"))
