# options: strip
import time
print(time.strptime("29 Feb 24", "%d %b %y"))
