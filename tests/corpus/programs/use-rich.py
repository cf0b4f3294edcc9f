"""Tables, markup, trees, code and a traceback in a terminal of 80 columns."""
from rich.console import Console
from rich.markdown import Markdown
from rich.syntax import Syntax
from rich.table import Table
from rich.tree import Tree

console = Console(width=80, force_terminal=True, color_system="truecolor")
table = Table(title="Things")
table.add_column("name", style="cyan")
table.add_column("size", justify="right")
table.add_row("one", "[bold]1[/bold]")
console.print(table, "[i]italic[/i] :smiley:", {"a": [1, 2]})
tree = Tree("root")
tree.add("leaf")
console.print(tree, Markdown("# Title\n\n* item `code`\n\n```python\nx = 1\n```"), Syntax("def f(): pass", "python"))
try:
    1 / 0
except ZeroDivisionError:
    console.print_exception(width=60, extra_lines=0)
