# options: strip-lines
import warnings
warnings.simplefilter("always")
open("/dev/null")
print("done")
