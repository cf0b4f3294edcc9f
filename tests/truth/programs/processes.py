# options: strip-lines
import concurrent.futures
def main():
    with concurrent.futures.ProcessPoolExecutor(1) as e: print(list(e.map(abs, [-1])))
if __name__ == "__main__":
    main()
