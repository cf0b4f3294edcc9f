"""The lines of a module that a run executes."""
import io
import pathlib
import sys
import tempfile

import coverage

with tempfile.TemporaryDirectory() as folder:
    module = pathlib.Path(folder, "measured.py")
    module.write_text("def f(x):\n    if x:\n        return 1\n    return 2\n\nf(1)\n")
    sys.path.insert(0, folder)
    measured = coverage.Coverage(data_file=None, branch=True, include=[str(module)])
    measured.start()
    import measured as _  # noqa: F401
    measured.stop()
    report = io.StringIO()
    measured.report(file=report, show_missing=True)
    print(report.getvalue().replace(folder, "").splitlines()[-1])
