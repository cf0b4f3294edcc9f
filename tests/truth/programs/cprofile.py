# options: strip-lines
import cProfile, pstats, io
p = cProfile.Profile(); p.enable(); sum([1]); p.disable()
s = io.StringIO(); pstats.Stats(p, stream=s).print_stats(); print("function calls" in s.getvalue())
