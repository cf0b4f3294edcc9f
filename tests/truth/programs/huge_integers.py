# python: >=3.12
# options: strip-lines
import sys
sys.set_int_max_str_digits(0)
n = int("9" * 20000)
print(len(str(n)), len(str(10 ** 20000)))
