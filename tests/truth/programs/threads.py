# options: strip
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor() as e: print(list(e.map(str, range(3))))
