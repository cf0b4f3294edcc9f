type A[*Ts, **P, T: int = str] = dict[T, P]
class C[T](metaclass=M, x=1):
    """Doc."""
    __slots__ = ('a',)
    @property
    def a(self): "doc"; return f"{self!r:>{10}} {'nested' f'{1 + 1 = }'}"
    @staticmethod
    async def b[U](x):
        async with x as y, z: await y
        async for i in x: yield i
        return [i async for i in x if i]
match p:
    case {"k": [1, -2.5j, *rest], **kw} if rest: pass
    case Point(x=0) | None | (1 | 2 as n): ...
    case str() | "a" "b": import matched
    case _: raise X from e
try: pass
except* OSError: pass
t = t"hello {name!s}"
lambda *a, k=1: (yield)
print(*a, **{'b': 1}, sep='')
with (open(a) as f, g() as h): x = y = z; x @= 1; del x[1:2, ::3], a.b
