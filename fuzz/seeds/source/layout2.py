def f(
    a,  # comment
    b: 'x' = 1_000 .real,
):  # type: ignore
    """Only a docstring."""
class A: '''only'''; pass
class B:
  x: int
  y: int = 0x_ff or 1if 1else 2
  if 0:
    z: str
for i in range(3): pass
else: "text" 'text' b'' rb"a\
b"
x = a if b else \
  not c
