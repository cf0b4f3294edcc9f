import typing
@typing.runtime_checkable
class P(typing.Protocol):
    def close(self): ...
print(isinstance(open("/dev/null"), P))
