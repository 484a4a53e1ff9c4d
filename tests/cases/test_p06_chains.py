"""P6: chains of real event bodies about an order of ours end in the state that the table writes.

Each body is a file of others (LECTERN_SHARED_DATA); the numbers in it become those of our order,
and Stripe stands as such a chain leaves it.

Seen to fail: with `fulfilment.refresh` that does nothing.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from commerce.models import Offer, Order, StripeEvent
from commerce.rules import Access
from commerce.services import access
from core import outbox
from tests.factories import commerce as shop
from tests.factories.commerce import Account

DATA = os.environ.get("LECTERN_SHARED_DATA")
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA, reason="LECTERN_SHARED_DATA is not set"),
]
Step = Callable[[Account, Order], object]


def intent(account: Account, order: Order) -> str:
    return account.sessions[order.session_id].payment_intent


def disputed(status: str) -> Step:
    return lambda account, order: account.dispute(intent(account, order), status)


def refunded(amount: int, status: str = "succeeded") -> Step:
    return lambda account, order: account.back(intent(account, order), amount, status=status)


def refund_failed(account: Account, order: Order) -> None:
    (made,) = account.payments[intent(account, order)].refunds
    account.refund_fails(intent(account, order), made.id)


def subscribed(**fields: Any) -> Step:
    return lambda account, order: account.change(
        account.sessions[order.session_id].subscription, **fields
    )


PAID = ("checkout.session.completed", Account.pay)
LATER = ("checkout.session.completed.unpaid", Account.pay_later)
ASKED = ("charge.dispute.created", disputed("needs_response"))
BEGUN = ("customer.subscription.created", Account.subscribe)
KEPT = ("invoice.paid", lambda account, order: None)
CHAINS: dict[str, tuple[list[tuple[str, Any]], str, Access]] = {
    "paid": ([PAID], "paid", Access.OPEN),
    "expired": ([("checkout.session.expired", Account.expire)], "expired", Access.NONE),
    "unpaid": ([LATER], "pending", Access.NONE),
    "arrives": (
        [LATER, ("checkout.session.async_payment_succeeded", Account.arrive)], "paid", Access.OPEN,
    ),
    "bounces": (
        [LATER, ("checkout.session.async_payment_failed", Account.fail)], "failed", Access.NONE,
    ),
    "in part": ([PAID, ("charge.refunded.partial", refunded(500))], "paid", Access.OPEN),
    "in full": ([PAID, ("charge.refunded.full", refunded(2000))], "refunded", Access.ENDED),
    "refund fails": (
        [PAID, ("refund.created", refunded(2000, "pending")), ("refund.failed", refund_failed)],
        "paid", Access.OPEN,
    ),
    "disputed": ([PAID, ASKED], "paid", Access.PAUSED),
    "won": ([PAID, ASKED, ("charge.dispute.closed.won", disputed("won"))], "paid", Access.OPEN),
    "lost": ([PAID, ASKED, ("charge.dispute.closed.lost", disputed("lost"))], "paid", Access.ENDED),
    "subscribed": ([BEGUN, KEPT], "paid", Access.UNTIL_GRACE_ENDS),
    "past due": (
        [BEGUN, KEPT, ("customer.subscription.updated.past_due", subscribed(status="past_due"))],
        "paid", Access.UNTIL_GRACE_ENDS,
    ),
    "cancelled": (
        [BEGUN, KEPT, ("customer.subscription.deleted", subscribed(status="canceled"))],
        "paid", Access.UNTIL_PERIOD_ENDS,
    ),
}  # fmt: skip


def ours(name: str, account: Account, order: Order) -> bytes:
    """The body of a file, about our order."""
    event = json.loads(Path(DATA or "", "stripe/events-composed", f"{name}.json").read_text())
    thing: dict[str, Any] = event["data"]["object"]
    session = account.sessions[order.session_id]
    if thing["object"] == "checkout.session":
        thing |= {"id": session.id, "metadata": dict(session.metadata)}
    elif thing["object"] == "subscription":
        thing |= {"id": session.subscription, "metadata": dict(session.metadata)}
    elif thing["object"] == "invoice":
        details = {"subscription": session.subscription}
        thing |= {"parent": {"subscription_details": details}, "metadata": {}}
    else:
        thing |= {"payment_intent": session.payment_intent, "metadata": {}}
    shown = {"id": f"evt_{order.pk}_{StripeEvent.objects.count()}", "livemode": False}
    return json.dumps(event | shown).encode()


@pytest.mark.parametrize("name", CHAINS)
def test_P06_chains_of_real_bodies_end_in_the_written_state(
    account: Account, client: Client, name: str
) -> None:
    chain, state, opens = CHAINS[name]
    kind: dict[str, Any] = {}
    if chain[0] is BEGUN:
        kind = {"kind": Offer.Kind.SUBSCRIPTION, "interval": "month"}
    order = shop.ordered(shop.offer(**kind))
    for body, happens in chain:
        happens(account, order)
        assert shop.knock(client, ours(body, account, order)) == 200
        outbox.drain()
    order.refresh_from_db()
    assert (order.state, access.decide(order, order.lines.get()).access) == (state, opens)
    assert set(StripeEvent.objects.values_list("state", "order")) == {("done", order.pk)}
