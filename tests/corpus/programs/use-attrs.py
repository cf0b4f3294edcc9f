"""Classes with validators, converters and defaults."""
import attrs


@attrs.define(order=True)
class Point:
    x: int = attrs.field(converter=int, validator=attrs.validators.ge(0))
    y: int = 2
    tags: list = attrs.Factory(list)


print(Point("1"), attrs.asdict(Point(3, 4)), Point(1) < Point(2), attrs.evolve(Point(1), y=9))
try:
    Point(-1)
except ValueError as error:
    print(error)
