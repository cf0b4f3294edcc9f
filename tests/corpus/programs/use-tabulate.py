"""Tables in several formats."""
from tabulate import tabulate

ROWS = [["one", 1.5, None], ["two", -20, "x"]]
for form in ("simple", "grid", "html", "latex", "github", "outline"):
    print(tabulate(ROWS, headers=["a", "b", "c"], tablefmt=form, floatfmt=".2f"))
