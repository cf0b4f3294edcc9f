import warnings, os
warnings.simplefilter("always")
warnings.showwarning = lambda *a, **k: print(a[0], a[1])
pipe = open(os.devnull); del pipe
warnings.warn("now", ResourceWarning, source=object())
