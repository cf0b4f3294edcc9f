# options: strip
from unittest import mock
with mock.patch("os.getcwd", return_value="x"):
    import os; print(os.getcwd())
