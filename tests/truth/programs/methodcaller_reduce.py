# options: source
import operator
print(operator.methodcaller("f", x=1).__reduce__()[0])
