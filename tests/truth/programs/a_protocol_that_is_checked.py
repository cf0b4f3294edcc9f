from typing import *
@runtime_checkable
class P(Protocol):
    def f(self): ...
class A:
    def f(self): ...
print(isinstance(A(), P), isinstance(3, P))
