"""The grants that an order gives, brought in line with the table of `commerce.rules`."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q, QuerySet, Sum

from commerce import rules
from commerce.models import (
    Dispute,
    Line,
    LineCourse,
    Offer,
    Order,
    Payment,
    Refund,
    Subscription,
)
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
    paid_until: datetime | None


def rows_of(order: Order) -> Rows:
    """Four queries, however many lines there are."""
    return rows_of_many([order])[order.pk]


def rows_of_many(orders: Collection[Order]) -> dict[int, Rows]:
    """The same for many orders at once, by order; still four queries.

    Each payment of a subscription stands for its own period: what became of the last one decides,
    and of those before it only that a bank took one back for good, or that a person ended access.
    """
    back = Sum("refunds__amount_minor", filter=Q(refunds__status__in=GOES_BACK), default=0)
    payments = Payment.objects.filter(order__in=orders).annotate(back=back).order_by("at", "pk")
    running = {row.order_id: row for row in Subscription.objects.filter(order__in=orders)}
    last: dict[int, int] = {}
    ended: dict[int, set[int | None]] = defaultdict(set)
    for pk, order_id, stripe_id, came, went in payments.values_list(
        "pk", "order", "stripe_id", "amount_minor", "back"
    ):
        known = running[order_id].paid_with if order_id in running else ""
        # A period that a credit paid has no payment, so none of them decides.
        if known in {"", stripe_id}:
            last[order_id] = pk
            ended[order_id] = {None} if went >= came else set()
    wished = Refund.objects.filter(
        payment__order__in=orders, status__in=GOES_BACK, ends_access=True
    )
    for order_id, line in wished.values_list("payment__order", "line"):
        ended[order_id].add(line)
    fought: dict[int, set[str]] = defaultdict(set)
    disputes = Dispute.objects.filter(payment__order__in=orders)
    for order_id, payment, status in disputes.values_list("payment__order", "payment", "status"):
        if status in rules.DISPUTE_LOST or payment == last.get(order_id):
            fought[order_id].add(status)
    return {
        order.pk: Rows(
            frozenset(ended[order.pk]),
            frozenset(fought[order.pk]),
            running[order.pk].status if order.pk in running else "",
            running[order.pk].paid_until if order.pk in running else None,
        )
        for order in orders
    }


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


@dataclass(frozen=True)
class Wanted:
    """What a line is to give for a course: open from payment on, `ends_at` None for ever."""

    line: Line
    content: LineCourse
    is_open: bool
    ends_at: datetime | None

    @property
    def key(self) -> str:
        return source_key(self.line, self.content.course_id)

    def differs(self, given: AccessGrant | None) -> bool:
        """Whether the grant, or that there is none, is something else."""
        is_given = given is not None and given.revoked_at is None
        if given is None or not is_given or not self.is_open:
            return is_given is not self.is_open
        return given.ends_at != self.ends_at


def wanted(order: Order, lines: Iterable[Line], rows: Rows) -> Iterator[Wanted]:
    """What the order is to give, by the table."""
    for line in lines:
        access = decide(order, line, rows).access
        is_open, until = _period(order, line, access, rows.paid_until)
        for content in line.courses.all():
            adds = is_open and access is Access.OPEN and until is not None
            ends_at = _days_end(order, line, content.course_id) if adds else until
            yield Wanted(line, content, is_open, ends_at)


def lines_of(orders: Collection[Order]) -> QuerySet[Line]:
    """Their lines with all that `wanted` reads: three queries."""
    lines = Line.objects.filter(order__in=orders).select_related("offer")
    return lines.prefetch_related("courses__course")


def given(lines: Iterable[Line]) -> dict[str, AccessGrant]:
    """The grants of these lines, by their keys: one query."""
    keys = [source_key(line, one.course_id) for line in lines for one in line.courses.all()]
    found = AccessGrant.objects.filter(source=AccessGrant.Source.ORDER, source_key__in=keys)
    return {one.source_key: one for one in found}


def astray(orders: Collection[Order]) -> list[Order]:
    """Those of these orders that give something else than they should; writes nothing.

    Eight queries for any number of orders, and two for each line that gives days.
    """
    rows, lines = rows_of_many(orders), list(lines_of(orders))
    grants = given(lines)
    by_order: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        by_order[line.order_id].append(line)
    return [
        order
        for order in orders
        if any(
            one.differs(grants.get(one.key))
            for one in wanted(order, by_order[order.pk], rows[order.pk])
        )
    ]


def settle(order: Order) -> None:
    """Give, move, pause or end what the order opens. Inside a transaction; harmless to repeat.

    Days that were added to those of this order move with them.
    """
    lines = list(lines_of([order]))
    before, moved = given(lines), set()
    for one in wanted(order, lines, rows_of(order)):
        if not one.differs(before.get(one.key)):
            continue
        if one.line.access_days:
            moved.add(one.content.course_id)
        if not one.is_open:
            enrolment.revoke(source=AccessGrant.Source.ORDER, source_key=one.key)
            continue
        enrolment.grant(
            user=order.user,
            course=one.content.course,
            source=AccessGrant.Source.ORDER,
            source_key=one.key,
            starts_at=order.paid_at or clock.now(),
            ends_at=one.ends_at,
        )
    for later in _later(order, moved):
        settle(Order.objects.select_for_update().select_related("user").get(pk=later))


def _later(order: Order, courses: set[int]) -> list[int]:
    """The buyer's orders after this one that give days for these courses, the earliest first."""
    if not courses or order.paid_at is None:
        return []
    lines = _giving_days(order, courses).filter(order__paid_at__gte=order.paid_at)
    later = lines.exclude(order=order).order_by("order__paid_at", "order")
    return list(dict.fromkeys(later.values_list("order", flat=True)))


def _giving_days(order: Order, courses: Collection[int]) -> QuerySet[Line]:
    """What the order's buyer ever bought that gives days for one of these courses."""
    days = Line.objects.filter(order__user=order.user_id, access_days__isnull=False)
    return days.filter(courses__course__in=courses).exclude(kind=Offer.Kind.SUBSCRIPTION)


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
    """When days of access end: days bought while earlier ones run are added to those."""
    assert order.paid_at is not None
    before = Q(order__paid_at__lt=order.paid_at) | Q(order__paid_at=order.paid_at, pk__lt=line.pk)
    earlier = _giving_days(order, [course]).filter(before)
    running = AccessGrant.objects.filter(
        source=AccessGrant.Source.ORDER,
        source_key__in=[source_key(one, course) for one in earlier],
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
