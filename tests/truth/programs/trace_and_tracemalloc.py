import tracemalloc, linecache
tracemalloc.start(); x = [1] * 1000; print(tracemalloc.take_snapshot().statistics("lineno") != [])
