# options: source
import multiprocessing
def main():
    q = multiprocessing.get_context("fork").Queue(); q.put(1); print(q.get())
    with multiprocessing.get_context("fork").Pool(1) as p: print(p.map(abs, [-2]))
main()
