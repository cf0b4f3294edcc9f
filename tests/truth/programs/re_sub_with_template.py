# options: source-lines
import re
print(re.sub(r"(\w+) (\w+)", r"\2 \1", "hello world"), re.match("(a)(b)", "ab").expand(r"\2\1"))
