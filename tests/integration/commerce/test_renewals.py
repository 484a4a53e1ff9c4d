"""Each payment of a subscription stands for its own period; Stripe is asked only for what is new.

The rule is printed in docs/commerce.md, below the table.
"""

import pytest

from commerce.models import Offer, Order, Refund, StripeEvent
from commerce.services import events, fulfilment, refunds
from core import clock, outbox
from tests.factories import commerce as shop
from tests.factories.commerce import Account

pytestmark = pytest.mark.django_db


def subscribed(account: Account, *, renewals: int = 0) -> tuple[Order, str]:
    order = shop.ordered(shop.offer(kind=Offer.Kind.SUBSCRIPTION, interval="month"))
    number = account.subscribe(order)
    fulfilment.refresh(order)
    for _time in range(renewals):
        account.renew(number)
        order = fulfilment.refresh(order)
    return order, number


def intents(account: Account, number: str) -> list[str]:
    """Of its payments, the first one first."""
    return [one.payment_intent for one in account.invoices[number]]


def told(kind: str, about: dict[str, object]) -> StripeEvent:
    """An event that arrived, worked on."""
    row = StripeEvent.objects.create(
        event_id=f"evt_{StripeEvent.objects.count()}_{kind}", type=kind, created_at=clock.now(),
        received_at=clock.now(), body={"object": about},
    )  # fmt: skip
    events.process(row.pk)
    row.refresh_from_db()
    return row


# --- What decides


def test_the_last_payment_back_in_full_ends_access_and_the_subscription(account: Account) -> None:
    """Seen to fail: while only the sum of all payments counted."""
    order, number = subscribed(account, renewals=2)
    last = intents(account, number)[-1]
    made = account.back(last, 2000)
    told("refund.created", {"object": "refund", "id": made.id, "payment_intent": last})
    outbox.drain()
    assert not shop.has_access(order)
    assert account.subscriptions[number].status == "canceled"


def test_an_earlier_payment_back_in_full_leaves_what_is_paid(account: Account) -> None:
    order, number = subscribed(account, renewals=2)
    first = intents(account, number)[0]
    account.back(first, 2000)
    told("charge.refunded", {"object": "charge", "id": f"ch_{first}", "payment_intent": first})
    outbox.drain()
    assert Refund.objects.get().payment.stripe_id == first
    assert shop.has_access(order)
    assert account.subscriptions[number].status == "active"


def test_the_last_payment_back_in_parts_that_make_it_whole(account: Account) -> None:
    order, number = subscribed(account, renewals=1)
    last = intents(account, number)[-1]
    account.back(last, 1999)
    fulfilment.refresh(order)
    assert shop.has_access(order)
    account.back(last, 1)
    fulfilment.refresh(order)
    assert not shop.has_access(order)


def test_a_dispute_pauses_until_the_next_period_is_paid(account: Account) -> None:
    """Seen to fail: while a dispute about any payment counted until it was closed."""
    order, number = subscribed(account, renewals=1)
    account.dispute(intents(account, number)[-1], "needs_response")
    fulfilment.refresh(order)
    assert not shop.has_access(order)
    account.renew(number)
    fulfilment.refresh(order)
    assert shop.has_access(order)
    outbox.drain()
    assert account.subscriptions[number].status == "active"


def test_an_earlier_payment_that_the_bank_took_back_ends_the_subscription(
    account: Account,
) -> None:
    order, number = subscribed(account, renewals=1)
    first = intents(account, number)[0]
    account.dispute(first, "under_review")
    told("charge.dispute.created", {"object": "dispute", "payment_intent": first})
    assert shop.has_access(order)
    account.dispute(first, "lost")
    told("charge.dispute.closed", {"object": "dispute", "payment_intent": first})
    outbox.drain()
    assert not shop.has_access(order)
    assert account.subscriptions[number].status == "canceled"


# --- What came before its payment


def test_a_refund_that_comes_before_its_renewal_is_placed_by_the_invoice(account: Account) -> None:
    """Seen to fail: while only the payment's own metadata was asked; a renewal has none."""
    order, number = subscribed(account)
    account.renew(number)
    intent = intents(account, number)[-1]
    account._payment(intent, metadata={})
    made = account.back(intent, 2000)
    row = told("refund.created", {"object": "refund", "id": made.id, "payment_intent": intent})
    assert (row.state, row.order) == (StripeEvent.State.DONE, order)
    assert order.payments.count() == 2
    assert not shop.has_access(order)


# --- How much is asked


def asked(account: Account) -> list[str]:
    found = [one.split()[1] for one in account.calls if one.startswith("get_payment ")]
    account.calls.clear()
    return found


def test_an_event_asks_for_what_is_new_and_not_for_all_there_was(account: Account) -> None:
    """Seen to fail: with `_settled` that gives nothing."""
    order, number = subscribed(account, renewals=6)
    asked(account)
    told("customer.subscription.updated", {"object": "subscription", "id": number})
    assert asked(account) == intents(account, number)[-1:]
    third = intents(account, number)[2]
    told("refund.updated", {"object": "refund", "payment_intent": third})
    assert asked(account) == [third, intents(account, number)[-1]]
    told("charge.refunded", {"object": "charge", "id": f"ch_{third}"})
    assert third in asked(account)
    fulfilment.refresh(order, whole=True)
    assert asked(account) == intents(account, number)


def test_what_something_hangs_over_is_asked_until_it_is_over(account: Account) -> None:
    order, number = subscribed(account, renewals=2)
    first, second, last = intents(account, number)
    account.dispute(first, "needs_response")
    account.back(second, 100, status="pending")
    fulfilment.refresh(order, whole=True)
    asked(account)
    account.dispute(first, "won")
    account._payment(second, refunds=())
    made = account.back(second, 100)
    Refund.objects.update(stripe_id=made.id)
    fulfilment.refresh(order)
    assert asked(account) == [first, second, last]
    fulfilment.refresh(order)
    assert asked(account) == [last]


def test_a_refund_of_an_earlier_payment_is_followed(account: Account) -> None:
    order, number = subscribed(account, renewals=2)
    first = order.payments.get(stripe_id=intents(account, number)[0])
    refunds.request(payment=first, amount_minor=500, reason="Sorry", ends_access=False, by=None)
    outbox.drain()
    assert Refund.objects.get().status == Refund.Status.SUCCEEDED


def test_a_period_that_a_credit_paid_ends_the_pause_of_a_disputed_one(account: Account) -> None:
    """Seen to fail: the last payment decided, though it was not for the running period."""
    order, number = subscribed(account, renewals=1)
    account.dispute(intents(account, number)[-1], "needs_response")
    fulfilment.refresh(order)
    assert not shop.has_access(order)
    account.renew_by_credit(number)
    fulfilment.refresh(order)
    assert shop.has_access(order)
    account.dispute(intents(account, number)[1], "lost")
    fulfilment.refresh(order)
    assert not shop.has_access(order)
