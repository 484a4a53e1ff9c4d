"""What commerce does when something happened, what it does regularly, and where it fills in."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from commerce import jobs
from commerce.models import CreditNote, LineCourse, Offer, OfferCourse, Order
from commerce.services import events, fulfilment, mails, refunds, subscriptions
from commerce.services.orders import PAID
from core import outbox, schedule
from learning.services import enrolment

outbox.source(events.take_up)


@outbox.handler(events.RECEIVED)
def work_on_event(payload: dict[str, Any]) -> None:
    events.process(payload["event"])


@outbox.handler(refunds.WANTED)
def send_refund(payload: dict[str, Any]) -> None:
    refunds.send(payload["refund"])


@outbox.handler(fulfilment.PAID_FOR_NOTHING)
def stop_charging(payload: dict[str, Any]) -> None:
    subscriptions.stop_charging(Order.objects.get(pk=payload["order"]))


@outbox.handler(fulfilment.RENEWAL_FAILED)
def renewal_failed(payload: dict[str, Any]) -> None:
    order = Order.objects.select_related("user").get(pk=payload["order"])
    subscriptions.tell_failed(order, invoice=payload["invoice"], url=payload["url"])


@outbox.handler(fulfilment.REFUNDED)
def refunded(payload: dict[str, Any]) -> None:
    mails.refunded(CreditNote.objects.select_related("refund").get(refund=payload["refund"]))


@outbox.handler(subscriptions.ENDED_UNPAID)
def ended_unpaid(payload: dict[str, Any]) -> None:
    order = Order.objects.select_related("user").get(pk=payload["order"])
    subscriptions.tell_ended(order, invoice=payload["invoice"])


@outbox.handler(PAID)
def after_payment(payload: dict[str, Any]) -> None:
    """The money back where there is nothing to give for it; and the receipt, which may fail."""
    order = Order.objects.get(pk=payload["order"])
    if order.attention == Order.Attention.UNDELIVERABLE:
        said = "The course is not available any more."
        refunds.refund_whole(order=order, reason=said, by=None, told=said)
    mails.receipt(order, goes_on=subscriptions.beside(order))


schedule.every(timedelta(minutes=5), "refresh-unsettled-orders")(jobs.refresh_unsettled)
schedule.every(timedelta(hours=24), "reconcile-with-stripe")(jobs.reconcile)


@enrolment.sellers.append
def sold(courses: Iterable[int]) -> set[int]:
    """Of which of these courses the seats are given out by offers.

    An archived one counts, and one that somebody bought: a course whose last offer goes off sale,
    or sells something else from now on, is not given away by that. Who wants to give it away makes
    a free offer.
    """
    asked = set(courses)
    offered = (
        OfferCourse.objects.filter(course__in=asked).order_by().values_list("course", flat=True)
    )
    bought = LineCourse.objects.filter(course__in=asked).exclude(line__kind=Offer.Kind.FREE)
    return set(offered.union(bought.values_list("course", flat=True)))
