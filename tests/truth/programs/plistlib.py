# options: source-lines
import plistlib
print(plistlib.loads(plistlib.dumps({"a": [1, b"x"]})), plistlib.loads(plistlib.dumps({"a": "\xe9"}, fmt=plistlib.FMT_BINARY)))
