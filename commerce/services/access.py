"""The grants that an order gives, brought in line with the table of `commerce.rules`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q

from commerce import rules
from commerce.models import Dispute, Line, Offer, Order, Refund, Subscription
from commerce.rules import Access, Facts, Rule
from core import clock
from learning.models import AccessGrant
from learning.services import enrolment

PAID = frozenset({Order.State.PAID, Order.State.HELD, Order.State.REFUNDED})
GOES_BACK = (Refund.Status.PENDING, Refund.Status.SUCCEEDED)


@dataclass(frozen=True)
class Rows:
    """What decides about an order's lines, as it stands in our rows. None ends all lines."""

    ended_lines: frozenset[int | None]
    disputes: frozenset[str]
    subscription: str


def rows_of(order: Order) -> Rows:
    """Three queries, however many lines there are."""
    refunds = Refund.objects.filter(payment__order=order, status__in=GOES_BACK, ends_access=True)
    disputes = Dispute.objects.filter(payment__order=order).values_list("status", flat=True)
    running = Subscription.objects.filter(order=order).values_list("status", flat=True).first()
    ended = frozenset(refunds.values_list("line", flat=True))
    return Rows(ended, frozenset(disputes), running or "")


def facts(order: Order, line: Line, rows: Rows | None = None) -> Facts:
    """What decides about one line, from our own rows."""
    known = rows or rows_of(order)
    refunded = order.state == Order.State.REFUNDED or known.ended_lines & {None, line.pk}
    return Facts(
        paid=order.state in PAID,
        held=order.state == Order.State.HELD,
        refund_ends_access=bool(refunded),
        disputes=known.disputes,
        subscription=known.subscription if line.kind == line.offer.Kind.SUBSCRIPTION else "",
    )


def decide(order: Order, line: Line, rows: Rows | None = None) -> Rule:
    """The rule that holds for a line now; `rows` are read where they are not at hand."""
    return rules.rule_for(facts(order, line, rows))


def settle(order: Order) -> None:
    """Give, move, pause or end what the order opens. Inside a transaction; harmless to repeat."""
    running = Subscription.objects.filter(order=order)
    paid_until = running.values_list("paid_until", flat=True).first()
    for line in order.lines.select_related("offer").prefetch_related("courses__course"):
        access = decide(order, line).access
        is_open, until = _period(order, line, access, paid_until)
        for content in line.courses.all():
            key = source_key(line, content.course_id)
            if not is_open:
                enrolment.revoke(source=AccessGrant.Source.ORDER, source_key=key)
                continue
            if access is Access.OPEN and until is not None:
                until = _days_end(order, line, content.course_id)
            enrolment.grant(
                user=order.user,
                course=content.course,
                source=AccessGrant.Source.ORDER,
                source_key=key,
                starts_at=order.paid_at or clock.now(),
                ends_at=until,
            )


def _period(
    order: Order, line: Line, access: Access, paid_until: datetime | None
) -> tuple[bool, datetime | None]:
    """Whether a line opens its courses, and until when; None is for ever."""
    if access in {Access.NONE, Access.ENDED, Access.PAUSED} or order.paid_at is None:
        return False, None
    if access is Access.OPEN:
        return True, line.ends_at(order.paid_at)
    until = rules.ends_at(access, paid_until)
    return until is not None and until > order.paid_at, until


def _days_end(order: Order, line: Line, course: int) -> datetime | None:
    """When days of access end: days bought while others run are added to those.

    Reckoned once, when they are first given: what becomes of the others later moves nothing.
    """
    given = AccessGrant.objects.filter(source=AccessGrant.Source.ORDER)
    known = given.filter(source_key=source_key(line, course)).values_list("ends_at", flat=True)
    if (ends := known.first()) is not None:
        return ends
    assert order.paid_at is not None
    others = Line.objects.filter(
        order__user=order.user_id, access_days__isnull=False, courses__course=course
    ).exclude(Q(pk=line.pk) | Q(kind=Offer.Kind.SUBSCRIPTION))
    running = given.filter(
        source_key__in=[source_key(one, course) for one in others],
        revoked_at=None,
        ends_at__gt=order.paid_at,
    )
    last = running.aggregate(last=Max("ends_at"))["last"]
    return line.ends_at(last or order.paid_at)


def days_end(lines: Iterable[Line]) -> dict[int, datetime]:
    """When the days of access of these lines, read with their courses, end, by line: one query."""
    keys = {
        source_key(line, content.course_id): line.pk
        for line in lines
        if line.access_days
        for content in line.courses.all()
    }
    given = AccessGrant.objects.filter(
        source=AccessGrant.Source.ORDER, source_key__in=keys, ends_at__isnull=False
    )
    ends: dict[int, datetime] = {}
    for key, at in given.values_list("source_key", "ends_at"):
        if at is not None:
            ends[keys[key]] = max(at, ends.get(keys[key], at))
    return ends


def source_key(line: Line, course: int) -> str:
    """The key of the grant that a line gives for a course."""
    return f"line:{line.pk}:{course}"
