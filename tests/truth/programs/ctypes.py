# options: strip
import ctypes
class P(ctypes.Structure): _fields_ = [("x", ctypes.c_int)]
print(P(1).x, ctypes.sizeof(ctypes.c_long))
