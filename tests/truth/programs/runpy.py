# options: source
import runpy
print(sorted(runpy.run_module("this", alter_sys=False))[:1] and "ran")
