# options: source
import timeit
try: timeit.Timer("1/0").timeit(1)
except ZeroDivisionError: print("as expected")
