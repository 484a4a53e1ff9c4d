"""Amounts of money: whole minor units of a currency, never a float."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from babel.core import UnknownLocaleError
from babel.numbers import format_currency, get_currency_precision
from django.utils.translation import get_language


class NoAmount(ValueError):
    """Not an amount in this currency."""


@dataclass(frozen=True, order=True)
class Money:
    """`Money(1250, "EUR")` is 12.50 €, `Money(1250, "JPY")` 1250 ¥."""

    amount_minor: int
    currency: str

    def __str__(self) -> str:
        """As the reader's language writes it."""
        amount = Decimal(self.amount_minor).scaleb(-exponent(self.currency))
        try:
            return format_currency(amount, self.currency, locale=_locale())
        except UnknownLocaleError:
            return format_currency(amount, self.currency, locale="en")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount_minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount_minor - self._same(other), self.currency)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"{other.currency} is not {self.currency}")
        return other.amount_minor


def exponent(currency: str) -> int:
    """Digits after the point: 2 for EUR, 0 for JPY, 3 for KWD (ISO 4217, by CLDR)."""
    return get_currency_precision(currency)


def parse(text: str, currency: str) -> int:
    """What somebody typed, in minor units; "12,50" and "12.5" are 1250 in EUR.

    Raises NoAmount for what is none, has more digits than the currency, or is below zero.
    """
    try:
        amount = Decimal(text.strip().replace(" ", "").replace(",", "."))
    except InvalidOperation:
        raise NoAmount(text) from None
    if not amount.is_finite() or amount < 0 or amount.adjusted() > 12:
        raise NoAmount(text)
    minor = amount.scaleb(exponent(currency))
    if minor != minor.to_integral_value():
        raise NoAmount(text)
    return int(minor)


def plain(amount_minor: int, currency: str) -> str:
    """As a form field holds it and an export writes it: "12.50"."""
    return f"{Decimal(amount_minor).scaleb(-exponent(currency)):f}"


def _locale() -> str:
    return (get_language() or "en").replace("-", "_")
