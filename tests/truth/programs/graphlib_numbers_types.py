# options: source
import graphlib, types, numbers
print(list(graphlib.TopologicalSorter({1: {2}}).static_order()), types.SimpleNamespace(a=1), isinstance(1, numbers.Integral))
