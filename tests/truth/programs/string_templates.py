import string
print(string.Template("$a").substitute(a=1), string.Formatter().format("{0!r:>5}", 1))
