"""A grammar is compiled and a text parsed."""
from lark import Lark, Transformer, UnexpectedInput

GRAMMAR = r"""
    ?sum: product | sum "+" product -> add
    ?product: atom | product "*" atom -> mul
    ?atom: NUMBER -> number | "(" sum ")"
    %import common.NUMBER
    %import common.WS
    %ignore WS
"""


class Calculate(Transformer):
    from operator import add, mul
    number = float

    def add(self, items):
        return items[0] + items[1]

    def mul(self, items):
        return items[0] * items[1]

    def number(self, items):
        return float(items[0])


for parser in ("lalr", "earley"):
    lark = Lark(GRAMMAR, start="sum", parser=parser)
    print(Calculate().transform(lark.parse("1 + 2 * (3 + 4)")), lark.parse("1+2").pretty())
try:
    Lark(GRAMMAR, start="sum", parser="lalr").parse("1 +")
except UnexpectedInput as error:
    print(type(error).__name__)
