"""A renewal that fails, and access that ends by it, are told by mail: once, kindly, with the way.

Seen to fail: without `fulfilment._keep_unpaid`, and without `subscriptions.announce_ended`.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from commerce import jobs, rules
from commerce.models import Offer, Order, Subscription
from commerce.services import fulfilment
from core import clock, outbox
from learning.models import AccessGrant
from learning.services import enrolment
from tests.factories import commerce as shop
from tests.factories.commerce import Account

pytestmark = pytest.mark.django_db
LONG = timedelta(days=30)


@pytest.fixture
def order(account: Account) -> Order:
    order = shop.ordered(shop.offer(kind=Offer.Kind.SUBSCRIPTION, interval="month", name="Letters"))
    account.subscribe(order)
    fulfilment.refresh(order)
    outbox.drain()
    mail.outbox.clear()
    return order


def fails(account: Account, order: Order, **fields: Any) -> str:
    """The next renewal fails; its invoice."""
    number = order.subscription.stripe_id
    account.renew(number, paid=False)
    latest = account.subscriptions[number].latest_invoice
    assert latest is not None
    fulfilment.refresh(order)
    return latest.id


def at(monkeypatch: pytest.MonkeyPatch, later: timedelta) -> None:
    moment = clock.now() + later
    monkeypatch.setattr(clock, "now", lambda: moment)


def subjects() -> list[str]:
    return [one.subject.split(":")[0] for one in mail.outbox]


def test_a_renewal_that_failed_is_told_once_with_the_day_and_the_way(
    account: Account, order: Order
) -> None:
    fails(account, order)
    for _again in range(3):
        fulfilment.refresh(order)
    outbox.drain()
    assert subjects() == ["Your payment failed"]
    (told,) = mail.outbox
    assert told.to == [order.user.email]
    row = Subscription.objects.get()
    assert row.paid_until is not None
    assert f"{row.paid_until + rules.GRACE:%Y}" in told.body
    assert "It keeps your courses open until" in told.body
    assert f"/orders/{order.number}/" in told.body


def test_the_next_invoice_that_fails_is_told_again(account: Account, order: Order) -> None:
    first = fails(account, order)
    outbox.drain()
    account.renew(order.subscription.stripe_id)
    fulfilment.refresh(order)
    assert Subscription.objects.get().unpaid_invoice == ""
    assert fails(account, order) != first
    outbox.drain()
    assert subjects() == ["Your payment failed"] * 2


def test_what_was_paid_before_the_mail_went_is_not_told(account: Account, order: Order) -> None:
    fails(account, order)
    account.renew(order.subscription.stripe_id)
    fulfilment.refresh(order)
    outbox.drain()
    assert subjects() == []


def test_a_first_payment_that_fails_is_no_renewal(account: Account) -> None:
    order = shop.ordered(shop.offer(kind=Offer.Kind.SUBSCRIPTION, interval="month"))
    number = account.subscribe(order)
    account.invoices[number].clear()
    account.change(number, status="past_due")
    fulfilment.refresh(order)
    outbox.drain()
    assert "Your payment failed" not in subjects()


def test_the_end_is_told_once_when_grace_is_over_and_not_before(
    account: Account, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(account, order)
    outbox.drain()
    row = Subscription.objects.get()
    assert row.paid_until is not None
    before = row.paid_until + rules.GRACE - clock.now()
    mail.outbox.clear()
    at(monkeypatch, before - timedelta(minutes=1))
    jobs.refresh_unsettled()
    outbox.drain()
    assert subjects() == []
    at(monkeypatch, timedelta(minutes=2))
    for _again in range(2):
        jobs.refresh_unsettled()
        outbox.drain()
    assert subjects() == ["Your access has ended"]
    assert "It can still be paid" in mail.outbox[0].body
    assert not shop.has_access(order)


def test_the_end_is_told_when_stripe_gives_up(
    account: Account, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(account, order)
    outbox.drain()
    mail.outbox.clear()
    at(monkeypatch, LONG + timedelta(days=1))
    account.change(order.subscription.stripe_id, status="canceled", ended_at=clock.now())
    fulfilment.refresh(order)
    jobs.refresh_unsettled()
    outbox.drain()
    assert subjects() == ["Your access has ended"]
    assert "It has ended, and nothing is charged any more" in mail.outbox[0].body


def test_what_was_paid_in_silence_has_not_ended(
    account: Account, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(account, order)
    outbox.drain()
    mail.outbox.clear()
    at(monkeypatch, LONG + rules.GRACE + timedelta(days=1))
    Order.objects.update(checked_at=clock.now())
    account.renew(order.subscription.stripe_id)
    jobs.refresh_unsettled()
    outbox.drain()
    assert subjects() == []


def test_a_subscription_that_its_buyer_ended_is_not_called_unpaid(
    account: Account, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, LONG + timedelta(days=1))
    account.change(order.subscription.stripe_id, status="canceled", ended_at=clock.now())
    fulfilment.refresh(order)
    jobs.refresh_unsettled()
    outbox.drain()
    assert subjects() == []


def test_what_is_open_by_something_else_is_told(
    account: Account, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = order.lines.get().courses.get().course
    enrolment.grant(
        user=order.user, course=course, source=AccessGrant.Source.GIFT, source_key="by hand",
        starts_at=clock.now(),
    )  # fmt: skip
    fails(account, order)
    at(monkeypatch, LONG + rules.GRACE + timedelta(days=1))
    jobs.refresh_unsettled()
    outbox.drain()
    assert subjects() == ["Your access has ended"]
    assert f"Open to you all the same, by something else that you have:\n  {course.title}" in (
        mail.outbox[0].body
    )


def test_an_account_that_is_switched_off_gets_no_mail(account: Account, order: Order) -> None:
    order.user.is_active = False
    order.user.save()
    fails(account, order)
    outbox.drain()
    assert subjects() == []
