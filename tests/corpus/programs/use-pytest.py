"""A test file is run."""
import os
import pathlib
import tempfile

import pytest

TESTS = """
import pytest

@pytest.fixture
def three():
    return 3

@pytest.mark.parametrize("x", [1, 3])
def test_equal(x, three, tmp_path, capsys):
    print("shown")
    assert tmp_path.exists()
    print("shown")
    assert capsys.readouterr().out.strip() == "shown"
    assert {"a": x} == {"a": three}

def test_raises():
    with pytest.raises(ZeroDivisionError):
        1 / 0

@pytest.mark.skip(reason="no")
def test_skipped():
    pass
"""
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    pathlib.Path("test_it.py").write_text(TESTS)
    print(int(pytest.main(["-q", "-p", "no:cacheprovider", "--no-header", "--tb=short", "--no-summary", "test_it.py"])))
