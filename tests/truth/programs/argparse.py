# options: source-lines
import argparse
p = argparse.ArgumentParser(prog="x"); p.add_argument("--n", type=int, default=1, help="number"); s = p.add_subparsers(); s.add_parser("go")
print(p.parse_args(["--n", "2", "go"]).n, p.format_help())
