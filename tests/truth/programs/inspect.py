# options: strip
import inspect
def f(a, *b, c=1, **d): "doc"
print(inspect.signature(f), inspect.getdoc(f), inspect.getmembers(f, inspect.isroutine) != [])
