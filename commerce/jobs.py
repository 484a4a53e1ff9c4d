"""What makes sure that nobody pays and stands outside, whatever got lost on the way."""

import logging
import time
from datetime import datetime, timedelta

from django.db.models import F, Q

from commerce import stripe_account
from commerce.models import Order
from commerce.services import fulfilment, orders, reconciliation, subscriptions
from commerce.stripe_account import UNREACHABLE
from core import clock
from integrations.errors import PermanentFailure, TemporaryFailure

ASK_AGAIN_AFTER = timedelta(minutes=4)
RENEWALS_AGAIN_AFTER = timedelta(hours=1)
RENEWALS_FOR = timedelta(days=30)
"""How long a renewal that does not come is asked about; longer than Stripe tries."""
GIVE_UP_WITHOUT_SESSION = timedelta(hours=24)
AT_ONCE = 2000
LONGEST_S = 240
"""A run ends before the next one begins; what is left then has waited the longest."""

logger = logging.getLogger(__name__)


def refresh_unsettled() -> int:
    """Ask Stripe about orders that wait for money, the longest unasked first; returns how many.

    A subscription waits, too, once what was paid is over: its renewal may have come in silence.
    """
    if not stripe_account.is_set_up():
        return 0
    now = clock.now()
    _close_abandoned()
    _end_of_the_gone(now)
    unsettled = Order.objects.filter(
        Q(checked_at=None) | Q(checked_at__lt=now - ASK_AGAIN_AFTER),
        state__in=[Order.State.OPEN, Order.State.PENDING, Order.State.HELD],
        session_id__isnull=False,
    )
    renewals = Order.objects.filter(
        Q(checked_at=None) | Q(checked_at__lt=now - RENEWALS_AGAIN_AFTER),
        subscription__ended_at=None,
        subscription__paid_until__range=(now - RENEWALS_FOR, now),
    )
    longest = F("checked_at").asc(nulls_first=True)
    due = [
        *unsettled.order_by(longest, "pk")[:AT_ONCE],
        *renewals.order_by(longest, "pk")[:AT_ONCE],
    ]
    asked, ends = 0, time.monotonic() + LONGEST_S
    for order in due:
        if time.monotonic() > ends:
            break
        # Marked first, so that one that cannot be read does not stand in the others' way.
        Order.objects.filter(pk=order.pk).update(checked_at=now)
        try:
            fulfilment.refresh(order)
            asked += 1
        except PermanentFailure as failure:
            logger.error("Order %s cannot be looked up: %s", order.number, failure)
        except TemporaryFailure as failure:
            logger.warning("Stripe does not answer; orders wait: %s", failure)
            break
    subscriptions.announce_ended(now)
    return asked


def _close_abandoned() -> None:
    """Orders for which Stripe never gave a page."""
    long_ago = clock.now() - GIVE_UP_WITHOUT_SESSION
    for order in Order.objects.filter(
        state=Order.State.OPEN, session_id=None, created_at__lt=long_ago
    )[:AT_ONCE]:
        orders.close(order, Order.State.EXPIRED)


def _end_of_the_gone(now: datetime) -> None:
    """Subscriptions of accounts that were switched off end with what is paid."""
    running = Order.objects.filter(
        Q(checked_at=None) | Q(checked_at__lt=now - ASK_AGAIN_AFTER),
        user__is_active=False, subscription__ended_at=None,
        subscription__isnull=False, subscription__ends_with_period=False,
    )  # fmt: skip
    for order in running.order_by("pk")[:AT_ONCE]:
        Order.objects.filter(pk=order.pk).update(checked_at=now)
        try:
            subscriptions.cancel(order)
        except (subscriptions.NotRunning, *UNREACHABLE) as failure:
            logger.error("The subscription of order %s goes on: %s", order.number, failure)


def reconcile() -> None:
    """The nightly comparison with Stripe; what a person has to look at goes to the log, too."""
    if stripe_account.is_set_up():
        found = reconciliation.run(since=clock.now() - reconciliation.LOOK_BACK)
        for line in found.problems:
            logger.error("Reconciliation: %s", line)
        for line in found.unreached:
            logger.warning("Reconciliation did not reach %s", line)
