"""The stand-in refuses what Stripe would refuse, in Stripe's words, and nothing is made."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import httpx
import pytest
import stripe  # noqa: TID251 - its own errors are asked for

from integrations.stripe.client import Client
from integrations.stripe.shapes import API_VERSION
from integrations.stripe.standin import StandIn
from integrations.stripe.standin.refusal import Refusal
from integrations.stripe.standin.validation import parse
from tests.factories.stripe import CANCEL, SUCCESS, checkout, paid, stripe_client, stripe_standin

__all__ = ["stripe_client", "stripe_standin"]
LINE = {
    "line_items[0][quantity]": "1",
    "line_items[0][price_data][currency]": "eur",
    "line_items[0][price_data][unit_amount]": "4900",
    "line_items[0][price_data][product_data][name]": "Course",
}
GOOD = {"mode": "payment", "success_url": SUCCESS, "cancel_url": CANCEL} | LINE
MONTHLY = {"line_items[0][price_data][recurring][interval]": "month"}


def ask(standin: StandIn, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
    named = {"Authorization": f"Bearer {standin.keys.secret_key}", "Stripe-Version": API_VERSION}
    return httpx.post(f"{standin.base}/v1/{path}", data=fields, headers=named | headers)


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in GOOD.items() if name not in names}


def test_the_good_request_that_the_others_spoil_is_good(stripe_standin: StandIn) -> None:
    for good in (GOOD, GOOD | MONTHLY | {"mode": "subscription"}):
        assert ask(stripe_standin, "checkout/sessions", good).status_code == 200


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        (GOOD | {"sucess_url": "x"}, "parameter_unknown", "sucess_url"),
        (
            GOOD | {"line_items[0][price_data][product_data][nmae]": "x"},
            "parameter_unknown",
            "line_items[0][price_data][product_data][nmae]",
        ),
        (GOOD | {"line_items[0][amount]": "1"}, "parameter_unknown", "line_items[0][amount]"),
        (
            without("line_items[0][price_data][product_data][name]")
            | {"line_items[0][price_data][product_data][description]": "x"},
            "parameter_missing",
            "line_items[0][price_data][product_data][name]",
        ),
        (
            without("line_items[0][price_data][product_data][name]"),
            "parameter_missing",
            "line_items[0][price_data][product_data]",
        ),
        (
            without("line_items[0][price_data][currency]"),
            "parameter_missing",
            "line_items[0][price_data][currency]",
        ),
        (without("success_url"), "parameter_missing", "success_url"),
        (without(*LINE), "parameter_missing", "line_items"),
        (GOOD | {"mode": "buy"}, "", "mode"),
        (GOOD | {"locale": "klingon"}, "", "locale"),
        (
            GOOD | {"line_items[0][price_data][unit_amount]": "49.00"},
            "parameter_invalid_integer",
            "line_items[0][price_data][unit_amount]",
        ),
        (
            GOOD | {"line_items[0][price_data][unit_amount]": "-1"},
            "parameter_invalid_integer",
            "line_items[0][price_data][unit_amount]",
        ),
        (GOOD | {"line_items[0][quantity]": "0"}, "", "line_items[0][quantity]"),
        (GOOD | {"expires_at": "tomorrow"}, "parameter_invalid_integer", "expires_at"),
        (GOOD | {"expires_at": "1"}, "", "expires_at"),
        (GOOD | {"allow_promotion_codes": "yes"}, "", "allow_promotion_codes"),
        (GOOD | {"line_items[0][price_data][currency]": "xyz"}, "", None),
        (GOOD | {"success_url": "javascript:alert(1)"}, "url_invalid", "success_url"),
        (
            GOOD | {"line_items[0][price_data][product_data][name]": " "},
            "parameter_invalid_empty",
            "line_items[0][price_data][product_data][name]",
        ),
        (GOOD | {"line_items[0][price_data][unit_amount]": "49"}, "amount_too_small", ""),
        (GOOD | MONTHLY, "", "line_items"),
        (GOOD | {"mode": "subscription"}, "", "line_items"),
        (GOOD | {"subscription_data[metadata][a]": "b"}, "", "subscription_data"),
        (GOOD | {"customer": "cus_none"}, "resource_missing", "id"),
        (GOOD | {"discounts[0][coupon]": "NONE"}, "resource_missing", "id"),
        (GOOD | {"metadata[a]": "b" * 501}, "", "metadata[a]"),
        (GOOD | {"metadata": "text"}, "", "metadata"),
        (GOOD | {"line_items": "text"}, "", "line_items"),
        (GOOD | {"client_reference_id": "x" * 201}, "", "client_reference_id"),
        (GOOD | {"api_key": "sk_test_other"}, "parameter_unknown", "api_key"),
    ],
)
def test_a_wrong_session_is_refused(
    stripe_standin: StandIn, fields: dict[str, str], code: str, param: str | None
) -> None:
    answer = ask(stripe_standin, "checkout/sessions", fields)
    error = answer.json()["error"]
    assert answer.status_code in {400, 404}, error
    assert (error["type"], error.get("code", "")) == ("invalid_request_error", code), error
    if param is not None:
        assert error.get("param", "") == param
    assert stripe_standin.all("checkout.session") == []
    assert stripe_standin.all("event") == []


def test_promotion_codes_and_discounts_exclude_each_other(
    stripe_standin: StandIn, stripe_client: Client
) -> None:
    coupon = stripe_client.create_coupon(percent_off=10, key="ten")
    both = {"allow_promotion_codes": "true", "discounts[0][coupon]": coupon.id}
    answer = ask(stripe_standin, "checkout/sessions", GOOD | both)
    assert "only specify one of these" in answer.json()["error"]["message"]


def test_the_sdk_raises_its_own_errors(stripe_client: Client) -> None:
    sdk: Any = stripe_client._sdk
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sdk.customers.create({"emial": "a@example.org"})
    assert (refused.value.code, refused.value.param) == ("parameter_unknown", "emial")
    checkout(stripe_client)
    with pytest.raises(stripe.IdempotencyError):
        sdk.refunds.create({"payment_intent": "pi_1"}, {"idempotency_key": "session-1"})


def test_what_cannot_be_expanded_is_refused(stripe_standin: StandIn, stripe_client: Client) -> None:
    made = paid(stripe_client)
    sdk: Any = stripe_client._sdk.checkout.sessions
    for wrong in ("payment_intnt", "status", "total_details", "line_items.data.price.product.x"):
        with pytest.raises(stripe.InvalidRequestError):
            sdk.retrieve(made.id, {"expand": [wrong]})
    plain = sdk.retrieve(made.id)
    assert isinstance(plain.payment_intent, str)
    assert "line_items" not in plain.to_dict()
    deep = sdk.retrieve(made.id, {"expand": ["payment_intent.latest_charge.refunds", "customer"]})
    assert deep.payment_intent.latest_charge.refunds.data == []
    assert deep.customer.email == "ada@example.org"


def test_a_key_is_used_by_one_request_at_a_time(stripe_standin: StandIn) -> None:
    stripe_standin.busy.add("k")
    answer = ask(stripe_standin, "customers", {}, **{"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "idempotency_key_in_use")
    stripe_standin.busy.clear()
    first = ask(stripe_standin, "customers", {}, **{"Idempotency-Key": "k"})
    second = ask(stripe_standin, "customers", {}, **{"Idempotency-Key": "k"})
    assert first.json() == second.json()
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"


def test_a_key_makes_one_thing_however_many_ask_at_once(
    stripe_standin: StandIn, stripe_client: Client
) -> None:
    first = checkout(stripe_client)
    barrier = Barrier(8)

    def again(_: int) -> int:
        barrier.wait(10)
        return ask(
            stripe_standin, "customers", {"name": "Ada"}, **{"Idempotency-Key": "k"}
        ).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(again, range(8)))
    assert 200 in statuses
    assert set(statuses) <= {200, 409}
    names = [one["name"] for one in stripe_standin.all("customer") if one["id"] != first.customer]
    assert len(names) == 1


def test_a_refused_request_does_not_use_its_key_up(stripe_standin: StandIn) -> None:
    wrong = ask(stripe_standin, "customers", {"emial": "a"}, **{"Idempotency-Key": "k"})
    assert wrong.status_code == 400
    assert ask(stripe_standin, "customers", {}, **{"Idempotency-Key": "k"}).status_code == 200


def test_pages_go_from_the_newest_to_the_oldest(stripe_standin: StandIn) -> None:
    made = [ask(stripe_standin, "customers", {}).json()["id"] for _ in range(5)]

    def page(**params: Any) -> tuple[list[str], bool]:
        named = {"Authorization": f"Bearer {stripe_standin.keys.secret_key}"}
        found = httpx.get(f"{stripe_standin.base}/v1/customers", params=params, headers=named)
        return [one["id"] for one in found.json()["data"]], found.json()["has_more"]

    assert page(limit=2) == (made[:2:-1], True)
    assert page(limit=2, starting_after=made[3]) == (made[2:0:-1], True)
    assert page(limit=2, starting_after=made[1]) == (made[:1], False)
    assert page(limit=2, ending_before=made[0]) == (made[2:0:-1], True)


def test_only_this_machine_is_talked_to(stripe_standin: StandIn) -> None:
    page = f"{stripe_standin.base}/dashboard"
    assert httpx.get(page, headers={"Host": "evil.example:80"}).status_code == 403
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert httpx.post(page, headers=elsewhere, data={"do": "advance", "of": "1"}).status_code == 403
    assert httpx.post(f"{stripe_standin.base}/_faults", headers=elsewhere).status_code == 403
    assert stripe_standin.offset == 0
    with pytest.raises(ValueError, match="this machine"):
        StandIn(webhook_url="https://example.org/webhooks/stripe/")


def test_forms_are_read_as_deep_as_they_are() -> None:
    assert parse("a[b][0][c]=d&a[b][1][c]=e&f=") == {
        "a": {"b": {"0": {"c": "d"}, "1": {"c": "e"}}},
        "f": "",
    }
    assert parse("a[]=1&a[]=2") == {"a": {"0": "1", "1": "2"}}
    assert parse("a[][b]=1&a[][c]=2&a[][b]=3") == {
        "a": {"0": {"b": "1", "c": "2"}, "1": {"b": "3"}}
    }
    with pytest.raises(Refusal):
        parse("a=1&a[b]=2")
