"""Numbers as learners type them: exact, in any script, with a point or a comma."""

import re
import unicodedata
from decimal import Decimal

# Beyond what a double can hold nobody means a number; it keeps comparisons cheap.
LARGEST_EXPONENT = 308
LONGEST = 100
NUMBER = re.compile(r"([+-]?)(\d+(?:[.,]\d*)*|[.,]\d+)(?:[eE]([+-]?\d{1,4}))?")
POWER_OF_TEN = re.compile(r"\s*[*x×·]\s*10\s*(?:\^|\*\*)\s*\(?([+-]?\d{1,4})\)?$")
SIGNS = {"\u2212": "-", "\u2013": "-", "\uff0b": "+", "\uff0d": "-"}
SEPARATORS = {"\u066b": ".", "\uff0e": ".", "\uff0c": ",", "\u066c": ""}
BLANKS = " \u00a0\u2009\u202f_'\u2019"


def parse(text: str) -> Decimal | None:
    """The number that somebody typed, or None where it is none.

    "1,5", "1.5" and "١٫٥" are one and a half. Where a point and a comma both occur, the last one is
    the decimal sign ("1.234,5"); a sign that repeats groups thousands ("1,234,567"). A lone comma
    is always a decimal sign. NaN, infinities and exponents beyond ±308 are no numbers.
    """
    if len(text) > LONGEST:
        return None
    match = NUMBER.fullmatch(_plain(text))
    if match is None:
        return None
    sign, digits, exponent = match.groups()
    plain = _decimal_point(digits)
    if plain is None or abs(int(exponent or 0)) > LARGEST_EXPONENT:
        return None
    value = Decimal(f"{sign}{plain}e{exponent or 0}")
    return value if abs(value.adjusted()) <= LARGEST_EXPONENT else None


def _plain(text: str) -> str:
    """Latin digits and signs, no spaces, powers of ten as `e`."""
    made = []
    for character in text.strip():
        if character in BLANKS:
            continue
        digit = unicodedata.decimal(character, None)
        if digit is not None:
            made.append(str(digit))
        else:
            made.append(SIGNS.get(character) or SEPARATORS.get(character, character))
    return POWER_OF_TEN.sub(r"e\1", "".join(made))


def _decimal_point(digits: str) -> str | None:
    """The digits with a point at the decimal sign; None where the groups make no sense."""
    marks = [character for character in digits if character in ".,"]
    if len(set(marks)) == 2:
        last = marks[-1]
        if marks.count(last) > 1:
            return None
        whole, part = digits.rsplit(last, 1)
        return f"{_grouped(whole)}.{part}" if _grouped(whole) else None
    if len(marks) > 1:
        return _grouped(digits)
    plain = digits.replace(",", ".")
    return plain + "0" if plain.endswith(".") else plain


def _grouped(digits: str) -> str | None:
    """Thousands without the signs between them; None where a group has not three digits."""
    first, *groups = re.split(r"[.,]", digits)
    if not 1 <= len(first) <= 3 or any(len(group) != 3 for group in groups):
        return None
    return first + "".join(groups)
