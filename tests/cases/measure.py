"""What the cases measure by: statements sent, rows kept, the whole database as one figure."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.core.cache import cache
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from wagtail.models import Site

from accounts.models import User
from core import clock, snapshots
from course_pages import outline, public
from course_pages.models import LessonAddress, Release
from learning import course_home, outline_rows, player
from learning.models import AccessGrant, Enrolment, LessonCompletion, LessonProgress
from tests.factories.accounts import UserFactory

VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE")
RECORDS: tuple[type[Model], ...] = (
    Enrolment,
    AccessGrant,
    LessonProgress,
    LessonCompletion,
    Release,
    LessonAddress,
)
"""What learners hold, and what it refers to."""


def statements(action: Callable[[], Any]) -> list[str]:
    """The SELECT, INSERT, UPDATE and DELETE statements that an action sends."""
    with CaptureQueriesContext(connection) as captured:
        action()
    texts = (str(query["sql"]).lstrip("( ") for query in captured.captured_queries)
    return [text for text in texts if text.upper().startswith(VERBS)]


def forget_everything() -> None:
    """A process that has just started, with an empty cache."""
    cache.clear()
    snapshots.forget()
    outline.load.cache_clear()
    public._lesson_html.cache_clear()
    public._released_syllabus.cache_clear()
    outline_rows._modules.cache_clear()
    player.forget()
    course_home.forget()
    Site.clear_site_root_paths_cache()


def counts(models: Iterable[type[Model]] = RECORDS) -> dict[str, int]:
    """Rows by table."""
    return {model._meta.label: model._default_manager.count() for model in models}


def checksum(models: Iterable[type[Model]] = RECORDS) -> dict[str, str]:
    """One figure for all rows and columns of each table."""
    return {model._meta.label: table(model._meta.db_table) for model in models}


def table(name: str) -> str:
    """Count and digest of a table's rows, whatever their order."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")  # noqa: S608
        rows = sorted(repr(row) for row in cursor.fetchall())
    return f"{len(rows)} {hashlib.sha256(chr(10).join(rows).encode()).hexdigest()}"


def whole_database(leave_out: Iterable[str] = ()) -> dict[str, str]:
    """Every table's checksum by name."""
    skipped = set(leave_out)
    return {
        name: table(name) for name in connection.introspection.table_names() if name not in skipped
    }


@contextmanager
def nothing_changes(models: Iterable[type[Model]] = RECORDS) -> Iterator[None]:
    """Asserts that these tables hold the same before and after."""
    before = checksum(models)
    yield
    assert checksum(models) == before


def person(**fields: Any) -> User:
    """Somebody with a confirmed address; `roles=["Editor"]` puts them in groups."""
    made: Any = UserFactory(**fields)
    return cast(User, made)


def learners(course: Any, number: int) -> list[User]:
    """Enrolled people, written in bulk: with a grant, progress and completions by turns."""
    now = clock.now()
    users = User.objects.bulk_create(
        [
            User(email=f"learner{index}-{course.slug}@example.org", name=f"L {index}")
            for index in range(number)
        ]
    )
    users = list(User.objects.filter(email__endswith=f"-{course.slug}@example.org").order_by("pk"))
    live = outline.load(course.live_release.outline_id)
    Enrolment.objects.bulk_create([Enrolment(user=user, course=course) for user in users])
    enrolments = list(Enrolment.objects.filter(course=course, user__in=users).order_by("pk"))
    AccessGrant.objects.bulk_create(
        [
            AccessGrant(
                enrolment=one, source="free", source_key=f"enrolment:{one.pk}", starts_at=now
            )
            for one in enrolments
        ]
    )
    progress, completions = [], []
    for index, one in enumerate(enrolments):
        for lesson in live.lessons[: index % (len(live.lessons) + 1)]:
            progress.append(
                LessonProgress(enrolment=one, lineage=lesson.lineage, opened_at=now, last_at=now)
            )
            completions.append(
                LessonCompletion(
                    enrolment=one,
                    lineage=lesson.lineage,
                    era=lesson.era,
                    release=course.live_release,
                    digest=lesson.digest,
                    at=now,
                )
            )
    LessonProgress.objects.bulk_create(progress)
    LessonCompletion.objects.bulk_create(completions)
    return users
