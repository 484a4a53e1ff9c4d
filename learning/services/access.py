"""The one door: every access to a lesson, its video, quiz and files is decided here."""

import enum
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from core import clock
from course_pages import outline
from course_pages.models import Course, LessonAddress, Release
from course_pages.outline import Lesson, Outline
from learning.models import Enrolment


class Reason(enum.StrEnum):
    """Why a door stays shut; `learning.middleware` answers each."""

    SIGN_IN = "sign_in"
    ENROL = "enrol"
    ENDED = "ended"
    MISSING = "missing"
    RETIRED = "retired"


@dataclass
class LessonClosed(Exception):
    """Not for this person, or not there; a stranger cannot tell which."""

    reason: Reason
    course: Course | None = None
    ended_at: datetime | None = None

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True)
class Place:
    """A course as one person may study it; `enrolment` is None for a visitor of a preview."""

    course: Course
    release: Release
    outline: Outline
    enrolment: Enrolment | None


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
    *("user", "completed_at", "last_lineage"),
    *(f"course__{name}" for name in ("lineage", "slug", "title", "live_release__outline")),
)


def find(user: Visitor, slug: str) -> tuple[Course, Enrolment | None]:
    """The released course and the visitor's enrolment while a grant opens it; ≤ 2 queries."""
    if user.is_authenticated:
        # One lean query for those who study, who ask most.
        mine = Enrolment.objects.filter(
            user=user, course__slug=slug, course__live_release__isnull=False, left_at=None
        )
        found = mine.open_at(clock.now()).select_related("course__live_release").only(*STUDIED)[:1]
        for enrolment in found:
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
    return Seat(course, _release(course), _outline(course), enrolment, lesson)


def _release(course: Course) -> Release:
    assert course.live_release is not None
    return course.live_release


def _outline(course: Course) -> Outline:
    return outline.load(_release(course).outline_id)
