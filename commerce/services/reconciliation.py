"""Stripe, our orders and what people may study, compared: what is safe is mended, the rest told."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from commerce import stripe_account
from commerce.models import Line, Order, Refund
from commerce.services import access, events, fulfilment
from core import clock
from integrations.errors import PermanentFailure
from integrations.stripe.shapes import Session
from learning.models import AccessGrant

LOOK_BACK = timedelta(days=30)
REFUNDS_LEAVE_WITHIN = timedelta(days=1)


@dataclass
class Report:
    """How many were compared, what was mended, and what needs a person."""

    sessions: int = 0
    orders: int = 0
    mended: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def run(*, since: datetime) -> Report:
    """Compare everything since a moment; harmless to repeat, and a second run finds nothing."""
    report = Report()
    _sessions(report, since)
    for event in events.fetch_missed(since):
        report.mended.append(f"event {event.id}: {event.type} was never delivered")
    _grants(report, since)
    stuck = Refund.objects.filter(
        status=Refund.Status.REQUESTED, at__lt=clock.now() - REFUNDS_LEAVE_WITHIN
    )
    for refund in stuck.select_related("payment__order"):
        report.problems.append(f"order {refund.payment.order.number}: a refund has not left yet")
    for order in Order.objects.needing_a_person():
        report.problems.append(f"order {order.number}: {order.attention}, {order.attention_note}")
    return report


def _sessions(report: Report, since: datetime) -> None:
    """Every checkout at Stripe has its order, and the order is where Stripe says."""
    for session in stripe_account.client().list_sessions(since):
        if not stripe_account.is_ours(session.metadata):
            continue
        report.sessions += 1
        order = Order.objects.filter(number=session.metadata.get("order", "")).first()
        if order is None and not session.is_paid:
            continue
        if order is None:
            report.problems.append(f"session {session.id}: paid for an order that is not there")
        elif session.is_paid and order.session_id not in {None, session.id}:
            report.problems.append(f"order {order.number}: paid by a second session, {session.id}")
        elif _behind(order, session):
            _refresh(report, order)


def _behind(order: Order, session: Session) -> bool:
    """Whether Stripe has more to say than our order."""
    if session.is_paid:
        return order.paid_at is None
    return session.status == "expired" and order.state == Order.State.OPEN


def _refresh(report: Report, order: Order) -> None:
    before = order.state
    try:
        order = fulfilment.refresh(order)
    except PermanentFailure as failure:
        report.problems.append(f"order {order.number}: {failure}")
        return
    report.mended.append(f"order {order.number}: {before} → {order.state}")


def _grants(report: Report, since: datetime) -> None:
    """Every paid order opens what it should, and nothing else does."""
    for order in Order.objects.filter(created_at__gte=since).exclude(paid_at=None).iterator():
        report.orders += 1
        before = list(_granted(order))
        with transaction.atomic():
            locked = Order.objects.select_for_update().get(pk=order.pk)
            access.settle(locked)
        if list(_granted(order)) != before:
            report.mended.append(f"order {order.number}: access")


def _granted(order: Order) -> Iterator[tuple[object, ...]]:
    """The grants of an order as they are."""
    keys = [
        access.source_key(line, course)
        for line in Line.objects.filter(order=order)
        for course in line.courses.values_list("course", flat=True)
    ]
    yield from (
        AccessGrant.objects.filter(source=AccessGrant.Source.ORDER, source_key__in=keys)
        .order_by("pk")
        .values_list("pk", "ends_at", "revoked_at")
    )
