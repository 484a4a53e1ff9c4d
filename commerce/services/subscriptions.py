"""What is done about a subscription: have it end, see to the card, tell that it is not paid."""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from commerce import rules, stripe_account
from commerce.models import Customer, Line, Offer, Order, Subscription
from commerce.services import access, fulfilment, mails
from core import clock, outbox
from course_pages.models import Course
from integrations.errors import PermanentFailure
from learning.models import AccessGrant

ENDED_UNPAID = "commerce.ended_unpaid"
"""News: {"order": pk, "invoice": number}. Nobody paid, and access is over. Once an invoice."""
UNPAID = frozenset({"renewal_failed", "subscription_ended"})
"""Situations in which what is not paid decides, and nothing else that happened."""
AT_ONCE = 1000

logger = logging.getLogger(__name__)


class NotRunning(Exception):
    """There is no subscription that could be ended or paid."""


def going_on(user: int, courses: Iterable[int]) -> dict[int, str]:
    """Of these courses, those that a subscription pays for until somebody ends it, with the number
    of its order: one query.
    """
    running = Line.objects.filter(
        order__user=user, order__state=Order.State.PAID, kind=Offer.Kind.SUBSCRIPTION,
        order__subscription__ended_at=None, order__subscription__ends_with_period=False,
        courses__course__in=courses,
    )  # fmt: skip
    return dict(running.order_by("pk").values_list("courses__course", "order__number"))


def beside(order: Order) -> str:
    """The number of the subscription's order that goes on though this one gives the same for good;
    "" where there is none.
    """
    if order.state != Order.State.PAID:
        return ""
    bought = [
        content.course_id
        for line in order.lines.prefetch_related("courses")
        if rules.is_for_good(line.interval, line.access_days)
        for content in line.courses.all()
    ]
    return next(iter(going_on(order.user_id, bought).values()), "") if bought else ""


def cancel(order: Order) -> Order:
    """Have it end with what is paid; harmless to repeat. Asks Stripe, so never in a transaction.

    Raises NotRunning, and TemporaryFailure or PermanentFailure, after which nothing has changed.
    """
    running = _running(order)
    try:
        stripe_account.client().cancel_subscription(running.stripe_id, at_period_end=True)
    except PermanentFailure:
        # It may have ended there already, and nobody told.
        found = fulfilment.refresh(order)
        if Subscription.objects.filter(order=order, ended_at=None).exists():
            raise
        return found
    return fulfilment.refresh(order)


def stop_charging(order: Order) -> None:
    """Have it end at once: what it paid for was taken back. Harmless to repeat.

    Where Stripe refuses, a person has to do it there; the next news of the order tries again.
    """
    try:
        running = _running(order)
        stripe_account.client().cancel_subscription(running.stripe_id, at_period_end=False)
    except NotRunning:
        return
    except PermanentFailure as failure:
        logger.error("The subscription of order %s goes on: %s", order.number, failure)
        return
    fulfilment.refresh(order)


def _running(order: Order) -> Subscription:
    found = Subscription.objects.filter(order=order, ended_at=None).first()
    if found is None:
        raise NotRunning
    return found


def billing_url(order: Order, *, return_url: str) -> str:
    """Where the buyer changes the card, at Stripe, for some minutes. Raises as `cancel` does."""
    customer = Customer.objects.filter(user=order.user_id).first()
    if customer is None or not Subscription.objects.filter(order=order, ended_at=None).exists():
        raise NotRunning
    return stripe_account.client().portal_url(customer.stripe_id, return_url=return_url)


def tell_failed(order: Order, *, invoice: str, url: str) -> None:
    """Write to the buyer that a renewal failed, unless it was paid meanwhile."""
    row = Subscription.objects.filter(order=order, unpaid_invoice=invoice, ended_at=None).first()
    if row is None or row.failing_since is None:
        return
    situation, until = _stands(order, row)
    if situation in UNPAID and until is not None and until > clock.now():
        mails.renewal_failed(order, until=until, url=url)


def announce_ended(now: datetime) -> int:
    """News of access that is over because nobody paid; once an invoice. Returns of how many."""
    waiting = Subscription.objects.filter(end_told_at=None, paid_until__lte=now)
    waiting = waiting.exclude(unpaid_invoice="").select_related("order").order_by("paid_until")
    told = 0
    for row in waiting[:AT_ONCE]:
        situation, until = _stands(row.order, row)
        unpaid = situation in UNPAID
        if situation == "dispute_open" or (unpaid and (until is None or until > now)):
            continue
        mine = Subscription.objects.filter(
            pk=row.pk, unpaid_invoice=row.unpaid_invoice, end_told_at=None
        )
        with transaction.atomic():
            # What ended by money that went back is not told as unpaid, and not looked at again.
            if mine.update(end_told_at=now) and unpaid:
                about = {"order": row.order_id, "invoice": row.unpaid_invoice}
                outbox.publish(ENDED_UNPAID, about)
                told += 1
    return told


def tell_ended(order: Order, *, invoice: str) -> None:
    """Write so to the buyer, after a last look at Stripe: it may have been paid in silence."""
    order = fulfilment.refresh(order)
    row = Subscription.objects.filter(order=order, unpaid_invoice=invoice).first()
    if row is None:
        return
    situation, until = _stands(order, row)
    if situation in UNPAID and until is not None and until <= clock.now():
        goes_on = row.ended_at is None and row.failing_since is not None
        mails.ended_unpaid(order, goes_on=goes_on, still_open=_still_open(order))


def _stands(order: Order, row: Subscription) -> tuple[str, datetime | None]:
    """The situation of what was subscribed to, and until when that is open."""
    line = Line.objects.select_related("offer").get(order=order, kind=Offer.Kind.SUBSCRIPTION)
    rule = access.decide(order, line)
    return rule.situation, rules.ends_at(rule.access, row.paid_until)


def _still_open(order: Order) -> Iterable[Course]:
    """Courses of an order that its buyer may study by anything."""
    open_now = AccessGrant.objects.active(clock.now()).filter(
        enrolment__user=order.user_id,
        enrolment__course__in=order.lines.values("courses__course"),
    )
    return Course.objects.filter(pk__in=open_now.values("enrolment__course")).order_by("title")
