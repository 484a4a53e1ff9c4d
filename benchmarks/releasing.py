"""Run in a process of the site, `releasing.py PID`: what releases of the 500-lesson course cost.

PID is the database's. Prints statements and CPU-milliseconds (this process and the database) of
releasing one edited lesson, on top of Wagtail's publish, and of releasing 500 changed lessons.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import django

from benchmarks.servers import cpu_ms

EDITS = 5


def one_edited(database: int) -> dict[str, float]:
    """Statements of the first edit, CPU time of those that follow it."""
    publishing = _statements(_edit(0).publish)
    marks = [one for one in publishing if one.startswith("UPDATE") and "dirty_mark" in one]
    sent = len(marks) + len(_statements(_release()))
    spent = 0.0
    for number in range(1, EDITS + 1):
        _edit(number).publish()
        spent += _cpu(_release(), database)
    return {"statements": sent, "cpu_ms": spent / EDITS, "wagtail": len(publishing) - len(marks)}


def all_changed(database: int) -> dict[str, float]:
    sent, spent = 0, 0.0
    for number in range(2):
        _change_all(number)
        if number:
            spent = _cpu(_release(), database)
        else:
            sent = len(_statements(_release()))
    return {"statements": sent, "cpu_ms": spent}


def _course() -> Any:
    from course_pages.models import Course

    return Course.objects.get(slug="of-500")


def _lessons() -> Any:
    from course_pages.models import CoursePage, LessonPage

    page = CoursePage.objects.get(translation_key=_course().lineage)
    return LessonPage.objects.descendant_of(page).order_by("path")


def _edit(number: int) -> Any:
    """A revision of the first lesson with one more block, to be published."""
    page = _lessons()[0]
    page.body.append(("text", f"<p>Edit {number}.</p>"))
    return page.save_revision()


def _change_all(number: int) -> None:
    """One more block in every lesson, written past Wagtail."""
    from course_pages.models import LessonPage

    pages = list(_lessons())
    for page in pages:
        page.body.append(("text", f"<p>Change {number}.</p>"))
    LessonPage.objects.bulk_update(pages, ["body"], batch_size=100)


def _release() -> Callable[[], None]:
    """The release, by a worker that has the live outline in memory: it recounted after it."""
    from course_pages import outline, releases

    course = _course()
    outline.load(course.live_release.outline_id)

    def release() -> None:
        assert releases.release(course=course, by=None) is not None

    return release


def _statements(action: Callable[[], Any]) -> list[str]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        action()
    texts = [str(query["sql"]).lstrip("( ") for query in captured.captured_queries]
    return [one for one in texts if one.startswith(("SELECT", "INSERT", "UPDATE", "DELETE"))]


def _cpu(action: Callable[[], Any], database: int) -> float:
    before = time.process_time() * 1000 + cpu_ms({database})
    action()
    return time.process_time() * 1000 + cpu_ms({database}) - before


if __name__ == "__main__":
    django.setup()
    pid = int(sys.argv[1])
    print(json.dumps({"one": one_edited(pid), "all": all_changed(pid)}))
