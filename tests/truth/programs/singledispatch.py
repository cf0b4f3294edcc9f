# options: strip-lines
import functools
@functools.singledispatch
def f(x): return "any"
@f.register
def _(x: int): return "int"
print(f(1), f("a"))
