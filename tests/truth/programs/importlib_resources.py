# options: source
import importlib.resources, json
print(importlib.resources.files(json).name)
