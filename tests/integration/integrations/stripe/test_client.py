"""Stripe by its real SDK against the stand-in: what we ask for, and what comes of it."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import stripe  # noqa: TID251 - whose version is compared

from core import clock
from integrations.errors import PermanentFailure, TemporaryFailure
from integrations.stripe.client import Client
from integrations.stripe.shapes import API_VERSION, Line
from integrations.stripe.standin import StandIn
from tests.factories.stripe import checkout, on_page, paid, stripe_client, stripe_standin

__all__ = ["stripe_client", "stripe_standin"]
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MONTHLY = Line("Membership", 1900, "EUR", 1, "month")
DAY = 86_400


def kinds(client: Client, since: datetime = LONG_AGO) -> list[str]:
    return [one.type for one in client.list_events(since)][::-1]


def test_the_version_is_the_one_that_the_sdk_describes() -> None:
    assert stripe.api_version == API_VERSION


def test_a_session_carries_what_it_was_made_with(
    stripe_standin: StandIn, stripe_client: Client
) -> None:
    ends = clock.now().replace(microsecond=0) + timedelta(hours=1)
    made = checkout(
        stripe_client,
        Line("Drawing & Ink", 4900, "EUR"),
        Line("Paper", 150, "EUR", 2),
        expires_at=ends,
        receipt_email="ada@example.org",
    )
    assert (made.status, made.payment_status, made.mode) == ("open", "unpaid", "payment")
    assert (made.amount_subtotal, made.amount_total, made.currency) == (5200, 5200, "EUR")
    assert (made.client_reference_id, made.metadata, made.expires_at) == (
        "L-1",
        {"order": "1"},
        ends,
    )
    assert made.payment_intent == made.charge == ""
    assert not made.livemode
    found = stripe_client.get_session(made.id)
    assert [(one.name, one.quantity, one.amount_total) for one in found.items] == [
        ("Drawing & Ink", 1, 4900),
        ("Paper", 2, 300),
    ]
    sent = [one for one in stripe_standin.calls if one.path == "/v1/checkout/sessions"]
    assert [one.key for one in sent] == ["session-1"]
    assert all(one.key for one in stripe_standin.calls if one.method == "POST")


def test_a_paid_session_tells_everything_at_once(stripe_client: Client) -> None:
    found = paid(stripe_client)
    assert found.is_paid
    assert (found.status, found.payment_status) == ("complete", "paid")
    assert found.payment_intent.startswith("pi_")
    assert (found.charge[:3], found.charge_amount, found.amount_refunded) == ("ch_", 4900, 0)
    assert not found.disputed
    assert found.paid_at is not None
    assert found.receipt_url
    assert httpx.get(found.receipt_url).status_code == 200
    assert found.billing["email"] == "ada@example.org"
    payment = stripe_client.get_payment(found.payment_intent)
    assert (payment.status, payment.amount_received, payment.metadata) == (
        "succeeded",
        4900,
        {"order": "1"},
    )
    assert kinds(stripe_client)[-1] == "checkout.session.completed"
    assert stripe_client.find_session(payment_intent=found.payment_intent) == found
    assert stripe_client.find_session(payment_intent="pi_none") is None
    assert stripe_client.find_invoice(payment_intent=found.payment_intent) is None


def test_a_declined_card_leaves_the_session_open(stripe_client: Client) -> None:
    made = checkout(stripe_client)
    answer = on_page(made, way="declined")
    assert answer.status_code == 200
    assert "declined" in answer.text
    found = stripe_client.get_session(made.id)
    assert (found.status, found.payment_status, found.paid_at) == ("open", "unpaid", None)
    assert stripe_client.get_payment(found.payment_intent).failure == "Your card was declined."
    assert on_page(made, way="card").status_code == 303
    assert stripe_client.get_session(made.id).is_paid
    assert on_page(made, way="card").status_code == 303
    assert kinds(stripe_client).count("charge.succeeded") == 1


@pytest.mark.parametrize(("way", "word"), [("debit", "succeeded"), ("debit_fails", "failed")])
def test_a_debit_arrives_or_bounces_days_later(
    stripe_standin: StandIn, stripe_client: Client, way: str, word: str
) -> None:
    found = paid(stripe_client, way=way)
    assert (found.status, found.payment_status, found.is_paid) == ("complete", "unpaid", False)
    assert stripe_client.get_payment(found.payment_intent).status == "processing"
    stripe_standin.advance(3 * DAY)
    found = stripe_client.get_session(found.id)
    assert found.is_paid is (word == "succeeded")
    assert kinds(stripe_client)[-1] == f"checkout.session.async_payment_{word}"


def test_a_session_that_nobody_pays_expires(stripe_standin: StandIn, stripe_client: Client) -> None:
    first, second = checkout(stripe_client), checkout(stripe_client, key="session-2")
    assert stripe_client.expire_session(first.id).status == "expired"
    with pytest.raises(PermanentFailure, match="Only Checkout Sessions"):
        stripe_client.expire_session(first.id)
    stripe_standin.advance(DAY)
    assert stripe_client.get_session(second.id).status == "expired"
    assert kinds(stripe_client).count("checkout.session.expired") == 2
    assert on_page(replace(second), way="card").status_code == 200
    assert "charge.succeeded" not in kinds(stripe_client)


def test_what_costs_nothing_needs_no_payment(stripe_client: Client) -> None:
    coupon = stripe_client.create_coupon(percent_off=100, key="all-of-it")
    made = checkout(stripe_client, discount=coupon.id)
    assert (made.amount_total, made.payment_status) == (0, "no_payment_required")
    assert not made.is_paid
    assert on_page(made, way="card").status_code == 303
    found = stripe_client.get_session(made.id)
    assert found.is_paid
    assert (found.payment_intent, found.charge) == ("", "")


def test_discounts_and_tax_are_exact(stripe_standin: StandIn, stripe_client: Client) -> None:
    stripe_standin.tax_percent = 19
    lines = [Line("A", 3333, "EUR"), Line("B", 3333, "EUR"), Line("C", 3334, "EUR")]
    made = checkout(stripe_client, *lines, discount=1000, automatic_tax=True)
    assert (made.amount_subtotal, made.amount_discount) == (10_000, 1000)
    assert made.amount_total == 9000 + made.amount_tax
    found = stripe_client.get_session(made.id)
    for name in ("subtotal", "discount", "tax", "total"):
        whole = getattr(found, f"amount_{name}")
        assert sum(getattr(one, f"amount_{name}") for one in found.items) == whole
    assert found.amount_tax == sum(round(3000 * 0.19) for _ in lines)


def test_a_promotion_code_is_typed_in_by_the_buyer(stripe_client: Client) -> None:
    coupon = stripe_client.create_coupon(percent_off=10, max_redemptions=1, key="ten")
    code = stripe_client.create_promotion_code(coupon.id, code="WELCOME10", key="welcome")
    assert (code.code, code.coupon, code.active) == ("WELCOME10", coupon.id, True)
    made = checkout(stripe_client, allow_promotion_codes=True)
    assert "invalid" in on_page(made, code="NONE").text
    assert "invalid" not in on_page(made, code="welcome10").text
    assert on_page(made, way="card").status_code == 303
    assert stripe_client.get_session(made.id).amount_total == 4410
    second = checkout(stripe_client, allow_promotion_codes=True, key="session-2")
    assert "invalid" in on_page(second, code="WELCOME10").text


def test_currencies_without_minor_units_stay_whole(stripe_client: Client) -> None:
    found = paid(stripe_client, Line("Course", 5000, "JPY"))
    assert (found.amount_total, found.currency, found.charge_amount) == (5000, "JPY", 5000)


def test_money_goes_back_in_parts_and_never_more_than_came(stripe_client: Client) -> None:
    found = paid(stripe_client)
    for number in (1, 2, 3):
        made = stripe_client.refund(
            found.payment_intent, amount_minor=1000, metadata={"n": str(number)}, key=f"r{number}"
        )
        assert (made.status, made.amount, made.metadata) == ("succeeded", 1000, {"n": str(number)})
    assert stripe_client.get_session(found.id).amount_refunded == 3000
    with pytest.raises(PermanentFailure, match="greater than unrefunded"):
        stripe_client.refund(found.payment_intent, amount_minor=1901, key="r4")
    again = stripe_client.refund(
        found.payment_intent, amount_minor=1000, metadata={"n": "3"}, key="r3"
    )
    assert again == made
    stripe_client.refund(found.payment_intent, amount_minor=1900, key="r5")
    with pytest.raises(PermanentFailure, match="already been refunded"):
        stripe_client.refund(found.payment_intent, amount_minor=1, key="r6")
    payment = stripe_client.get_payment(found.payment_intent)
    assert payment.amount_refunded == sum(one.amount for one in payment.refunds) == 4900


def test_a_refund_that_fails_gives_the_amount_back(
    stripe_standin: StandIn, stripe_client: Client
) -> None:
    found = paid(stripe_client)
    stripe_standin.faults.refunds = "failed"
    made = stripe_client.refund(found.payment_intent, amount_minor=900, key="r1")
    stripe_standin.faults.refunds = "pending"
    later = stripe_client.refund(found.payment_intent, amount_minor=100, key="r2")
    assert (made.status, later.status) == ("failed", "pending")
    payment = stripe_client.get_payment(found.payment_intent)
    assert payment.amount_refunded == 100
    assert {one.id: one.status for one in payment.refunds} == {
        made.id: "failed",
        later.id: "pending",
    }
    assert kinds(stripe_client)[-5:] == [
        "refund.failed",
        "refund.updated",
        "charge.refund.updated",
        "refund.created",
        "charge.refunded",
    ]


@pytest.mark.parametrize(
    ("inquiry", "steps", "status"),
    [
        (False, ["won"], "won"),
        (False, ["under_review", "lost"], "lost"),
        (True, ["warning_closed"], "warning_closed"),
        (True, ["needs_response", "lost"], "lost"),
    ],
)
def test_a_dispute_is_told_with_its_payment(
    stripe_standin: StandIn, stripe_client: Client, inquiry: bool, steps: list[str], status: str
) -> None:
    found = paid(stripe_client)
    do = [("inquiry" if inquiry else "dispute", found.payment_intent)]
    dashboard = f"{stripe_standin.base}/dashboard"
    httpx.post(dashboard, data={"do": do[0][0], "of": do[0][1]})
    (dispute,) = stripe_client.get_payment(found.payment_intent).disputes
    assert dispute.status == ("warning_needs_response" if inquiry else "needs_response")
    assert dispute.amount == 4900
    if not inquiry:
        with pytest.raises(PermanentFailure, match="disputed"):
            stripe_client.refund(found.payment_intent, amount_minor=1, key="r")
    from integrations.stripe.standin import payments

    for step in steps:
        payments.close_dispute(stripe_standin, dispute.id, step)
    (dispute,) = stripe_client.get_payment(found.payment_intent).disputes
    assert dispute.status == status
    assert kinds(stripe_client)[-1] == "charge.dispute.closed"


# --- Subscriptions


def test_a_subscription_is_renewed_until_it_is_cancelled(
    stripe_standin: StandIn, stripe_client: Client
) -> None:
    found = paid(stripe_client, MONTHLY)
    assert found.is_paid
    assert (found.mode, found.subscription[:4], found.invoice[:3]) == (
        "subscription",
        "sub_",
        "in_",
    )
    assert (found.payment_intent[:3], found.charge_amount) == ("pi_", 1900)
    begun = stripe_client.get_subscription(found.subscription)
    assert (begun.status, begun.metadata) == ("active", {"order": "1"})
    assert begun.latest_invoice is not None
    assert begun.latest_invoice.payment_intent == found.payment_intent
    assert begun.latest_invoice.subscription == begun.id
    stripe_standin.advance(32 * DAY)
    renewed = stripe_client.get_subscription(found.subscription)
    assert renewed.latest_invoice is not None
    assert stripe_client.get_payment(renewed.latest_invoice.payment_intent).metadata == {}
    again = stripe_client.find_invoice(payment_intent=renewed.latest_invoice.payment_intent)
    assert again == renewed.latest_invoice
    assert stripe_client.find_session(subscription=renewed.id) == found
    assert stripe_client.find_session(payment_intent=found.payment_intent) is None
    assert renewed.period_start == begun.period_end
    assert renewed.latest_invoice is not None
    assert (renewed.latest_invoice.billing_reason, renewed.latest_invoice.amount_paid) == (
        "subscription_cycle",
        1900,
    )
    assert [one.status for one in stripe_client.list_invoices(found.subscription)] == ["paid"] * 2
    ending = stripe_client.cancel_subscription(found.subscription, at_period_end=True)
    assert (ending.status, ending.cancel_at) == ("active", ending.period_end)
    stripe_standin.advance(32 * DAY)
    over = stripe_client.get_subscription(found.subscription)
    assert (over.status, over.ended_at) == ("canceled", ending.period_end)
    assert kinds(stripe_client)[-1] == "customer.subscription.deleted"
    with pytest.raises(PermanentFailure):
        stripe_client.cancel_subscription(found.subscription, at_period_end=False)


def test_a_renewal_that_fails_is_tried_again_and_then_given_up(
    stripe_standin: StandIn, stripe_client: Client
) -> None:
    found = paid(stripe_client, MONTHLY)
    act = {"do": "card_fails", "of": found.subscription}
    assert httpx.post(f"{stripe_standin.base}/dashboard", data=act).status_code == 303
    stripe_standin.advance(32 * DAY)
    behind = stripe_client.get_subscription(found.subscription)
    assert behind.status == "past_due"
    assert behind.latest_invoice is not None
    assert (behind.latest_invoice.status, behind.latest_invoice.attempt_count) == ("open", 1)
    assert behind.latest_invoice.next_attempt_at is not None
    stripe_standin.advance(9 * DAY)
    over = stripe_client.get_subscription(found.subscription)
    assert over.status == "canceled"
    told = kinds(stripe_client)
    assert told.count("invoice.payment_failed") == 4
    assert told.count("invoice.paid") == 1


def test_a_new_card_brings_a_subscription_back(
    stripe_standin: StandIn, stripe_client: Client
) -> None:
    found = paid(stripe_client, MONTHLY)
    dashboard = f"{stripe_standin.base}/dashboard"
    httpx.post(dashboard, data={"do": "card_fails", "of": found.subscription})
    stripe_standin.advance(33 * DAY)
    assert stripe_client.get_subscription(found.subscription).status == "past_due"
    assert httpx.post(dashboard, data={"do": "pay", "of": found.subscription}).status_code == 303
    back = stripe_client.get_subscription(found.subscription)
    assert back.status == "active"
    assert back.latest_invoice is not None
    assert stripe_client.get_invoice(back.latest_invoice.id).status == "paid"


def test_a_once_coupon_makes_only_the_first_period_cheaper(
    stripe_standin: StandIn, stripe_client: Client
) -> None:
    coupon = stripe_client.create_coupon(percent_off=50, key="half")
    found = paid(stripe_client, MONTHLY, discount=coupon.id)
    stripe_standin.advance(32 * DAY)
    amounts = [one.amount_paid for one in stripe_client.list_invoices(found.subscription)]
    assert amounts == [1900, 950]


def test_the_last_day_of_a_month_is_kept(stripe_standin: StandIn, stripe_client: Client) -> None:
    wanted = datetime(2027, 1, 31, 12, tzinfo=UTC).timestamp()
    stripe_standin.advance(int(wanted) - stripe_standin.now())
    found = paid(stripe_client, MONTHLY)
    ends = []
    for _ in range(3):
        end = stripe_client.get_subscription(found.subscription).period_end
        assert end is not None
        ends.append((end.month, end.day))
        stripe_standin.advance(int(end.timestamp()) - stripe_standin.now())
    assert ends == [(2, 28), (3, 31), (4, 30)]


def test_customers_see_to_their_subscriptions_themselves(stripe_client: Client) -> None:
    found = paid(stripe_client, MONTHLY)
    url = stripe_client.portal_url(found.customer, return_url="http://127.0.0.1/account")
    assert "Membership" in httpx.get(url).text
    httpx.post(url, data={"subscription": found.subscription, "do": "cancel"})
    assert stripe_client.get_subscription(found.subscription).cancel_at_period_end
    httpx.post(url, data={"subscription": found.subscription, "do": "keep"})
    assert not stripe_client.get_subscription(found.subscription).cancel_at_period_end


# --- Lists and messages


def test_lists_are_read_to_their_end(stripe_standin: StandIn, stripe_client: Client) -> None:
    first = checkout(stripe_client)
    for number in range(104):
        checkout(stripe_client, key=f"s{number}", customer=first.customer)
    found = list(stripe_client.list_sessions(LONG_AGO))
    assert len({one.id for one in found}) == 105
    assert found[-1].id == first.id
    lists = [
        one
        for one in stripe_standin.calls
        if (one.method, one.path) == ("GET", "/v1/checkout/sessions")
    ]
    assert len(lists) == 2
    assert list(stripe_client.list_sessions(clock.now() + timedelta(hours=1))) == []
    event = next(iter(stripe_client.list_events(LONG_AGO, ["customer.created"])))
    assert stripe_client.get_event(event.id) == event
    assert event.object["email"] == "ada@example.org"
    assert len(list(stripe_client.list_events(LONG_AGO, ["customer.created"]))) == 105


def test_what_does_not_exist_is_a_permanent_failure(
    stripe_standin: StandIn, stripe_client: Client
) -> None:
    before = len(stripe_standin.calls)
    for wrong in ("", "../v1/customers", "cs_1?x", "cs_é", "cs 1"):
        for ask in (
            stripe_client.get_session,
            stripe_client.get_payment,
            stripe_client.get_event,
            stripe_client.get_subscription,
        ):
            with pytest.raises(PermanentFailure):
                ask(wrong)
    assert len(stripe_standin.calls) == before
    with pytest.raises(PermanentFailure, match="No such"):
        stripe_client.get_session("cs_test_none")
    stranger = Client(replace(stripe_standin.keys, secret_key="sk_test_other"))
    with pytest.raises(PermanentFailure, match="401"):
        stranger.get_session("cs_test_none")


def test_nothing_is_made_without_a_key(stripe_standin: StandIn, stripe_client: Client) -> None:
    with pytest.raises(ValueError, match="key"):
        stripe_client.create_customer(email="a@example.org", name="", user_ref="1", key="")
    assert stripe_standin.calls == []


# --- When things go wrong


def counted(standin: StandIn) -> dict[str, int]:
    return {kind: len(standin.all(kind)) for kind in ("checkout.session", "refund", "customer")}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", [{"cut": True}, {"status": 500}])
def test_P15_a_lost_answer_is_asked_for_again_and_nothing_is_made_twice(
    stripe_standin: StandIn, stripe_client: Client, fault: dict[str, Any], when: str
) -> None:
    """Seen to fail with the stand-in's memory of keys taken out."""
    found = paid(stripe_client)
    before = counted(stripe_standin)
    faults = stripe_standin.faults
    for path, work in (
        (
            "/v1/refunds",
            lambda: stripe_client.refund(found.payment_intent, amount_minor=1, key="r"),
        ),
        ("/v1/checkout", lambda: checkout(stripe_client, key="s2")),
    ):
        faults.path, faults.when, faults.times = path, when, 2
        faults.cut, faults.status = fault.get("cut", False), fault.get("status", 0)
        work()
        assert faults.times == 0
    after = {"checkout.session": 1, "refund": 1, "customer": 1}
    assert counted(stripe_standin) == {name: before[name] + after[name] for name in before}


def test_P15_failures_arrive_as_ours_in_time_and_with_the_key_kept(
    stripe_standin: StandIn, stripe_client: Client
) -> None:
    found = paid(stripe_client)
    faults = stripe_standin.faults
    patient = Client(stripe_standin.keys, timeout=0.3)
    for wrong in ({"status": 500}, {"status": 429}, {"cut": True}, {"slow_s": 1.0}):
        faults.clear()
        for name, value in wrong.items():
            setattr(faults, name, value)
        begun = time.monotonic()
        with pytest.raises(TemporaryFailure):
            patient.refund(found.payment_intent, amount_minor=100, key="once")
        assert time.monotonic() - begun < 6, wrong
    # The slow ones were done all the same, once.
    faults.clear()
    time.sleep(1.2)
    made = stripe_client.refund(found.payment_intent, amount_minor=100, key="once")
    assert [one.id for one in stripe_client.get_payment(found.payment_intent).refunds] == [made.id]


def test_a_key_stands_for_one_request(stripe_standin: StandIn, stripe_client: Client) -> None:
    first = checkout(stripe_client)
    assert checkout(stripe_client) == first
    with pytest.raises(PermanentFailure, match="same parameters"):
        checkout(stripe_client, Line("Another", 100, "EUR"))
    assert len(stripe_standin.all("checkout.session")) == 1
