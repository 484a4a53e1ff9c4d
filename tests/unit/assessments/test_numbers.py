"""Numbers as they are typed, in any script."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.questions import numbers

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1,5", "1.5"),
        ("1.5", "1.5"),
        ("١٫٥", "1.5"),
        ("۱۲", "12"),
        ("१२३", "123"),
        ("１．５", "1.5"),
        (" 1 234,5 ", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1,234,567", "1234567"),
        ("1'000", "1000"),
        ("1,234", "1.234"),
        ("\u22125", "-5"),
        ("+.5", "0.5"),
        ("5.", "5"),
        ("2e-3", "0.002"),
        ("2E3", "2000"),
        ("6,02 × 10^23", "6.02e23"),
        ("3*10^(-2)", "0.03"),
        ("-0", "0"),
    ],
)
def test_a_number_is_read_as_it_was_meant(typed: str, meant: str) -> None:
    assert numbers.parse(typed) == Decimal(meant)


@pytest.mark.parametrize(
    "typed",
    [
        *("", " ", "NaN", "nan", "Infinity", "-inf", "1e400", "1e-400", "1e99999999999", "0x10"),
        *("1..5", "1,2.3,4", "12,34,567", "1.2.3", "five", "1 and a half", "1/2", "e5", "--1"),
        *("1" * 101, "9" * 400, "½", "²", "1,5e", "\u0000", "1\n2e", ",", ".", "1e1e1"),
    ],
)
def test_what_is_no_number_is_none(typed: str) -> None:
    assert numbers.parse(typed) is None


@given(st.text(max_size=120))
def test_no_text_raises(typed: str) -> None:
    value = numbers.parse(typed)
    assert value is None or value.is_finite()


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-1e9, max_value=1e9))
def test_a_plain_number_comes_back_with_either_sign(value: Decimal) -> None:
    assert numbers.parse(str(value)) == value
    assert numbers.parse(str(value).replace(".", ",")) == value
