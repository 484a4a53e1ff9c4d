"""Text as it can be printed: on one line, composed, without what never shows."""

import re
import unicodedata

from core.text import one_line

from . import faces

JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
# A letter of a living language carries four marks at most (Hebrew with points and accents).
# More of them climb out of their line; what is beyond is left out.
MOST_MARKS = 5
_NEVER_SHOWN = {"Cf", "Cc"}
_SPACES = re.compile(" {2,}")


class Unprintable(Exception):
    """A text has letters that no font has; `letters` are they."""

    def __init__(self, letters: str) -> None:
        super().__init__(
            f"no font has: {letters}" if letters else "nothing of the name can be printed"
        )
        self.letters = letters


def cleaned(text: str) -> str:
    """The text on one line, in NFC, without controls, invisible signs and towers of marks."""
    kept: list[str] = []
    marks = 0
    for letter in unicodedata.normalize("NFC", one_line(text)):
        category = unicodedata.category(letter)
        if category in _NEVER_SHOWN and letter not in JOINERS:
            continue
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > MOST_MARKS:
            continue
        kept.append(" " if category == "Zs" and letter != "\N{NO-BREAK SPACE}" else letter)
    return _SPACES.sub(" ", "".join(kept)).strip()


def unprintable(text: str) -> str:
    """The letters of a text that no font has, each once; empty if all of it can be printed."""
    known = faces.all_letters()
    return "".join(
        dict.fromkeys(
            letter
            for letter in cleaned(text)
            if ord(letter) not in known and not _is_silent(letter)
        )
    )


def shows(text: str) -> bool:
    """Whether a text has a letter, digit or sign: joiners and marks alone leave no ink."""
    return any(unicodedata.category(one)[0] in "LNPS" for one in cleaned(text))


def printable(text: str) -> str:
    """A text that is no name, without the signs in it that no font has; letters raise Unprintable.

    An emoji in the title of a course is an ornament, and the title is as true without it.
    """
    missing = unprintable(text)
    letters = "".join(one for one in missing if unicodedata.category(one)[0] in "LNM")
    if letters:
        raise Unprintable(letters)
    without = "".join(one for one in cleaned(text) if one not in missing)
    return cleaned(without.replace("\N{ZERO WIDTH JOINER}", "") if missing else without)


def _is_silent(letter: str) -> bool:
    """Joiners and variation selectors act on their neighbours and have no glyph to miss."""
    return letter in JOINERS or "\ufe00" <= letter <= "\ufe0f"
