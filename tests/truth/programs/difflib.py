# options: strip
import difflib
print(list(difflib.unified_diff(["a"], ["b"])), difflib.get_close_matches("appel", ["apple"]))
