import re
print(re.findall(r"\N{LATIN SMALL LETTER A}", "banana"))
