# options: strip
import traceback
counter = 1
try: countr
except NameError: traceback.print_exc()
