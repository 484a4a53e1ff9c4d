"""Who may do what with whose certificates: one door for every page of the staff.

Teachers may all of it in their courses; beyond that a right reaches every course, and by their
roles Support and Administrators have them all. A certificate out of one's reach does not exist.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache

from accounts.models import User
from assessments.permissions import taught_by, teaches_any
from certificates.models import Certificate
from core import clock
from course_pages.models import Course
from learning.models import AccessGrant

VIEW = "certificates.view_certificate"
DECIDE = "certificates.decide_certificate"
GIVE = "certificates.give_certificate"
REISSUE = "certificates.reissue_certificate"
REVOKE = "certificates.revoke_certificate"
View = Callable[..., HttpResponseBase]


def courses_of(user: User, right: str = VIEW) -> set[int] | None:
    """Keys of the courses in which somebody has a right; None is all of them."""
    if user.has_perm(right):
        return None
    return taught_by(user) if user.is_active else set()


def may(user: User, right: str, course: int) -> bool:
    courses = courses_of(user, right)
    return courses is None or course in courses


def may_anywhere(user: User, right: str = VIEW) -> bool:
    """Whether there is any course in which somebody has a right; for menus too."""
    return user.has_perm(right) or (user.is_active and teaches_any(user))


def certificates_for(user: User, right: str = VIEW) -> QuerySet[Certificate]:
    """Those within one's reach."""
    courses = courses_of(user, right)
    rows = Certificate.objects.all()
    return rows if courses is None else rows.filter(course__in=courses)


def with_all(rows: QuerySet[Certificate]) -> QuerySet[Certificate]:
    """Read along with what the pages tell of them, as whether their course is still open to them.

    `open`; `closed_at`, when the last grant ended; `taken_back`, where a purchase was.
    """
    now = clock.now()
    grants = AccessGrant.objects.filter(enrolment=OuterRef("enrolment"))
    bought = grants.filter(source=AccessGrant.Source.ORDER, revoked_at__isnull=False)
    return rows.select_related(
        "enrolment__user", "course", "release", "current__evidence", "decided_by"
    ).annotate(
        open=Exists(grants.active(now)),
        closed_at=Subquery(grants.ends(now)[:1]),
        taken_back=Exists(bought),
    )


def needs(right: str) -> Callable[[View], View]:
    """Lets in who has the right somewhere; what the view reads is for it to hold to one's reach."""

    def wrap(view: View) -> View:
        @never_cache
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not (isinstance(request.user, User) and may_anywhere(request.user, right)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return checked

    return wrap


def of_certificate(right: str) -> Callable[[View], View]:
    """Gives the view a certificate within one's reach; 404 for every other."""

    def wrap(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, pk: int, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            assert isinstance(user, User)
            rows = with_all(certificates_for(user, right))
            return view(request, get_object_or_404(rows, pk=pk), **kwargs)

        return needs(right)(checked)

    return wrap


def of_course(right: str) -> Callable[[View], View]:
    """Gives the view a course within one's reach; 404 for every other."""

    def wrap(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, course_id: int, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            assert isinstance(user, User)
            courses = courses_of(user, right)
            rows = Course.objects.select_related("live_release")
            if courses is not None:
                rows = rows.filter(pk__in=courses)
            return view(request, get_object_or_404(rows, pk=course_id), **kwargs)

        return needs(right)(checked)

    return wrap
