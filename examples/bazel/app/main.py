import json

import version

print(json.dumps({"version": version.VERSION}))
