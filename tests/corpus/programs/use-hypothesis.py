"""Properties that hold, and one that does not."""
from hypothesis import given, settings, strategies as st


@settings(database=None, max_examples=50, derandomize=True)
@given(st.lists(st.integers()))
def test_reversed_twice(numbers):
    assert list(reversed(list(reversed(numbers)))) == numbers


@settings(database=None, max_examples=200, derandomize=True)
@given(st.text(), st.dictionaries(st.booleans(), st.floats(allow_nan=False)), st.datetimes())
def test_short(text, values, when):
    assert len(text) < 5


test_reversed_twice()
try:
    test_short()
except AssertionError:
    print("found")
