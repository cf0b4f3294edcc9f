# options: source
import collections
print(collections.Counter("banana").most_common(2), collections.namedtuple("P", "x y")(1, 2))
