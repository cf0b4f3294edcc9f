import sys, os
if sys.platform == 'win32' and sys.version_info >= (3, 12):
    import winreg
elif sys.platform.startswith(("linux", "emscripten")) or os.name != 'posix':
    x: int = 1
else:
    raise ImportError('no')
if not hasattr(os, 'fork') or sys.version_info[:2] < (3, 11): from a import b
from typing import TYPE_CHECKING
if TYPE_CHECKING: import typing as t
while False:
    break
def f(a: int = 3, /, *b: str, c: "list[int]", **d) -> None:
    assert a, "message"
    if 0: yield
    global G; G = 1
    if __debug__:
        nonlocal_ = 2
    return (y := a) if sys.maxsize > 2**32 else None
