# options: strip
import os
print(os.path.expandvars("$HOME/x") != "", os.path.expanduser("~root"))
