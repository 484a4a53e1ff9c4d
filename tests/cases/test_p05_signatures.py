"""P5: only what Stripe signed, now, in our mode, is kept; a change of the key loses nothing.

Seen to fail: with `events._is_signed` that says yes, and without the comparison of the moment or of
`livemode` in `construct_event` and `Client.event`.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from commerce.models import StripeEvent
from core import clock
from core.models import OutboxMessage
from tests.cases import measure
from tests.factories import commerce as shop
from tests.factories.commerce import Account

pytestmark = pytest.mark.django_db
KEPT = (StripeEvent, OutboxMessage)
Sign = Callable[[bytes], str]


def now() -> float:
    return clock.now().timestamp()


def both(*headers: str) -> str:
    """One moment, several signatures: as Stripe sends while a key is changed."""
    moments = {header.split(",")[0] for header in headers}
    assert len(moments) == 1
    return ",".join([moments.pop(), *(header.split(",")[1] for header in headers)])


REFUSED: dict[str, Sign] = {
    "none": lambda _body: "",
    "garbage": lambda _body: "t=,v1=",
    "another key": lambda body: shop.signed(body, secret="whsec_other"),
    "one byte changed": lambda body: shop.signed(body[:-2] + b" }"),
    "body written anew": lambda body: shop.signed(json.dumps(json.loads(body), indent=1).encode()),
    "v0 only": lambda body: shop.signed(body, scheme="v0"),
    "301 s old": lambda body: shop.signed(body, at=now() - 302),
    "tomorrow's": lambda body: shop.signed(body, at=now() + 86_400),
}


@pytest.mark.parametrize("name", REFUSED)
def test_P05_what_stripe_did_not_sign_is_refused_and_not_kept(
    account: Account, client: Client, name: str
) -> None:
    body = shop.message()
    with measure.nothing_changes(KEPT):
        assert shop.knock(client, body, REFUSED[name](body)) == 400


def test_P05_a_live_event_on_a_test_site_is_refused(account: Account, client: Client) -> None:
    with measure.nothing_changes(KEPT):
        assert shop.knock(client, shop.message(livemode=True)) == 400


def test_P05_a_test_event_on_a_live_site_is_refused(
    account: Account, client: Client, settings: Any
) -> None:
    account.keys = shop.KEYS.__class__("sk_live_x", "pk_live_x", shop.KEYS.webhook_secrets)
    with measure.nothing_changes(KEPT):
        assert shop.knock(client, shop.message()) == 400
    assert shop.knock(client, shop.message(livemode=True)) == 200


@pytest.mark.parametrize("newest", [0, 1])
def test_P05_while_the_key_changes_either_signs(
    account: Account, client: Client, newest: int
) -> None:
    account.keys = shop.KEYS.__class__("sk_test_x", "pk_test_x", ("whsec_a", "whsec_b"))
    body, moment = shop.message(), now()
    one = shop.signed(body, secret=("whsec_a", "whsec_b")[newest], at=moment)
    assert shop.knock(client, body, one) == 200
    again = shop.message()
    other = shop.signed(again, secret="whsec_gone", at=moment)
    ours = shop.signed(again, secret="whsec_b", at=moment)
    assert shop.knock(client, again, both(other, ours)) == 200
    assert StripeEvent.objects.count() == 2


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b'{"object": "event"}', b"\xff\xfe"])
def test_P05_signed_nonsense_is_refused(account: Account, client: Client, body: bytes) -> None:
    with measure.nothing_changes(KEPT):
        assert shop.knock(client, body) == 400


def test_P05_ten_megabytes_are_refused_unread(account: Account, client: Client) -> None:
    body = shop.message(padding="x" * 10_000_000)
    with measure.nothing_changes(KEPT):
        assert shop.knock(client, body) == 413


def test_P05_without_an_account_nobody_listens(client: Client, settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = ""
    with measure.nothing_changes(KEPT):
        assert shop.knock(client, shop.message()) == 404
