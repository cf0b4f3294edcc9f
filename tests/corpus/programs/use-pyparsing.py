"""A grammar of expressions."""
import pyparsing as pp

number = pp.pyparsing_common.number()
expression = pp.infix_notation(number, [("*", 2, pp.OpAssoc.LEFT), ("+", 2, pp.OpAssoc.LEFT)])
print(expression.parse_string("1 + 2 * 3").as_list())
pair = pp.Word(pp.alphas)("key") + pp.Suppress("=") + pp.QuotedString('"')("value")
print(pp.OneOrMore(pp.Group(pair)).parse_string('a="1" b="two"')[1].as_dict())
try:
    pair.parse_string("a=1", parse_all=True)
except pp.ParseException as error:
    print(error)
