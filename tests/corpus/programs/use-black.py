"""A file is formatted."""
import black

print(black.format_str("x = {  'a':1 ,\n'b' : [1,2,\n3]}\ndef f ( a,b ):\n  return a+b\n", mode=black.Mode()))
try:
    black.format_str("def f(:\n", mode=black.Mode())
except black.InvalidInput as error:
    print(error)
