"""The fonts that PDF files embed: Latin, Greek, Cyrillic, Vietnamese and Devanagari letters."""

import re
from functools import lru_cache
from typing import Any

from django.contrib.staticfiles import finders
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

TEXT, STRONG = "NotoSans", "NotoSans-Bold"
FILES = {TEXT: "print/noto-sans-400.ttf", STRONG: "print/noto-sans-700.ttf"}
# What stands for a letter that no font has; never an empty box.
MISSING = "?"


class NotBuilt(Exception):
    """The fonts are not there: `npm run build` puts them into static/dist."""


@lru_cache(maxsize=1)
def register() -> None:
    """Make the fonts known to ReportLab, once for the process."""
    for name, file in FILES.items():
        path = finders.find(file)
        if not path:
            raise NotBuilt(file)
        pdfmetrics.registerFont(TTFont(name, path))
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
