"""How many pages a running import has written: a file beside its package.

The pages are written in one transaction, so nobody sees rows of it before its end, and SQLite lets
nobody else write meanwhile.
"""

import time
from collections.abc import Callable

from django.core.files.base import ContentFile

from course_pages.models import CourseImport

PAUSE_SECONDS = 0.5


def _name(record: CourseImport) -> str:
    return f"{record.file.name}.written"


def keep(record: CourseImport) -> Callable[[int, int], None]:
    """A function that is told of each page and notes their number, now and then."""
    last = 0.0

    def note(number: int, of: int) -> None:
        nonlocal last
        if number < of and time.monotonic() - last < PAUSE_SECONDS:
            return
        last = time.monotonic()
        forget(record)
        record.file.storage.save(_name(record), ContentFile(str(number).encode()))

    return note


def written(record: CourseImport) -> int:
    """Pages that the import has written so far; 0 where nothing is known."""
    if not record.file:
        return 0
    try:
        with record.file.storage.open(_name(record)) as file:
            return min(int(file.read(20) or 0), record.pages or 0)
    except (FileNotFoundError, ValueError):
        # Not begun, or just being replaced.
        return 0


def forget(record: CourseImport) -> None:
    """Remove the note; repeatable."""
    if record.file:
        record.file.storage.delete(_name(record))
