"""One person as Support sees them: courses with progress, access and why, orders, attempts."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import User
from assessments.models import Attempt
from assessments.staff import doors as grading
from commerce.models import Order
from commerce.services.seats import ENDED_BY_HAND, GIFT
from commerce.staff import doors, logbook
from core import clock, searching, snapshots
from course_pages import outline as outlines
from learning.models import AccessGrant, Enrolment, LessonCompletion
from learning.services import progress
from learning.services.progress import Progress
from messaging.models import SentEmail

MOST_FOUND = 50
MOST_ATTEMPTS = 50
MOST_MAILS = 20
MOST_ENTRIES = 100


@dataclass(frozen=True)
class Grant:
    """A reason why somebody may study, and whether it can be changed by hand."""

    row: AccessGrant
    state: str
    open: bool
    movable: bool
    endable: bool
    order: Order | None = None


@dataclass(frozen=True)
class Seat:
    """A course that somebody is enrolled in."""

    enrolment: Enrolment
    progress: Progress | None
    grants: list[Grant] = field(default_factory=list)

    @property
    def open(self) -> bool:
        return any(grant.open for grant in self.grants) and self.enrolment.left_at is None


def found(text: str) -> QuerySet[User]:
    """People by a part of name or e-mail, or by an order's number."""
    words = searching.words(text)
    if not words:
        return User.objects.none()
    wanted = Q()
    for word in words:
        wanted &= Q(email__icontains=word) | Q(name__icontains=word)
    ordered = Order.objects.filter(number=text.strip().upper()[:20]).values("user")
    return User.objects.filter(wanted | Q(pk__in=ordered)).order_by("email")


def seats(user: User, orders: list[Order]) -> list[Seat]:
    """Enrolments, those studied last first: three statements for any number of courses."""
    now = clock.now()
    enrolments = list(
        Enrolment.objects.filter(user=user)
        .select_related("course__live_release")
        .prefetch_related("grants__by")
    )
    enrolments.sort(key=lambda one: one.last_at or one.enrolled_at, reverse=True)
    sold = {f"line:{line.pk}:": order for order in orders for line in order.lines.all()}
    eras: dict[int, dict[str, int]] = {one.pk: {} for one in enrolments}
    rows = LessonCompletion.objects.filter(enrolment__in=enrolments)
    for pk, lineage, era in rows.values_list("enrolment", "lineage", "era"):
        eras[pk][str(lineage)] = max(era, eras[pk].get(str(lineage), 0))
    return [
        Seat(
            one,
            _progress(one, eras[one.pk]),
            [_grant(row, sold, now) for row in sorted(one.grants.all(), key=lambda row: -row.pk)],
        )
        for one in enrolments
    ]


def _progress(enrolment: Enrolment, eras: dict[str, int]) -> Progress | None:
    release = enrolment.course.live_release
    if release is None:
        return None
    return progress.measure(outlines.load(release.outline_id), eras, enrolment.completed_at)


def _grant(row: AccessGrant, orders: dict[str, Order], now: Any) -> Grant:
    opened = row.revoked_at is None and row.starts_at <= now
    opened = opened and (row.ends_at is None or row.ends_at > now)
    order = orders.get(row.source_key.rpartition(":")[0] + ":")
    live = row.revoked_at is None
    return Grant(
        row=row,
        state=_state(row, now),
        open=opened,
        movable=live and row.source == GIFT,
        endable=opened and row.source in ENDED_BY_HAND,
        order=order if row.source == AccessGrant.Source.ORDER else None,
    )


def _state(row: AccessGrant, now: Any) -> str:
    if row.revoked_at is not None:
        by_order = row.source == AccessGrant.Source.ORDER
        return _("ended by its order") if by_order else _("ended by hand")
    if row.starts_at > now:
        return _("not yet open")
    if row.ends_at is None:
        return _("open for ever")
    return _("open") if row.ends_at > now else _("has run out")


def attempts(user: User, viewer: User) -> list[dict[str, Any]]:
    """The newest attempts with the titles of their quizzes: two statements, one for the viewer."""
    rows = list(
        Attempt.objects.filter(enrolment__user=user)
        .defer("paper", "answers", "marks", "flags")
        .select_related("enrolment__course")
        .order_by("-started_at", "-pk")[:MOST_ATTEMPTS]
    )
    titles = snapshots.load_many(sorted({row.snapshot_id for row in rows})) if rows else {}
    courses = grading.courses_of(viewer)
    return [
        {
            "row": row,
            "title": titles[row.snapshot_id]["title"],
            "linked": courses is None or row.enrolment.course_id in courses,
        }
        for row in rows
    ]


def about(user: User, viewer: User) -> dict[str, Any]:
    """All on a person's page; no number of statements grows with what there is of them."""
    found = Order.objects.filter(user=user).select_related("subscription")
    orders = list(found.prefetch_related("lines"))
    taken = seats(user, orders)
    grants = [grant.row.pk for seat in taken for grant in seat.grants]
    log = logbook.entries((AccessGrant, grants), (Order, [order.pk for order in orders]))
    return {
        "person": user,
        "seats": taken,
        "orders": orders,
        "attempts": attempts(user, viewer),
        "mails": list(SentEmail.objects.filter(to=user.email)[:MOST_MAILS]),
        "log": list(log[:MOST_ENTRIES]),
        "may": {
            "give": viewer.has_perm(doors.GIVE),
            "change": viewer.has_perm(doors.CHANGE_GRANTS),
            "orders": viewer.has_perm(doors.VIEW_ORDERS),
            "account": viewer.has_perm("accounts.change_user"),
        },
    }


@require_GET
@doors.needs(*doors.SEE_PEOPLE)
def search(request: HttpRequest) -> HttpResponseBase:
    text = " ".join(searching.words(request.GET.get("q", "")))
    people = list(found(text)[: MOST_FOUND + 1])
    return doors.show(
        request, "people", _("People"), icon="user", text=text, people=people[:MOST_FOUND],
        more=len(people) > MOST_FOUND, may_give=request.user.has_perm(doors.GIVE),
    )  # fmt: skip


@require_GET
@doors.needs(*doors.SEE_PEOPLE)
def person(request: HttpRequest, pk: int) -> HttpResponseBase:
    user = get_object_or_404(User, pk=pk)
    viewer = request.user
    assert isinstance(viewer, User)
    return doors.show(
        request, "person", user.display_name, doors.people_trail(), icon="user",
        **about(user, viewer),
    )  # fmt: skip
