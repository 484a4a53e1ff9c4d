"""P11, P15: a double click, five tabs, the back button and a Stripe that fails in every way lead to
one page to pay on, and to no second charge.

Seen to fail: without the idempotency key (a fresh one at each call), and with `open_key` left NULL.
"""

from contextlib import suppress
from functools import lru_cache, partial

import pytest
from django.contrib.messages import get_messages
from django.test import Client as Browser

from commerce.models import Order, Payment
from commerce.services import checkout, fulfilment, refunds
from core import clock, outbox
from core.models import OutboxMessage
from integrations.errors import TemporaryFailure
from integrations.stripe import account
from integrations.stripe.client import Client
from integrations.stripe.standin import StandIn
from learning.models import AccessGrant
from tests.cases import measure
from tests.factories import commerce as shop
from tests.factories import deliveries

SESSIONS = "/v1/checkout/sessions"


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits ten seconds in a test."""
    hasty_client = partial(Client, timeout=0.5, tries_again=0)
    monkeypatch.setattr(account, "_client", lru_cache(hasty_client))


def keys(standin: StandIn) -> set[str]:
    """The idempotency keys with which sessions were asked for."""
    return {
        call.key for call in standin.calls if (call.method, call.path) == ("POST", SESSIONS)
    }  # fmt: skip


def with_cart() -> Browser:
    """Somebody signed in with an offer in the cart."""
    client = Browser()
    client.force_login(shop.buyer())
    client.post(f"/cart/add/{shop.offer().pk}/")
    return client


@pytest.mark.django_db
def test_P11_the_back_button_and_more_clicks_lead_to_the_same_page(stand_in: StandIn) -> None:
    client = with_cart()
    found = {client.post("/checkout/").url for _click in range(4)}  # type: ignore[attr-defined]
    assert found == {Order.objects.get().session_url}
    assert len(stand_in.all("checkout.session")) == 1
    assert len(keys(stand_in)) == 1


@pytest.mark.services
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_P11_five_tabs_at_once_are_one_order_and_one_session(stand_in: StandIn) -> None:
    offer, user = shop.offer(), shop.buyer()

    def click() -> None:
        """Stripe refuses what another tab is asking for at this moment: the buyer clicks again."""
        for _try in range(5):
            with suppress(TemporaryFailure):
                checkout.start(user=user, cart=shop.cart(offer, user=user))
                return
        raise AssertionError("no click led anywhere")

    assert set(deliveries.at_once(*[click] * 5)) == {0}
    assert Order.objects.count() == 1
    assert len(stand_in.all("checkout.session")) == 1
    assert len(keys(stand_in)) == 1


FAULTS: dict[str, dict[str, str]] = {
    "429": {"status": "429"},
    "500 before": {"status": "500"},
    "500 after": {"status": "500", "when": "after"},
    "cut before": {"cut": "1"},
    "cut after": {"cut": "1", "when": "after"},
}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/v1/customers", SESSIONS])
@pytest.mark.parametrize("fault", FAULTS)
def test_P15_a_failing_stripe_is_told_and_the_next_click_goes_on(
    stand_in: StandIn, fault: str, path: str
) -> None:
    client = with_cart()
    stand_in.faults.set(FAULTS[fault] | {"path": path})
    answer = client.post("/checkout/")
    assert answer.url == "/cart/"  # type: ignore[attr-defined]
    said = "".join(str(one) for one in get_messages(answer.wsgi_request))
    assert "Nothing was charged" in said

    stand_in.faults.clear()
    answer = client.post("/checkout/")
    order = Order.objects.get()
    assert answer.url == order.session_url  # type: ignore[attr-defined]
    assert len(stand_in.all("checkout.session")) == 1
    assert len(stand_in.all("customer")) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("fault", FAULTS)
def test_P15_a_refund_that_got_no_answer_is_made_once(stand_in: StandIn, fault: str) -> None:
    order = shop.ordered(shop.offer())
    deliveries.pay(order)
    order = fulfilment.refresh(order)
    refunds.refund_whole(order=order, reason="Asked for", by=None)
    stand_in.faults.set(FAULTS[fault] | {"path": "/v1/refunds", "times": "1"})
    outbox.drain()
    OutboxMessage.objects.filter(done_at=None).update(due_at=clock.now())
    outbox.drain()
    order.refresh_from_db()
    assert order.state == Order.State.REFUNDED
    assert len(stand_in.all("refund")) == 1


@pytest.mark.django_db
def test_P15_a_slow_stripe_is_given_up_on_and_nothing_is_lost(
    stand_in: StandIn,
) -> None:
    order = shop.ordered(shop.offer())
    deliveries.pay(order)
    client = Browser()
    client.force_login(order.user)
    stand_in.faults.set({"slow_s": "1", "path": "/v1/checkout", "times": "1"})
    with measure.nothing_changes((AccessGrant, Payment)):
        client.get("/checkout/done/", {"session": order.session_id})
    assert Order.objects.get().state == Order.State.OPEN
    stand_in.faults.clear()
    shop.later(order)
    client.get("/checkout/done/", {"session": order.session_id})
    assert Order.objects.get().state == Order.State.PAID
