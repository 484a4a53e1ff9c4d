"""P6: what is not ours, or nothing we know, is kept as such and never an error.

Seen to fail: with `events._order_of` that takes every checkout session for one of ours.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from commerce.models import Order, StripeEvent
from core import outbox
from core.models import OutboxMessage
from tests.cases import measure
from tests.factories import commerce as shop
from tests.factories.commerce import Account

pytestmark = pytest.mark.django_db
DATA = os.environ.get("LECTERN_SHARED_DATA")
BODIES = sorted(Path(DATA or "none").glob("stripe/events-*/*.json"))
ELSEWHERE = {"site": "another.example.org", "order": "AAAAA-BBBBB"}

NOT_OURS: dict[str, tuple[str, dict[str, Any]]] = {
    "unknown type": ("moon.risen", {"id": "moon_1", "object": "moon"}),
    "unknown session": ("checkout.session.completed", {"id": "cs_x", "object": "checkout.session"}),
    "no metadata": ("payment_intent.succeeded", {"id": "pi_x", "object": "payment_intent"}),
    "metadata of another site": (
        "checkout.session.completed",
        {"id": "cs_y", "object": "checkout.session", "metadata": ELSEWHERE},
    ),
    "metadata that is none": (
        "checkout.session.completed",
        {"id": ["cs"], "object": "checkout.session", "metadata": "x", "payment_intent": 4},
    ),
    "a charge of another payment": (
        "charge.refunded",
        {"id": "ch_x", "object": "charge", "payment_intent": "pi_x"},
    ),
    "a subscription of another app": (
        "customer.subscription.deleted",
        {"id": "sub_x", "object": "subscription"},
    ),
    "an object without a name": ("checkout.session.completed", {}),
}


def delivered(client: Client, body: bytes) -> StripeEvent:
    """The event, after everything that follows from it."""
    assert shop.knock(client, body) == 200
    outbox.drain()
    assert not OutboxMessage.objects.filter(done_at=None).exists()
    return StripeEvent.objects.get()


@pytest.mark.parametrize("name", NOT_OURS)
def test_P06_what_is_not_ours_is_kept_as_such(account: Account, client: Client, name: str) -> None:
    order = shop.ordered(shop.offer())
    kind, about = NOT_OURS[name]
    with measure.nothing_changes((Order,)):
        event = delivered(client, shop.message(kind, about))
    assert (event.state, event.order, event.last_error) == ("ignored", None, "")
    assert Order.objects.get() == order


@pytest.mark.parametrize("path", BODIES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_P06_bodies_of_every_version_are_understood(
    account: Account, client: Client, path: Path
) -> None:
    body = json.loads(path.read_text()) | {"livemode": False}
    assert delivered(client, json.dumps(body).encode()).state == "ignored"


def test_P06_an_order_of_ours_that_is_not_there_is_an_error_that_stays(
    account: Account, client: Client
) -> None:
    about = {"id": "cs_z", "object": "checkout.session",
             "metadata": shop.stripe_account.mark("ZZZZZ-ZZZZZ")}  # fmt: skip
    assert shop.knock(client, shop.message(about=about)) == 200
    outbox.deliver_due()
    event = StripeEvent.objects.get()
    assert (event.state, event.tries) == ("failed", 1)
    assert "DoesNotExist" in event.last_error
    assert OutboxMessage.objects.filter(done_at=None).count() == 1
