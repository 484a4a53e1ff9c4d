"""What the nightly comparison finds beside payments: see P8 for those."""

from datetime import timedelta

import pytest

from commerce.models import Order, Refund, StripeEvent
from commerce.services import reconciliation, refunds
from core import clock, outbox
from integrations.errors import TemporaryFailure
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
