"""P4: in whatever order Stripe's events come, the order ends in one state.

Six things happen at Stripe, one after the other; their events arrive in each of the 720 orders, and
whoever asks Stripe meanwhile sees what has happened up to the latest event that is known. What is
written down comes from Stripe's answer, never from an event's body.

Seen to fail: with `fulfilment._told` that believes the event's type (a refund that arrives before
its payment), and with `apply` that ignores `version`, in the second test.
"""

import copy
import itertools
import random
from collections.abc import Callable
from typing import Any

import pytest

from commerce.models import Dispute, Order, Payment, Refund, StripeEvent
from commerce.services import events, fulfilment
from core import clock, outbox
from integrations.stripe.shapes import Event
from learning.models import AccessGrant
from tests.factories import commerce as shop
from tests.factories.commerce import Account

pytestmark = pytest.mark.django_db
TYPES = (
    "checkout.session.completed",
    "payment_intent.succeeded",
    "charge.refunded",
    "refund.created",
    "charge.dispute.created",
    "charge.dispute.closed",
)


def happenings(account: Account, order: Order) -> list[dict[str, Any]]:
    """Let everything happen; returns how Stripe stood after each step."""
    worlds = []

    def keep() -> None:
        worlds.append(copy.deepcopy((account.sessions, account.payments)))

    session = account.pay(order)
    intent = session.payment_intent
    keep()
    keep()
    account.back(intent, 500)
    keep()
    account.back(intent, 1500)
    keep()
    account.dispute(intent, "needs_response")
    keep()
    account.dispute(intent, "won")
    keep()
    return [{"sessions": sessions, "payments": payments} for sessions, payments in worlds]


def event(number: int, kind: str, order: Order, intent: str) -> Event:
    """As Stripe sends it: a session with its metadata, a charge without any."""
    about: dict[str, Any] = {
        "checkout.session": {"id": order.session_id, "object": "checkout.session"},
        "payment_intent": {"id": intent, "object": "payment_intent", "metadata": {}},
        "charge": {"id": f"ch_{intent}", "object": "charge", "payment_intent": intent},
        "refund": {"id": "re_1", "object": "refund", "payment_intent": intent},
    }
    thing = next(one for name, one in about.items() if kind.startswith(name))
    if "dispute" in kind:
        thing = {"id": "dp_1", "object": "dispute", "payment_intent": intent}
    if kind == "payment_intent.succeeded":
        thing = thing | {"metadata": {"site": "", "order": order.number}}
        thing["metadata"]["site"] = shop.stripe_account.site()
    return Event(
        id=f"evt_{order.pk}_{number}", type=kind, livemode=False, created=clock.now(),
        api_version="", account="", data={"object": thing},
    )  # fmt: skip


def state(order: Order) -> list[Any]:
    """All that an order came to, without numbers that differ from order to order."""
    payments = Payment.objects.filter(order=order)
    return [
        Order.objects.values_list("state", "attention", "open_key").get(pk=order.pk),
        list(payments.values_list("amount_minor", "currency")),
        sorted(Refund.objects.filter(payment__order=order).values_list("amount_minor", "status")),
        list(Dispute.objects.filter(payment__order=order).values_list("status", flat=True)),
        AccessGrant.objects.active(clock.now()).filter(enrolment__user=order.user).count(),
        StripeEvent.objects.filter(order=order, state="done").count(),
    ]


def test_P04_every_order_of_six_events_ends_in_one_state(
    account: Account, full_size: Callable[..., Any]
) -> None:
    offer = shop.offer()
    orders = list(itertools.permutations(range(6)))
    random.Random(4).shuffle(orders)
    ended = set()
    for arrival in orders[: full_size("p04", small=60, full=720)]:
        order = shop.ordered(offer)
        worlds = happenings(account, order)
        intent = worlds[0]["sessions"][order.session_id].payment_intent
        for seen, number in enumerate(arrival, start=1):
            # Nobody can hear of what has not happened.
            vars(account).update(worlds[max(arrival[:seen])])
            assert events.receive(event(number, TYPES[number], order, intent))
            outbox.drain()
        ended.add(repr(state(order)))
    assert ended == {
        repr(
            [
                ("refunded", "", None),
                [(2000, "EUR")],
                [(500, "succeeded"), (1500, "succeeded")],
                ["won"],
                0,
                6,
            ]
        )
    }


def test_P04_an_older_answer_never_overwrites_a_newer_one(account: Account) -> None:
    order = shop.ordered(shop.offer())
    account.pay(order)
    version = Order.objects.get(pk=order.pk).version
    older = fulfilment.ask(order.session_id)
    account.back(older.session.payment_intent, 2000)
    assert fulfilment.refresh(order).state == Order.State.REFUNDED
    assert fulfilment.apply(order.pk, version, older) is None
    assert Order.objects.get(pk=order.pk).state == Order.State.REFUNDED
