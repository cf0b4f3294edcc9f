import argparse
try: argparse.ArgumentParser(prog="x").parse_args(["--bad"])
except SystemExit as error: print(error.code)
