# Lets every interpreter find the later tiers when it starts, and then runs the sitecustomize that this one hides.
import sys

import _stdlib_tiers

path = [entry for entry in sys.path if entry != _stdlib_tiers.START]
spec = sys.meta_path[-1].find_spec(__name__, path)
if spec:
    from _frozen_importlib import _load

    del sys.modules[__name__]
    _load(spec)
