"""Dirty marks: every change below a course is noted on its row, in the change's own transaction.

Wagtail sends no complete set of signals, and most of them outside the transaction; saving, deleting
and moving are the three that always happen.
"""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db.models import DateTimeField, F, Model, Q, Value
from django.db.models.functions import Coalesce
from wagtail.models import Page, ReferenceIndex

from core import clock
from course_pages.models.course import Course
from course_pages.models.pages import CoursePage

COURSE_DEPTH = 4
"""Of course pages in the tree."""


def courses_above(path: str) -> Q:
    """The courses whose page is the page at `path` or above it."""
    ancestors = [path[:end] for end in range(Page.steplen, len(path) + 1, Page.steplen)]
    pages = CoursePage.objects.filter(path__in=ancestors)
    return Q(lineage__in=pages.values("translation_key"))


def mark(which: Q) -> int:
    """Mark courses as changed (one statement); returns how many."""
    now = clock.now()
    return Course.objects.filter(which).update(
        dirty_mark=F("dirty_mark") + 1,
        dirty_at=now,
        dirty_since=Coalesce("dirty_since", Value(now, output_field=DateTimeField())),
    )


def mark_path(path: str) -> int:
    """A page at this path was saved, deleted or moved."""
    return mark(courses_above(path))


def mark_users_of(thing: Model) -> int:
    """The courses whose pages choose this thing, as Wagtail's index of references knows them.

    Three statements for any number of pages.
    """
    kind = ContentType.objects.get_for_model(thing)
    pages = ReferenceIndex.objects.filter(
        to_content_type=kind,
        to_object_id=str(thing.pk),
        base_content_type=ContentType.objects.get_for_model(Page),
    )
    choosing = [int(pk) for pk in pages.values_list("object_id", flat=True)]
    if not choosing:
        return 0
    paths = set(Page.objects.filter(pk__in=choosing).values_list("path", flat=True))
    courses = {path[: COURSE_DEPTH * Page.steplen] for path in paths}
    found = CoursePage.objects.filter(path__in=courses)
    return mark(Q(lineage__in=found.values("translation_key")))


def mark_lineages(lineages: Iterable[UUID]) -> int:
    return mark(Q(lineage__in=list(lineages)))
