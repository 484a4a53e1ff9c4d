"""Who may look at learners' answers, and who may grade: one door for every staff page.

Teachers may, in their courses. Beyond that the rights `view_attempt` (look) and `change_attempt`
(grade) reach every course; by their roles Support has the first and Administrators have both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache

from accounts.models import User
from assessments.models import Attempt
from assessments.permissions import remember_teaching, taught_by, teaches_any, with_teacher
from core import snapshots
from course_pages.models import Course
from learning.models import Enrolment

LOOK, GRADE = "assessments.view_attempt", "assessments.change_attempt"
View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Door:
    """A course as a member of the staff has come to it."""

    course: Course
    user: User
    may_grade: bool


def may_look(user: User) -> bool:
    """Whether there is any course whose answers this person may see."""
    return everywhere(user, LOOK, GRADE) or (user.is_active and teaches_any(user))


def everywhere(user: User, *permissions: str) -> bool:
    return any(user.has_perm(one) for one in permissions)


def courses_of(user: User) -> set[int] | None:
    """Keys of the courses that somebody may look into; None is all of them."""
    return None if everywhere(user, LOOK, GRADE) else taught_by(user)


def of_course(view: View | None = None, *, grade: bool = False) -> Any:
    """Gives the view a Door; with `grade` only to those who may change something."""

    def wrap(inner: View) -> View:
        @never_cache
        @wraps(inner)
        def checked(request: HttpRequest, course_id: int, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            assert isinstance(user, User)
            course = with_teacher(user).filter(pk=course_id).first()
            teaches = course is not None and course.taught and user.is_active
            may_grade = teaches or everywhere(user, GRADE)
            if not (may_grade or (not grade and everywhere(user, LOOK))):
                raise PermissionDenied
            if course is None:
                raise Http404
            if teaches:
                remember_teaching(user)
            return inner(request, Door(course, user, may_grade), **kwargs)

        return checked

    return wrap(view) if view else wrap


def attempt_in(door: Door, pk: int) -> Attempt:
    """An attempt of this course, or 404: a number from elsewhere leads nowhere."""
    found = Attempt.objects.select_related("enrolment__user").filter(
        pk=pk, enrolment__course=door.course
    )
    return get_object_or_404(found)


def enrolment_in(door: Door, pk: int) -> Enrolment:
    return get_object_or_404(Enrolment.objects.select_related("user"), pk=pk, course=door.course)


def quiz_of(attempt: Attempt) -> dict[str, Any]:
    """What the attempt was asked from."""
    found: dict[str, Any] = snapshots.load(attempt.snapshot_id)
    return found


def say(request: HttpRequest, message: str, *, failed: bool = False) -> None:
    (messages.error if failed else messages.success)(request, message)
