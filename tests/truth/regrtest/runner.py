"""Runs one module of CPython's own tests and writes down what became of each test.

    runner.py test.test_json REPORT
"""

import sys
import unittest

from test import support


class Outcomes(unittest.TextTestResult):
    """Keeps the worst outcome of each test, as a line of text."""

    RANK = ("passed", "skipped", "failed")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.outcomes = {}

    def note(self, test, outcome):
        known = self.outcomes.get(test.id(), "passed")
        self.outcomes[test.id()] = max(known, outcome, key=self.RANK.index)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.note(test, "passed")

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.note(test, "passed")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.note(test, "failed")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.note(test, "skipped")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.note(test, "failed")

    def addError(self, test, err):
        super().addError(test, err)
        self.note(test, "failed")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        self.note(test, "failed" if err is not None else "passed")


def main():
    name, report = sys.argv[1:]
    # No network, no window, nothing that takes long.
    support.use_resources = []
    support.verbose = 0
    try:
        suite = unittest.defaultTestLoader.loadTestsFromName(name)
    except unittest.SkipTest as skip:
        outcomes = {name: "skipped"}
        print(skip, file=sys.stderr)
    else:
        runner = unittest.TextTestRunner(resultclass=Outcomes, verbosity=0)
        outcomes = runner.run(suite).outcomes
    with open(report, "w", encoding="utf-8", errors="surrogateescape") as file:
        for test, outcome in sorted(outcomes.items()):
            print(outcome, test.replace("\n", " "), file=file)
    with open(report.removesuffix(".txt") + ".files", "w", encoding="utf-8", errors="surrogateescape") as file:
        for module in list(sys.modules.values()):
            print(getattr(module, "__file__", None), file=file)


if __name__ == "__main__":
    main()
