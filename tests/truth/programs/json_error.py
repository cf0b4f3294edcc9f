# options: strip
import json
try: json.loads('"a')
except ValueError as error: print(error)
