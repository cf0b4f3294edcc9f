# options: source-lines
import pprint, textwrap
pprint.pprint({"a": list(range(30)), "b": {"c": {1, 2}}}); print(textwrap.fill("word " * 30, 40))
