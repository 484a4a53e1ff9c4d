"""The one door: every access to a lesson, its video, quiz and files is decided here."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from core import clock
from core.prepared import Prepared
from course_pages import outline
from course_pages.models import Course, LessonAddress, Release
from course_pages.outline import Lesson, Outline
from learning import opening
from learning.models import Enrolment
from learning.opening import NO_LOCKS, Learner, Locks, Missing, NeededCourse
from learning.services import ledger


class Reason(enum.StrEnum):
    """Why a door stays shut; `learning.middleware` answers each."""

    SIGN_IN = "sign_in"
    ENROL = "enrol"
    ENDED = "ended"
    MISSING = "missing"
    RETIRED = "retired"
    LOCKED = "locked"


@dataclass
class LessonClosed(Exception):
    """Not for this person, or not there; a stranger cannot tell which.

    A locked lesson comes with what is missing, and with what else is locked.
    """

    reason: Reason
    course: Course | None = None
    ended_at: datetime | None = None
    lesson: Lesson | None = None
    missing: tuple[Missing, ...] = ()
    locks: Locks = field(default_factory=dict)

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True)
class Place:
    """A course as one person may study it; `enrolment` is None for a visitor of a preview."""

    course: Course
    release: Release
    outline: Outline
    enrolment: Enrolment | None

    @cached_property
    def eras(self) -> dict[str, int]:
        """What its learner has completed, as it was when first asked: one query."""
        return ledger.completed_eras(self.enrolment) if self.enrolment else {}

    @cached_property
    def locks(self) -> Locks:
        """The lessons that are still closed to its learner; no query where there are no rules."""
        return self.locks_with(self.eras) if self.outline.has_rules else NO_LOCKS

    def locks_with(self, eras: dict[str, int]) -> Locks:
        """The same for somebody who has completed these."""
        if self.enrolment is None or not self.outline.has_rules:
            return NO_LOCKS
        learner = Learner(eras, self.enrolment.enrolled_at, self._courses)
        return opening.locks(self.outline, learner, clock.now())

    @cached_property
    def _courses(self) -> tuple[NeededCourse, ...]:
        """Courses that the learner has yet to complete: one query where the course needs any."""
        if not self.outline.needs or self.enrolment is None:
            return ()
        done = Enrolment.objects.filter(
            user=self.enrolment.user_id, course=OuterRef("pk"), completed_at__isnull=False
        )
        rows = Course.objects.filter(~Exists(done), lineage__in=self.outline.needs)
        return tuple(NeededCourse(slug, title) for slug, title in rows.values_list("slug", "title"))


@dataclass(frozen=True)
class Seat(Place):
    """A place with the lesson that was asked for."""

    lesson: Lesson

    @property
    def may_study(self) -> bool:
        """Whether what is done here counts for somebody."""
        return self.enrolment is not None


Visitor = User | AnonymousUser
# What pages of a course ask of an enrolment, its course and the live release.
STUDIED = (
    *("user", "enrolled_at", "completed_at", "last_lineage"),
    *(f"course__{name}" for name in ("lineage", "slug", "title", "live_release__outline")),
)


def _studying(user: int, slug: str, now: datetime) -> QuerySet[Enrolment]:
    mine = Enrolment.objects.filter(
        user=user, course__slug=slug, course__live_release__isnull=False, left_at=None
    )
    return mine.open_at(now).select_related("course__live_release").only(*STUDIED)[:1]


STUDYING = Prepared(_studying, user=int, slug=str, now=datetime)


def find(user: Visitor, slug: str) -> tuple[Course, Enrolment | None]:
    """The released course and the visitor's enrolment while a grant opens it; ≤ 2 queries."""
    if user.is_authenticated:
        # One lean statement for those who study, who ask most.
        for enrolment in STUDYING(user=user.pk, slug=slug, now=clock.now()):
            return enrolment.course, enrolment
    course = Course.objects.select_related("live_release").filter(slug=slug).first()
    if course is None or course.live_release is None:
        raise LessonClosed(Reason.MISSING if user.is_authenticated else Reason.SIGN_IN)
    return course, None


def ended_at(user: Visitor, course: Course) -> datetime | None:
    """When the access of somebody whom `find` did not let in ended; None if it never began."""
    if not user.is_authenticated:
        return None
    mine = Enrolment.objects.filter(user=user, course=course, left_at=None)
    enrolment = mine.with_access(clock.now()).first()
    return enrolment.ended_at if enrolment is not None else None


def closed(user: Visitor, course: Course) -> LessonClosed:
    """Why the course is closed to somebody whom `find` did not let in."""
    if not user.is_authenticated:
        return LessonClosed(Reason.SIGN_IN, course)
    ended = ended_at(user, course)
    return LessonClosed(Reason.ENDED if ended else Reason.ENROL, course, ended)


def enter_course(user: Visitor, slug: str) -> Place:
    """The course for somebody who is enrolled with an active grant; else raises LessonClosed."""
    course, enrolment = find(user, slug)
    if enrolment is None:
        raise closed(user, course)
    return place(course, enrolment)


def place(course: Course, enrolment: Enrolment) -> Place:
    """The place of an enrolment that `find` let in."""
    return Place(course, _release(course), _outline(course), enrolment)


def enter_lesson(user: Visitor, slug: str, address: str, *, to_study: bool = False) -> Seat:
    """The lesson for whoever may see it: its learners, and anybody for a free preview.

    `to_study` asks for a place in which something is recorded: enrolled learners only. Raises
    LessonClosed with the reason; whether a lesson exists is told to learners of the course only.
    A lesson that is locked to its learner is so with its files, quizzes and films.
    """
    course, enrolment = find(user, slug)
    lesson = _outline(course).by_address.get(address)
    if enrolment is not None:
        if lesson is None:
            known = LessonAddress.objects.filter(course=course, address=address).exists()
            raise LessonClosed(Reason.RETIRED if known else Reason.MISSING, course)
    elif to_study or lesson is None or not lesson.free_preview:
        raise closed(user, course)
    assert lesson is not None
    seat = Seat(course, _release(course), _outline(course), enrolment, lesson)
    if missing := seat.locks.get(lesson.lineage):
        raise LessonClosed(Reason.LOCKED, course, lesson=lesson, missing=missing, locks=seat.locks)
    return seat


def _release(course: Course) -> Release:
    assert course.live_release is not None
    return course.live_release


def _outline(course: Course) -> Outline:
    return outline.load(_release(course).outline_id)
