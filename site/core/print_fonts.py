"""The fonts that PDF files embed. `npm run build` puts them into static/dist/print.

Invoices write with one family, letter by letter: Latin, Greek, Cyrillic, Vietnamese, Devanagari.
Certificates shape their text (certificates/printing) and take every file that is here.
"""

import re
from functools import lru_cache
from typing import Any

from django.contrib.staticfiles import finders
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

TEXT, STRONG = "NotoSans", "NotoSans-Bold"
FILES = {TEXT: "noto-sans-400", STRONG: "noto-sans-700"}
# What stands for a letter that no font has; never an empty box.
MISSING = "?"


class NotBuilt(Exception):
    """The fonts are not there: `npm run build` puts them into static/dist."""


def found(name: str) -> str | None:
    """Where the font of this name is, e.g. "noto-sans-400"; nothing if it was not built."""
    return finders.find(f"print/{name}.ttf")


def path(name: str) -> str:
    """Where the font of this name is; raises NotBuilt."""
    if not (place := found(name)):
        raise NotBuilt(name)
    return place


@lru_cache(maxsize=1)
def register() -> None:
    """Make the fonts known to ReportLab, once for the process."""
    for name, file in FILES.items():
        pdfmetrics.registerFont(TTFont(name, path(file)))
    pdfmetrics.registerFontFamily(TEXT, normal=TEXT, bold=STRONG, italic=TEXT, boldItalic=STRONG)


def printable(text: str) -> str:
    """The text with `MISSING` for what the fonts have no letter for, without what never shows."""
    register()
    known: dict[int, Any] = pdfmetrics.getFont(TEXT).face.charToGlyph
    spaced = re.sub(r"[ \t\r\n]+", " ", text)
    shown = (one for one in spaced if one.isprintable() or one == "\N{NO-BREAK SPACE}")
    return "".join(one if ord(one) in known else MISSING for one in shown)


def covers(text: str) -> bool:
    """Whether all of a text can be printed."""
    return MISSING not in printable(text.replace(MISSING, ""))
