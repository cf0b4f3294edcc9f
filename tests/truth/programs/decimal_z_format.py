# options: strip-lines
import decimal
try: print(format(decimal.Decimal("-0.001"), "z.1f"))
except ValueError as error: print(error)
