"""Progress: percentages that never lie, and the ledger of completions.

Percentage = completed required lessons that still count ÷ required lessons of the live release.
A completion counts while its era is at least the outline's (docs/architecture.md, "Releases").
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q

from core import clock, outbox
from core.prepared import Prepared
from course_pages import outline as outlines
from course_pages.models import Course, Release
from course_pages.outline import Lesson, Outline
from learning.models import Enrolment, LessonCompletion, LessonProgress, QuizPass, Watch
from learning.opening import NO_LOCKS, Locks
from learning.services.access import Place, Seat
from learning.services.ledger import completed_eras, counts
from learning.watching.rule import enough, percent_of

COMPLETED = "course.completed"
# The row of an enrolment, locked until the transaction ends.
LOCKED = Prepared(
    lambda enrolment: Enrolment.objects.select_for_update().filter(pk=enrolment), enrolment=int
)
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


def measure(outline: Outline, eras: dict[str, int], completed_at: datetime | None) -> Progress:
    """Pure: progress in an outline from the eras completed."""
    done = sum(eras.get(lineage, 0) >= era for lineage, era in outline.required.items())
    return Progress(done, len(outline.required), completed_at, eras)


def next_lesson(
    outline: Outline, eras: dict[str, int], last: str | None, locks: Locks = NO_LOCKS
) -> Lesson | None:
    """Where to go on: the lesson one was in if to be done, else the next one, else the first.

    Never one that is locked.
    """
    if last in outline.positions:
        start = outline.positions[last]
        ordered: Iterable[Lesson] = (*outline.lessons[start:], *outline.lessons[:start])
    else:
        ordered = outline.lessons
    return next(
        (one for one in ordered if not counts(one, eras) and one.lineage not in locks), None
    )


@dataclass(frozen=True)
class Left:
    """What stands between a learner and completing a lesson; false where nothing does.

    `quizzes` are lineages; `videos` tells for each film how many per cent were watched, of
    `percent` that are asked.
    """

    quizzes: frozenset[str]
    videos: dict[str, int]
    percent: int

    @property
    def watched(self) -> int:
        """The per cent watched of the first film that is left."""
        return next(iter(self.videos.values()), 0)

    def __bool__(self) -> bool:
        return bool(self.quizzes or self.videos)


@dataclass
class Unfinished(Exception):
    """The lesson asks for more than was done so far; nothing was recorded."""

    left: Left


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


def videos_to_watch(enrolment: Enrolment, lesson: Lesson) -> dict[str, int]:
    """Uid → per cent watched, of the films between a learner and completing the lesson.

    One query where the lesson asks for films to be watched, else none.
    """
    if not lesson.to_watch:
        return {}
    rows = Watch.objects.filter(
        enrolment=enrolment, lineage=lesson.lineage, era__gte=lesson.era
    ).values_list("video", "watched_ms")
    watched = {str(video): watched_ms for video, watched_ms in rows}
    return {
        video.uid: percent_of(watched.get(video.uid, 0), video.duration_ms)
        for video in lesson.to_watch
        if not enough(watched.get(video.uid, 0), video.duration_ms, lesson.watch_percent)
    }


def left_to_do(enrolment: Enrolment, lesson: Lesson) -> Left:
    """What is missing before the lesson can be completed: at the most two queries."""
    quizzes = frozenset(quizzes_to_pass(enrolment, lesson))
    return Left(quizzes, videos_to_watch(enrolment, lesson), lesson.watch_percent)


@transaction.atomic
def complete(*, seat: Seat) -> Progress:
    """Record that the lesson is completed, and the course if it was the last one; repeatable.

    One transaction. The enrolment row is locked first: two tabs must not both see "one left".
    Raises Unfinished while a quiz has to be passed, or a film to be watched.
    """
    assert seat.enrolment is not None
    (enrolment,) = LOCKED(enrolment=seat.enrolment.pk)
    if left := left_to_do(enrolment, seat.lesson):
        raise Unfinished(left)
    return _complete(seat, enrolment)


def complete_by_rule(*, place: Place, lineage: str, locked: Enrolment) -> bool:
    """Complete a lesson that completes by itself, if nothing is missing; whether it did.

    Part of the caller's transaction, which holds the lock on the enrolment's row; repeatable.
    """
    lesson = place.outline.by_lineage.get(lineage)
    if lesson is None or lesson.completion == "done" or left_to_do(locked, lesson):
        return False
    _complete(Seat(place.course, place.release, place.outline, locked, lesson), locked)
    return True


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
    if (alone or not quizzes_to_pass(locked, lesson)) and not videos_to_watch(locked, lesson):
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

    Also where films were watched far enough before, and the rule asks for less since.

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
    lesson = seat.lesson
    by_itself = lesson.completion == "opened" or bool(lesson.to_watch)
    if not by_itself or left_to_do(seat.enrolment, lesson):
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
