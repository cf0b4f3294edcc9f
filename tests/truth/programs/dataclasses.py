# options: source-lines
import dataclasses
@dataclasses.dataclass(order=True, frozen=True)
class A:
    x: int
    y: list = dataclasses.field(default_factory=list)
print(A(1), dataclasses.asdict(A(1)), dataclasses.replace(A(1), x=2), A(1) < A(2))
