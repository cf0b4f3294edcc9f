# options: strip-lines
import copy, logging
print(copy.copy(logging.getLogger("a")) is logging.getLogger("a"))
import pickle
try: pickle.dumps(logging.Logger("b"))
except pickle.PicklingError as error: print(error)
