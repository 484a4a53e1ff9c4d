"""Stripe, our orders and what people may study, compared: what is safe is mended, the rest told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar

from django.db import transaction

from commerce import stripe_account
from commerce.models import Order, Refund
from commerce.services import access, events, fulfilment, refunds
from core import clock
from core.retrying import retried
from integrations.errors import PermanentFailure, TemporaryFailure
from integrations.stripe.shapes import Session

T = TypeVar("T")

LOOK_BACK = timedelta(days=30)
REFUNDS_LEAVE_WITHIN = timedelta(days=1)
AT_ONCE = 100
FAILURES = 5
"""In a row, after which Stripe is asked about no more orders in this run."""


@dataclass
class Report:
    """How many were compared, what was mended, what needs a person, and what was not reached."""

    sessions: int = 0
    orders: int = 0
    mended: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)


def run(*, since: datetime) -> Report:
    """Compare everything since a moment; harmless to repeat, and a second run finds nothing.

    What Stripe does not answer is told as not reached, and the rest is compared all the same.
    """
    report = Report()
    _refresh(report, list(_behind(report, since)))
    for event in _reached(report, "events", events.fetch_missed(since)):
        report.mended.append(f"event {event.id}: {event.type} was never delivered")
    _grants(report, since)
    _refunds(report)
    for order in Order.objects.needing_a_person():
        report.problems.append(f"order {order.number}: {order.attention}, {order.attention_note}")
    return report


def _reached(report: Report, what: str, found: Iterator[T]) -> Iterator[T]:
    """What Stripe lists, as far as it answers."""
    try:
        yield from found
    except TemporaryFailure as failure:
        report.unreached.append(f"{what} at Stripe, the older ones: {failure}")


def _behind(report: Report, since: datetime) -> Iterator[Order]:
    """Orders of which Stripe's checkouts say more than we know; one query for each hundred."""
    listed = stripe_account.client().list_sessions(since)
    ours = (
        session
        for session in _reached(report, "checkouts", listed)
        if stripe_account.is_ours(session.metadata)
    )
    while chunk := list(islice(ours, AT_ONCE)):
        report.sessions += len(chunk)
        numbers = [session.metadata.get("order", "") for session in chunk]
        orders = {order.number: order for order in Order.objects.filter(number__in=numbers)}
        for session, number in zip(chunk, numbers, strict=True):
            order = orders.get(number)
            if order is None:
                if session.is_paid:
                    report.problems.append(
                        f"session {session.id}: paid for an order that is not there"
                    )
            elif session.is_paid and order.session_id not in {None, session.id}:
                report.problems.append(
                    f"order {order.number}: paid by a second session, {session.id}"
                )
            elif _is_behind(order, session):
                yield order


def _is_behind(order: Order, session: Session) -> bool:
    """Whether Stripe has more to say than our order."""
    if session.is_paid:
        return order.paid_at is None
    return session.status == "expired" and order.state == Order.State.OPEN


def _refresh(report: Report, behind: Sequence[Order]) -> None:
    failures = 0
    for order in behind:
        if failures >= FAILURES:
            report.unreached.append(f"order {order.number}: Stripe was not asked any more")
            continue
        try:
            found = fulfilment.refresh(order)
        except PermanentFailure as failure:
            report.problems.append(f"order {order.number}: {failure}")
        except TemporaryFailure as failure:
            failures += 1
            report.unreached.append(f"order {order.number}: {failure}")
        else:
            failures = 0
            report.mended.append(f"order {order.number}: {order.state} → {found.state}")


def _refunds(report: Report) -> None:
    """What was to go back long ago and has not left is sent once more: its news was given up."""
    stuck = Refund.objects.filter(
        status=Refund.Status.REQUESTED, at__lt=clock.now() - REFUNDS_LEAVE_WITHIN
    )
    for refund in stuck.select_related("payment__order").order_by("pk"):
        number = refund.payment.order.number
        try:
            refunds.send(refund.pk)
        except (TemporaryFailure, PermanentFailure) as failure:
            report.problems.append(f"order {number}: a refund has not left yet: {failure}")
            continue
        refund.refresh_from_db()
        if refund.status == Refund.Status.FAILED:
            report.problems.append(f"order {number}: a refund failed: {refund.failure}")
        else:
            report.mended.append(f"order {number}: a refund was sent after all")


def _grants(report: Report, since: datetime) -> None:
    """Every paid order opens what it should, and nothing else does; some ten queries a hundred."""
    paid = Order.objects.filter(created_at__gte=since).exclude(paid_at=None).order_by("pk")
    rows = paid.iterator(chunk_size=AT_ONCE)
    while chunk := list(islice(rows, AT_ONCE)):
        report.orders += len(chunk)
        for order in access.astray(chunk):
            _settle(order)
            report.mended.append(f"order {order.number}: access")


@retried
@transaction.atomic
def _settle(order: Order) -> None:
    access.settle(Order.objects.select_for_update().select_related("user").get(pk=order.pk))
