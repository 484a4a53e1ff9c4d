"""Tables for spreadsheets, which take some texts for formulas.

A text that begins like a formula gets an apostrophe in front: the program shows the text and runs
nothing (OWASP, "CSV Injection"). So does what would begin a cell where a program splits the line at
another separator than the comma, as Excel does in many countries. Numbers stay numbers.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import translation
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

SIGNS = "=+@＝＋－＠-"
CONTROLS = ("\t", "\r", "\n")
BEGINS = re.compile(rf"([;|\t\r\n])(?=[\s\"]*[{SIGNS}])")
"""Where a cell would begin like a formula if the line were split at what stands before."""
Value = str | int | Decimal | None


def harmless(value: Value) -> Value:
    """A cell that no spreadsheet program runs; also where blanks stand before the formula."""
    if isinstance(value, str):
        # What the file format has no room for goes first: it could hide what comes after it.
        text = ILLEGAL_CHARACTERS_RE.sub("", value)
        made = BEGINS.sub(r"\1'", text)
        if text.startswith(CONTROLS) or text.lstrip().startswith(tuple(SIGNS)):
            return "'" + made
        return made
    return value


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def as_csv(lines: Iterable[Sequence[Value]], name: str) -> HttpResponseBase:
    """Streamed, in UTF-8 with its mark, which Excel needs to read it as such."""
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    language = translation.get_language()

    def parts() -> Iterator[str]:
        yield "\ufeff"
        # The answer is sent after the request's language is gone.
        with translation.override(language):
            for line in lines:
                yield writer.writerow([harmless(value) for value in line])

    response = StreamingHttpResponse(parts(), content_type="text/csv; charset=utf-8")
    return named(response, f"{name}.csv")


def named(response: HttpResponseBase, name: str) -> HttpResponseBase:
    """The answer as a file to keep."""
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
