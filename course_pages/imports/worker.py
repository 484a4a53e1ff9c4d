"""Each import runs in a process of its own.

A package is hostile by assumption: whatever it does to memory or to a parser ends with that
process, and the queue goes on releasing courses and sending mail meanwhile.
"""

import logging
import os
import socket
import subprocess
import sys
import threading
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connections

from core import outbox, schedule
from course_pages.imports import jobs
from course_pages.imports.service import REQUESTED
from course_pages.models import CourseImport

LONGEST = timedelta(minutes=30)
NICENESS = 5

logger = logging.getLogger(__name__)


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
    command = [sys.executable, str(settings.ROOT / "manage.py"), "run_import", str(pk)]
    child = subprocess.Popen(  # noqa: S603 - this Python with numbers of our own
        [*command, str(attempt)],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    threading.Thread(target=_watch, args=(child, pk, attempt), daemon=True).start()


def _watch(child: "subprocess.Popen[bytes]", pk: int, attempt: int) -> None:
    """Wait for the import's process; free what it lost, and go on with the next one."""
    try:
        try:
            code = child.wait(LONGEST.total_seconds())
        except subprocess.TimeoutExpired:
            child.kill()
            code = child.wait()
        if code:
            logger.error("Import %s, attempt %s: its process ended with %s", pk, attempt, code)
            jobs.lost(pk, attempt)
        take_up()
    finally:
        connections.close_all()
