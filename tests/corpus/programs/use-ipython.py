"""Cells are run in a shell."""
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance(history_length=0)
shell.history_manager.enabled = False
print(shell.run_cell("x = 20 + 1; x * 2").result)
print(shell.run_cell("%timeit -n1 -r1 -q pass").success)
print(shell.run_cell("1/0").error_in_exec)
print(shell.complete("x.bit_l")[1])
