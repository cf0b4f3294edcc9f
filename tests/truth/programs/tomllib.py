# options: source
import tomllib
print(tomllib.loads("a = 1\nb = 2020-01-01T00:00:00Z\n[c]\nd = [1.5, true]"))
