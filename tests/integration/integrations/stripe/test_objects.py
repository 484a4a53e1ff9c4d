"""What the stand-in sends has the shape that the SDK, and samples of others, say it has."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import NoneType
from typing import Any, Literal, Union, get_args, get_origin

import httpx
import pytest
import stripe  # noqa: TID251 - whose classes say what the shapes are

from integrations.stripe.client import Client
from integrations.stripe.shapes import Line
from integrations.stripe.standin import StandIn, payments
from integrations.stripe.standin.objects import CLASSES, ONLY_WHEN_SAID, Thing, wire
from tests.factories.stripe import checkout, paid, stripe_client, stripe_standin

__all__ = ["stripe_client", "stripe_standin"]
DATA = os.environ.get("LECTERN_SHARED_DATA")
needs_data = pytest.mark.skipif(not DATA, reason="LECTERN_SHARED_DATA is not set")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
# Hashes that we send with less than the SDK names, since nothing of ours reads the rest.
SPARSE = {"payment_method_details", "card", "sepa_debit", "plan", "total_taxes", "evidence"}


@pytest.fixture
def everything(stripe_standin: StandIn, stripe_client: Client) -> list[Thing]:
    """One and more of each kind, in many of their states."""
    standin, client = stripe_standin, stripe_client
    standin.tax_percent = 19
    coupon = client.create_coupon(percent_off=10, key="ten")
    client.create_promotion_code(coupon.id, code="TEN", key="code")
    once = paid(client, discount=coupon.id, automatic_tax=True)
    client.refund(once.payment_intent, amount_minor=100, key="r")
    payments.dispute(standin, once.payment_intent)
    monthly = paid(client, Line("Club", 1900, "EUR", 1, "month"), key="s2")
    client.portal_url(monthly.customer, return_url="http://127.0.0.1/")
    paid(client, key="s3", way="debit")
    checkout(client, key="s4")
    standin.advance(40 * 86_400)
    client.cancel_subscription(monthly.subscription, at_period_end=False)
    found = [wire(one) for rows in standin.held.values() for one in rows.values()]
    for one in standin.all("checkout.session"):
        found += [wire(line) for line in one["_lines"]]
    for one in standin.all("subscription") + standin.all("invoice"):
        found += wire(one["items" if one["object"] == "subscription" else "lines"])["data"]
    return found


def test_fields_are_those_of_the_sdks_classes(everything: list[Thing]) -> None:
    kinds = {one["object"] for one in everything}
    assert kinds >= CLASSES.keys() - {
        "invoiceitem",
        "invoice_payment",
        "payment_method",
    }
    problems = {
        problem
        for one in everything
        for problem in differences(one, CLASSES[one["object"]], one["object"])
    }
    assert problems == set()


def differences(thing: Thing, shape: Any, path: str) -> Iterator[str]:
    hints = {name: hint for name, hint in shape.__annotations__.items() if name[0] != "_"}
    hints.pop("OBJECT_NAME", None)
    left_out = ONLY_WHEN_SAID.get(path, set()) | {"deleted"}
    inner = getattr(shape, "_inner_class_types", {})
    for name in thing.keys() - hints.keys():
        yield f"{path}.{name} is nothing that the SDK knows"
    for name, hint in hints.items():
        if name not in thing:
            if name not in left_out and not _may_be_none(hint):
                yield f"{path}.{name} is missing"
            continue
        value = thing[name]
        if value is None and not _may_be_none(hint):
            yield f"{path}.{name} may not be null"
        if not _fits(hint, value):
            yield f"{path}.{name} is {value!r}, not {hint}"
        if isinstance(value, dict) and name in inner and name not in SPARSE and value:
            yield from differences(value, inner[name], f"{path}.{name}")


def _may_be_none(hint: Any) -> bool:
    return get_origin(hint) is Union and NoneType in get_args(hint)


def _fits(hint: Any, value: Any) -> bool:
    """Of what can be told without looking names up."""
    if value is None:
        return True
    arms = get_args(hint) if get_origin(hint) is Union else (hint,)
    simple = {int, str, bool, float}
    if not all(arm in simple or get_origin(arm) is Literal or arm is NoneType for arm in arms):
        return True
    words = [word for arm in arms if get_origin(arm) is Literal for word in get_args(arm)]
    if words:
        return value in words
    return type(value) in arms or (type(value) is int and float in arms)


def test_differences_would_be_seen(everything: list[Thing]) -> None:
    """The comparison above has teeth."""
    one = next(one for one in everything if one["object"] == "checkout.session")
    for spoilt in (
        one | {"colour": "red"},
        one | {"expires_at": None},
        one | {"status": "closed"},
        one | {"amount_total": "4900"},
        one | {"total_details": {"amount_discount": 0, "amount_tax": 0, "amount_x": 1}},
        {name: value for name, value in one.items() if name != "created"},
    ):
        assert list(differences(spoilt, CLASSES["checkout.session"], "checkout.session"))


def test_the_sdk_reads_every_answer(everything: list[Thing], stripe_standin: StandIn) -> None:
    sdk = stripe.StripeClient("sk_test_x")
    for one in everything:
        made = sdk.deserialize(one, api_mode="V1")
        assert type(made) is CLASSES[one["object"]]


def test_an_event_is_the_same_whether_it_is_sent_or_asked_for(
    everything: list[Thing], stripe_standin: StandIn, stripe_client: Client
) -> None:
    """Seen to fail with the SDK's decimals left as they are: a database takes none as JSON."""
    asked = {one.id: one for one in stripe_client.list_events(LONG_AGO)}
    assert len(asked) == len(stripe_standin.all("event")) > 40
    for event in stripe_standin.all("event"):
        sent = stripe_client.event(*stripe_standin.webhooks.message(event))
        assert sent == asked[event["id"]]
        assert json.loads(json.dumps(sent.data)) == sent.data


@cache
def _samples() -> dict[str, list[Thing]]:
    """Objects of others by kind: Stripe's own examples, and what events carry."""
    folder = Path(DATA or "", "stripe")
    found: dict[str, list[Thing]] = {}
    fixtures = json.loads((folder / "fixtures3.json").read_text())["resources"]
    bodies = [json.loads(path.read_text()) for path in folder.glob("events-*/*.json")]
    for one in [*fixtures.values(), *(body["data"]["object"] for body in bodies)]:
        found.setdefault(one.get("object", ""), []).append(one)
    return found


@needs_data
def test_fields_that_samples_have_too_are_of_the_same_type(everything: list[Thing]) -> None:
    compared = 0
    for one in everything:
        for sample in _samples().get(one["object"], []):
            for name in one.keys() & sample.keys():
                ours, theirs = one[name], sample[name]
                # A name or the whole of it; nothing, or an empty hash, which says as little.
                if not ours or not theirs or {type(ours), type(theirs)} == {dict, str}:
                    continue
                compared += 1
                assert type(ours) is type(theirs), (one["object"], name, ours, theirs)
    assert compared > 500


@needs_data
def test_chains_of_events_are_those_that_samples_are_of(
    everything: list[Thing], stripe_standin: StandIn
) -> None:
    """What is told of a kind has at least the objects that the samples of that kind have."""
    told = {one["type"]: one for one in stripe_standin.all("event")}
    for path in Path(DATA or "", "stripe").glob("events-composed/*.json"):
        sample = json.loads(path.read_text())
        if sample["type"] in told:
            ours = told[sample["type"]]["data"]["object"]
            assert ours["object"] == sample["data"]["object"]["object"], path.name


def test_pages_are_there_and_escape_what_they_show(
    stripe_standin: StandIn, stripe_client: Client
) -> None:
    made = checkout(stripe_client, Line("<script>alert(1)</script>", 4900, "EUR"))
    shown = httpx.get(made.url)
    assert "&lt;script&gt;" in shown.text
    assert "<script>" not in shown.text
    assert "49.00 EUR" in shown.text
    assert httpx.get(f"{stripe_standin.base}/c/pay/cs_test_none").status_code == 404
    assert httpx.get(f"{stripe_standin.base}/none").status_code == 404
    assert httpx.post(made.url, data={"way": "nonsense"}).status_code == 400
    assert stripe_client.get_session(made.id).status == "open"
