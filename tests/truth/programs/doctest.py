# options: source
import doctest
def f():
    """
    >>> 1 + 1
    2
    """
print(doctest.run_docstring_examples(f, {}))
