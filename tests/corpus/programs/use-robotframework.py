"""A suite with keywords of several libraries runs."""
import pathlib
import tempfile

import robot

SUITE = """*** Settings ***
Library    Collections
Library    String
Library    DateTime

*** Test Cases ***
Passes
    ${list}=    Create List    a    b
    Append To List    ${list}    c
    Should Be Equal    ${list}[2]    c
    ${upper}=    Convert To Upper Case    x
    Log To Console    ${upper}
    ${later}=    Add Time To Date    2026-01-01    3 days
    Log To Console    ${later}

Fails
    Should Be Equal    1    2
"""
with tempfile.TemporaryDirectory() as folder:
    suites = pathlib.Path(folder, "suites")
    suites.mkdir()
    (suites / "suite.robot").write_text(SUITE)
    print(robot.run(suites, output=None, log=None, report=None, consolewidth=60))
