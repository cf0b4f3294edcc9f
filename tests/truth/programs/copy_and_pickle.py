# options: source
import copy, pickle
class A: pass
a = A(); a.x = [1]
print(copy.deepcopy(a).x, pickle.loads(pickle.dumps(a)).x, pickle.loads(pickle.dumps(range(3), 0)))
