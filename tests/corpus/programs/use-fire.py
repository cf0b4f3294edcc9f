"""A class becomes a command line."""
import fire


class Calculator:
    """Adds and multiplies."""

    def add(self, a, b=2):
        return a + b

    def both(self, *numbers):
        return {"sum": sum(numbers), "count": len(numbers)}


fire.Fire(Calculator, command=["add", "1", "--b", "5"])
fire.Fire(Calculator, command=["both", "1", "2", "3"])
try:
    fire.Fire(Calculator, command=["add", "--help"])
except SystemExit as stop:
    print(stop.code)
