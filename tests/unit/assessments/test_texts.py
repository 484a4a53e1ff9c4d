"""When two short texts are the same answer."""

import fnmatch
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.questions.texts import Rules, same

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("given_text", "accepted", "rules", "is_same"),
    [
        ("Paris", "paris", Rules(), True),
        ("Paris", "paris", Rules(case=True), False),
        ("STRASSE", "straße", Rules(), True),
        ("cafe", "café", Rules(), False),
        ("cafe", "café", Rules(accents=False), True),
        ("cafe\u0301", "café", Rules(), True),
        ("ﬁne", "fine", Rules(), True),
        ("New   York", "new york", Rules(), True),
        ("New   York", "new york", Rules(spaces="exact"), False),
        ("New York", "newyork", Rules(spaces="ignore"), True),
        ("New York", "newyork", Rules(), False),
        ("", "x", Rules(), False),
    ],
)
def test_rules(given_text: str, accepted: str, rules: Rules, is_same: bool) -> None:
    assert same(given_text, accepted, rules) is is_same


@given(st.text(alphabet="ab", max_size=12), st.text(alphabet="ab*", max_size=8))
def test_a_pattern_fits_as_the_standard_library_says(text: str, pattern: str) -> None:
    said = re.fullmatch(fnmatch.translate(pattern), text) is not None
    assert same(text, pattern, Rules(), pattern=True) is said


def test_no_pattern_takes_exponential_time() -> None:
    """What makes a backtracking matcher try 2^n ways takes n × m steps here."""
    assert not same("a" * 1000 + "b", "*a" * 250 + "*c", Rules(), pattern=True)


@given(st.text(max_size=40))
def test_normal_forms_are_one(text: str) -> None:
    assert same(unicodedata.normalize("NFD", text), unicodedata.normalize("NFC", text), Rules())
