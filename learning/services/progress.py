"""Progress: percentages that never lie, and the ledger of completions.

Percentage = completed required lessons that still count ÷ required lessons of the live release.
A completion counts while its era is at least the outline's (docs/architecture.md, "Releases").
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, TextField
from django.db.models.functions import Cast

from core import clock, outbox
from course_pages import outline as outlines
from course_pages.models import Course, Release
from course_pages.outline import Lesson, Outline
from learning.models import Enrolment, LessonCompletion, LessonProgress, QuizPass
from learning.services.access import Place, Seat

COMPLETED = "course.completed"
BATCH = 1000


@dataclass(frozen=True)
class Progress:
    """How far somebody is in the release they study; `percent` is 0–100, whole, rounded down."""

    done: int
    required: int
    completed_at: datetime | None
    # What it was measured from, for pages that show single lessons too.
    eras: dict[str, int] = field(repr=False, compare=False)

    @property
    def percent(self) -> int:
        return 100 * self.done // self.required if self.required else 0

    @property
    def finished(self) -> bool:
        """All required lessons count as done; a course without any never is."""
        return bool(self.required) and self.done == self.required

    @property
    def new_since(self) -> int:
        """Required lessons open although the course was completed: new, or to be done again."""
        return self.required - self.done if self.completed_at else 0


def completed_eras(enrolment: Enrolment) -> dict[str, int]:
    """Lineage → highest era completed: one query."""
    # As text, for outlines name lineages so: hundreds of UUID objects cost more than the query.
    rows = LessonCompletion.objects.filter(enrolment=enrolment).values_list(
        Cast("lineage", TextField()), "era"
    )
    eras: dict[str, int] = {}
    for text, era in rows:
        lineage = text if len(text) == 36 else str(UUID(text))  # SQLite keeps no dashes
        if era > eras.get(lineage, 0):
            eras[lineage] = era
    return eras


def counts(lesson: Lesson, eras: dict[str, int]) -> bool:
    """Whether the lesson counts as completed."""
    return eras.get(lesson.lineage, 0) >= lesson.era


def measure(outline: Outline, eras: dict[str, int], completed_at: datetime | None) -> Progress:
    """Pure: progress in an outline from the eras completed."""
    done = sum(eras.get(lineage, 0) >= era for lineage, era in outline.required.items())
    return Progress(done, len(outline.required), completed_at, eras)


def next_lesson(outline: Outline, eras: dict[str, int], last: str | None) -> Lesson | None:
    """Where to go on: the lesson one was in if open, else the next open one, else the first."""
    if last in outline.positions:
        start = outline.positions[last]
        ordered: Iterable[Lesson] = (*outline.lessons[start:], *outline.lessons[:start])
    else:
        ordered = outline.lessons
    return next((lesson for lesson in ordered if not counts(lesson, eras)), None)


class QuizzesOpen(Exception):
    """The lesson has quizzes that its learner has yet to pass; nothing was recorded."""


def quizzes_to_pass(enrolment: Enrolment, lesson: Lesson) -> set[str]:
    """Lineages of the quizzes that stand between a learner and completing the lesson.

    One query where the lesson requires quizzes, else none.
    """
    if not lesson.to_pass:
        return set()
    passed = QuizPass.objects.filter(
        enrolment=enrolment, lineage=lesson.lineage, era__gte=lesson.era
    ).values_list("quiz_lineage", flat=True)
    return set(lesson.to_pass) - {str(one) for one in passed}


@transaction.atomic
def complete(*, seat: Seat) -> Progress:
    """Record that the lesson is completed, and the course if it was the last one; repeatable.

    One transaction. The enrolment row is locked first: two tabs must not both see "one left".
    Raises QuizzesOpen while a quiz that the lesson requires is not passed.
    """
    assert seat.enrolment is not None
    enrolment = Enrolment.objects.select_for_update().get(pk=seat.enrolment.pk)
    if quizzes_to_pass(enrolment, seat.lesson):
        raise QuizzesOpen
    return _complete(seat, enrolment)


def pass_quiz(*, place: Place, lineage: str, quiz: str, digest: str, locked: Enrolment) -> None:
    """Record that a quiz of a lesson is passed, and the lesson as completed if that was all.

    Part of the caller's transaction, which holds the lock on the enrolment's row; repeatable. A
    lesson that is no longer in the outline keeps the pass, and has nothing to complete.
    """
    lesson = place.outline.by_lineage.get(lineage)
    QuizPass.objects.bulk_create(
        [
            QuizPass(
                enrolment=locked,
                lineage=lineage,
                quiz_lineage=quiz,
                era=lesson.era if lesson else 1,
                digest=digest,
                at=clock.now(),
            )
        ],
        ignore_conflicts=True,
    )
    if lesson is None or lesson.completion == "done":
        return
    alone = set(lesson.to_pass) <= {quiz}
    if alone or not quizzes_to_pass(locked, lesson):
        seat = Seat(place.course, place.release, place.outline, locked, lesson)
        _complete(seat, locked)


def _complete(seat: Seat, enrolment: Enrolment) -> Progress:
    """Completed, on a locked enrolment."""
    now = clock.now()
    LessonCompletion.objects.bulk_create(
        [
            LessonCompletion(
                enrolment=enrolment,
                lineage=seat.lesson.lineage,
                era=seat.lesson.era,
                release=seat.release,
                digest=seat.lesson.digest,
                at=now,
            )
        ],
        ignore_conflicts=True,
    )
    progress = measure(seat.outline, completed_eras(enrolment), enrolment.completed_at)
    enrolment.done_count = progress.done
    enrolment.last_lineage = seat.lesson.lineage
    enrolment.last_at = now
    if progress.finished and enrolment.completed_at is None:
        _complete_course(enrolment, seat.release, now)
    enrolment.save(
        update_fields=["done_count", "last_lineage", "last_at", "completed_at", "completed_release"]
    )
    return replace(progress, completed_at=enrolment.completed_at)


def _complete_course(enrolment: Enrolment, release: Release, now: datetime) -> None:
    enrolment.completed_at = now
    enrolment.completed_release = release
    outbox.publish(COMPLETED, {"enrolment": enrolment.pk, "release": release.pk})


def open_lesson(*, seat: Seat) -> Progress | None:
    """Record that the lesson is open, for resuming; completes it where opening is the rule.

    Returns the new progress when it changed anything that shows, else None. Harmless to repeat.
    """
    assert seat.enrolment is not None
    now = clock.now()
    with transaction.atomic():
        updated = LessonProgress.objects.filter(
            enrolment=seat.enrolment, lineage=seat.lesson.lineage
        ).update(last_at=now)
        if not updated:
            LessonProgress.objects.bulk_create(
                [
                    LessonProgress(
                        enrolment=seat.enrolment,
                        lineage=seat.lesson.lineage,
                        opened_at=now,
                        last_at=now,
                    )
                ],
                ignore_conflicts=True,
            )
        Enrolment.objects.filter(pk=seat.enrolment.pk).update(
            last_lineage=seat.lesson.lineage, last_at=now
        )
    if seat.lesson.completion != "opened" or quizzes_to_pass(seat.enrolment, seat.lesson):
        return None
    return complete(seat=seat)


def recount(course: Course) -> int:
    """Bring counters and course completions in line with the live release, in batches; repeatable.

    Called after each release: removing the last open lesson completes people. Returns how many
    courses were completed by it.
    """
    course = Course.objects.select_related("live_release").get(pk=course.pk)
    if course.live_release is None:
        return 0
    live = outlines.load(course.live_release.outline_id)
    completed = 0
    last = 0
    while batch := list(
        Enrolment.objects.filter(course=course, pk__gt=last)
        .order_by("pk")
        .values_list("pk", flat=True)[:BATCH]
    ):
        completed += _recount_batch(batch, course.live_release, live)
        last = batch[-1]
    return completed


def _recount_batch(batch: list[int], release: Release, live: Outline) -> int:
    now = clock.now()
    with transaction.atomic():
        enrolments = list(Enrolment.objects.select_for_update().filter(pk__in=batch).order_by("pk"))
        done = done_counts(batch, live)
        changed, completed = [], 0
        for enrolment in enrolments:
            count = done.get(enrolment.pk, 0)
            finishes = (
                bool(live.required)
                and count == len(live.required)
                and enrolment.completed_at is None
            )
            if finishes:
                _complete_course(enrolment, release, now)
                completed += 1
            if finishes or enrolment.done_count != count:
                enrolment.done_count = count
                changed.append(enrolment)
        Enrolment.objects.bulk_update(
            changed, ["done_count", "completed_at", "completed_release"], batch_size=200
        )
    return completed


def done_counts(enrolments: list[int], live: Outline) -> dict[int, int]:
    """Enrolment → number of required lessons that count: one query for all."""
    if not live.required:
        return {}
    by_era: dict[int, list[str]] = defaultdict(list)
    for lineage, era in live.required.items():
        by_era[era].append(lineage)
    fits = Q()
    for era, lineages in by_era.items():
        fits |= Q(era__gte=era, lineage__in=lineages)
    rows = (
        LessonCompletion.objects.filter(fits, enrolment__in=enrolments)
        .values("enrolment")
        .annotate(done=Count("lineage", distinct=True))
    )
    return {row["enrolment"]: row["done"] for row in rows}


def check_counters() -> int:
    """Nightly: recount every course; differences are mended and returned as completions found."""
    return sum(recount(course) for course in Course.objects.filter(live_release__isnull=False))
