import enum
class C(enum.Flag):
    A = enum.auto(); B = enum.auto()
print(C.A | C.B, list(C), enum.IntEnum("E", "X Y").Y)
