"""Each import runs in a process of its own.

A package is hostile by assumption: whatever it does to memory or to a parser ends with that
process, and the queue goes on releasing courses and sending mail meanwhile.
"""

import os
import socket
from datetime import timedelta
from functools import partial
from typing import Any

from core import children, outbox, schedule
from course_pages.imports import jobs
from course_pages.imports.service import REQUESTED
from course_pages.models import CourseImport

LONGEST = timedelta(minutes=30)
NICENESS = 5


@outbox.handler(REQUESTED)
def requested(payload: dict[str, Any]) -> None:
    take_up()


@schedule.every(timedelta(seconds=10), "take-up-course-imports")
def take_up() -> None:
    """Start the oldest free import, unless one is running; its end starts the next."""
    jobs.give_up()
    if CourseImport.objects.held().exists():
        return
    record = jobs.claim(f"{socket.gethostname()}:{os.getpid()}")
    if record is not None:
        _start(record.pk, record.attempts)


schedule.every(timedelta(hours=1), "clear-course-imports")(jobs.clear)


def _start(pk: int, attempt: int) -> None:
    command = ["run_import", str(pk), str(attempt)]
    children.start(command, longest=LONGEST, ended=partial(_ended, pk, attempt))


def _ended(pk: int, attempt: int, code: int) -> None:
    """Free what its process lost, and go on with the next one."""
    if code:
        jobs.lost(pk, attempt)
    take_up()
