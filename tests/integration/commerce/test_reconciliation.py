"""What the nightly comparison finds beside payments: see P8 for those."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from commerce.models import Order, Refund, StripeEvent
from commerce.services import fulfilment, reconciliation, refunds
from core import clock, outbox
from core.models import OutboxMessage
from integrations.errors import TemporaryFailure
from learning.models import AccessGrant
from tests.factories import commerce as shop
from tests.factories.commerce import Account

pytestmark = pytest.mark.django_db


def test_a_refund_of_which_nobody_told_us_is_found(account: Account) -> None:
    order = shop.bought(account)
    payment = shop.payment_of(order)
    account.back(payment.stripe_id, payment.amount_minor)
    account.tell("charge.refunded", {"object": "charge", "payment_intent": payment.stripe_id})
    since = clock.now() - timedelta(days=1)
    report = reconciliation.run(since=since)
    outbox.drain()
    order.refresh_from_db()
    assert order.state == Order.State.REFUNDED
    assert not shop.has_access(order)
    (told,) = report.mended
    assert "charge.refunded" in told
    assert StripeEvent.objects.count() == 1
    assert reconciliation.run(since=since).mended == []


def test_a_refund_that_never_left_is_told(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = shop.bought(account)
    refunds.refund_whole(order=order, reason="Asked for", by=None)

    def away(*_one: object, **_more: object) -> None:
        raise TemporaryFailure("away")

    monkeypatch.setattr(account, "refund", away)
    outbox.drain()
    since = clock.now() - timedelta(days=7)
    assert reconciliation.run(since=since).problems == []
    Refund.objects.update(at=clock.now() - timedelta(days=2))
    (told,) = reconciliation.run(since=since).problems
    assert order.number in told


def test_a_refund_whose_news_was_given_up_is_sent_after_all(account: Account) -> None:
    """Seen to fail: it stayed requested for ever, and nobody could ask for that money again."""
    order = shop.bought(account)
    refunds.refund_whole(order=order, reason="Asked for", by=None)
    OutboxMessage.objects.update(gave_up_at=clock.now())
    outbox.drain()
    Refund.objects.update(at=clock.now() - timedelta(days=2))
    since = clock.now() - timedelta(days=7)
    (told,) = reconciliation.run(since=since).mended
    assert "a refund was sent after all" in told
    order.refresh_from_db()
    assert order.state == Order.State.REFUNDED
    assert account.calls.count("refund") == 1
    assert reconciliation.run(since=since).mended == []


def test_a_refund_sent_long_ago_is_looked_for_before_it_is_sent_again(account: Account) -> None:
    order = shop.bought(account)
    (wish,) = refunds.refund_whole(order=order, reason="Asked for", by=None)
    # It was sent, the answer was lost, and Stripe has forgotten the key since.
    payment = shop.payment_of(order)
    account.back(payment.stripe_id, 2000, metadata={"refund": wish.key})
    Refund.objects.update(at=clock.now() - timedelta(days=2))
    outbox.drain()
    assert "refund" not in account.calls
    wish.refresh_from_db()
    assert wish.status == Refund.Status.SUCCEEDED


# --- Where Stripe does not answer everything


def paid_in_silence(account: Account, number: int) -> list[Order]:
    offer = shop.offer()
    made = [shop.ordered(offer) for _one in range(number)]
    for order in made:
        account.pay(order)
    return made


def test_one_order_without_an_answer_is_told_and_the_others_are_mended(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Seen to fail: while the first TemporaryFailure ended the run."""
    first, *others = paid_in_silence(account, 3)
    get = account.get_session

    def away(session_id: str) -> Any:
        if session_id == first.session_id:
            raise TemporaryFailure("away")
        return get(session_id)

    monkeypatch.setattr(account, "get_session", away)
    with pytest.raises(CommandError):
        call_command("reconcile_stripe", "--days", "1")
    said = capsys.readouterr().out
    assert f"Not reached: order {first.number}" in said
    assert said.count("Mended") == len(others)
    monkeypatch.undo()
    assert Order.objects.filter(state="paid").count() == len(others)


def test_what_hangs_off_stripe_s_lists_is_told_and_access_is_compared(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = shop.bought(account)
    AccessGrant.objects.update(revoked_at=clock.now())

    def away(*_about: object) -> Any:
        raise TemporaryFailure("away")
        yield

    for name in ("list_sessions", "list_events"):
        monkeypatch.setattr(account, name, away)
    report = reconciliation.run(since=clock.now() - timedelta(days=1))
    assert report.mended == [f"order {order.number}: access"]
    assert len(report.unreached) == 2
    assert shop.has_access(order)


def test_a_stripe_that_is_away_is_not_asked_about_every_order(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid_in_silence(account, reconciliation.FAILURES + 3)
    asked = []

    def away(order: Order) -> Order:
        asked.append(order)
        raise TemporaryFailure("away")

    monkeypatch.setattr(fulfilment, "refresh", away)
    report = reconciliation.run(since=clock.now() - timedelta(days=1))
    assert len(asked) == reconciliation.FAILURES
    assert len(report.unreached) == reconciliation.FAILURES + 3


def test_a_run_that_finds_nothing_asks_the_database_as_often_for_ten_orders(
    account: Account, django_assert_max_num_queries: Any
) -> None:
    """Seen to fail: with one query a session and ten an order."""
    for order in paid_in_silence(account, 10):
        fulfilment.refresh(order)
    with django_assert_max_num_queries(20):
        report = reconciliation.run(since=clock.now() - timedelta(days=1))
    assert (report.sessions, report.orders, report.mended) == (10, 10, [])
