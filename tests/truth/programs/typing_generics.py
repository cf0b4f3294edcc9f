# options: strip
import typing
T = typing.TypeVar("T")
class A(typing.Generic[T]): pass
print(typing.get_type_hints(A.__init__), A[int], typing.Optional[int], typing.NamedTuple("N", [("x", int)])(1))
