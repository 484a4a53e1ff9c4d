"""Tables for spreadsheets, which take some texts for formulas.

A text that begins like a formula gets an apostrophe in front: the program shows the text and runs
nothing (OWASP, "CSV Injection"). Numbers stay numbers.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from assessments.staff.columns import Column
from assessments.staff.gradebook import Row

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
LONGEST = 32_767
"""Characters that a cell of Excel holds."""
Value = str | int | None


def harmless(value: Value) -> Value:
    """A cell that no spreadsheet program runs; also where blanks stand before the formula."""
    if isinstance(value, str):
        # What the file format has no room for goes first: it could hide what comes after it.
        text = ILLEGAL_CHARACTERS_RE.sub("", value)
        if text.startswith(DANGEROUS) or text.lstrip().startswith(DANGEROUS):
            return "'" + text
        return text
    return value


def table(rows: Iterable[Row], columns: Sequence[Column]) -> Iterator[list[Value]]:
    """The gradebook as lines, its head first: three columns a quiz."""
    head: list[Value] = [_("Name"), _("E-mail"), _("Enrolled")]
    for column in columns:
        name = (
            column.title if not column.lesson_title else f"{column.title} ({column.lesson_title})"
        )
        head += [f"{name}: %", f"{name}: " + _("State"), f"{name}: " + _("Attempts")]
    yield head
    for row in rows:
        user = row.enrolment.user
        line: list[Value] = [user.name, user.email, row.enrolment.enrolled_at.date().isoformat()]
        for cell in row.cells:
            line += [cell.percent, str(cell.word), cell.attempts]
        yield line


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def as_csv(lines: Iterable[list[Value]], name: str) -> HttpResponseBase:
    """Streamed, in UTF-8 with its mark, which Excel needs to read it as such."""
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_MINIMAL)
    language = translation.get_language()

    def parts() -> Iterator[str]:
        yield "\ufeff"
        # The answer is sent after the request's language is gone.
        with translation.override(language):
            for line in lines:
                yield writer.writerow([harmless(value) for value in line])

    response = StreamingHttpResponse(parts(), content_type="text/csv; charset=utf-8")
    return _named(response, f"{name}.csv")


def as_xlsx(lines: Iterable[list[Value]], name: str) -> HttpResponseBase:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Gradebook")[:31])
    for line in lines:
        sheet.append([_xlsx_cell(sheet, harmless(value)) for value in line])
    held = io.BytesIO()
    book.save(held)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _named(HttpResponse(held.getvalue(), content_type=kind), f"{name}.xlsx")


def _xlsx_cell(sheet: Any, value: Value) -> Any:
    if isinstance(value, str):
        made = WriteOnlyCell(sheet, value=value[:LONGEST])
        made.data_type = "s"
        return made
    return value


def _named(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


FORMATS = {"csv": as_csv, "xlsx": as_xlsx}
