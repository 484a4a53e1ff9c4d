"""The gradebook as a table for spreadsheets."""

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from assessments.staff.columns import Column
from assessments.staff.gradebook import Row
from core.spreadsheets import Value, as_csv, harmless, named

LONGEST = 32_767
"""Characters that a cell of Excel holds."""


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


def as_xlsx(lines: Iterable[list[Value]], name: str) -> HttpResponseBase:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Gradebook")[:31])
    for line in lines:
        sheet.append([_xlsx_cell(sheet, harmless(value)) for value in line])
    held = io.BytesIO()
    book.save(held)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return named(HttpResponse(held.getvalue(), content_type=kind), f"{name}.xlsx")


def _xlsx_cell(sheet: Any, value: Value) -> Any:
    if isinstance(value, str):
        made = WriteOnlyCell(sheet, value=value[:LONGEST])
        made.data_type = "s"
        return made
    return value


FORMATS = {"csv": as_csv, "xlsx": as_xlsx}
