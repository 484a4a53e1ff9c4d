"""Amounts: read as people type them, written as their language does."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core.money import Money, NoAmount, exponent, parse, plain


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("12.50", "EUR", 1250),
        ("12,5", "EUR", 1250),
        (" 1 200 ", "EUR", 120000),
        ("1200", "JPY", 1200),
        ("1.234", "KWD", 1234),
        ("0", "EUR", 0),
    ],
)
def test_what_people_type(typed: str, currency: str, minor: int) -> None:
    assert parse(typed, currency) == minor


@pytest.mark.parametrize("typed", ["", "free", "-1", "1.234", "NaN", "Infinity", "1e400", "1e13"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(NoAmount):
        parse(typed, "EUR")


def test_yen_have_no_cents() -> None:
    with pytest.raises(NoAmount):
        parse("1.5", "JPY")


@given(st.integers(0, 10**12), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_a_form_reads_back_what_it_shows(amount: int, currency: str) -> None:
    assert parse(plain(amount, currency), currency) == amount


def test_every_language_writes_it_its_own_way() -> None:
    assert (exponent("EUR"), exponent("JPY"), exponent("KWD")) == (2, 0, 3)
    with translation.override("en"):
        assert str(Money(123456, "EUR")) == "€1,234.56"
        assert str(Money(1234, "JPY")) == "¥1,234"
    with translation.override("de"):
        assert str(Money(123456, "EUR")) == "1.234,56\N{NO-BREAK SPACE}€"


def test_currencies_are_not_mixed() -> None:
    with pytest.raises(ValueError, match="USD is not EUR"):
        _sum = Money(1, "EUR") + Money(1, "USD")
