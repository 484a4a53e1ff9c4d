"""What is done about a subscription: have it end, see to the card."""

import logging

from commerce import stripe_account
from commerce.models import Customer, Order, Subscription
from commerce.services import fulfilment
from integrations.errors import PermanentFailure

logger = logging.getLogger(__name__)


class NotRunning(Exception):
    """There is no subscription that could be ended or paid."""


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
