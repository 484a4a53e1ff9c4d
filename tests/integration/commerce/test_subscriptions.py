"""Subscriptions whose access ended, or was never paid for: nobody goes on paying for nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accounts.models import User
from commerce import jobs
from commerce.models import Dispute, Offer, Order, Subscription
from commerce.services import fulfilment, orders, refunds, subscriptions
from core import clock, outbox
from integrations.errors import PermanentFailure, TemporaryFailure
from learning.models import AccessGrant
from tests.factories import commerce as shop
from tests.factories.commerce import Account

pytestmark = pytest.mark.django_db


def subscribed(account: Account) -> tuple[Order, str]:
    order = shop.ordered(shop.offer(kind=Offer.Kind.SUBSCRIPTION, interval="month"))
    number = account.subscribe(order)
    return fulfilment.refresh(order), number


def running(order: Order) -> bool:
    return Subscription.objects.filter(order=order, ended_at=None).exists()


def test_money_back_that_ends_access_ends_the_subscription_at_stripe(account: Account) -> None:
    order, number = subscribed(account)
    account.renew(number)
    fulfilment.refresh(order)
    last = order.payments.order_by("pk").last()
    assert last is not None
    refunds.request(payment=last, amount_minor=1500, reason="Asked for", ends_access=True, by=None)
    outbox.drain()
    assert account.subscriptions[number].status == "canceled"
    assert not running(order)
    assert not shop.has_access(order)


def test_money_back_that_leaves_access_leaves_the_subscription(account: Account) -> None:
    order, number = subscribed(account)
    refunds.request(
        payment=shop.payment_of(order), amount_minor=500, reason="Sorry", ends_access=False, by=None
    )
    outbox.drain()
    assert account.subscriptions[number].status == "active"
    assert shop.has_access(order)


def test_a_lost_dispute_ends_the_subscription_at_stripe(account: Account) -> None:
    order, number = subscribed(account)
    intent = shop.payment_of(order).stripe_id
    account.dispute(intent, "needs_response")
    fulfilment.refresh(order)
    outbox.drain()
    assert account.subscriptions[number].status == "active"
    account.dispute(intent, "lost")
    fulfilment.refresh(order)
    outbox.drain()
    assert account.subscriptions[number].status == "canceled"
    assert Dispute.objects.get().status == "lost"
    assert not running(order)


def test_a_subscription_that_stripe_will_not_end_is_asked_about_once(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, number = subscribed(account)

    def refuses(*_one: object, **_more: object) -> None:
        account.calls.append("cancel_subscription")
        raise PermanentFailure("no")

    monkeypatch.setattr(account, "cancel_subscription", refuses)
    account.dispute(shop.payment_of(order).stripe_id, "lost")
    fulfilment.refresh(order)
    outbox.drain()
    assert account.calls.count("cancel_subscription") == 1
    assert running(order)


def test_a_subscription_that_ended_at_stripe_in_silence_is_found_ended(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen to fail: while the refusal was all that came of it, again and again."""
    order, number = subscribed(account)
    account.change(number, status="canceled", ended_at=clock.now())

    def refuses(*_one: object, **_more: object) -> None:
        raise PermanentFailure("it has ended")

    monkeypatch.setattr(account, "cancel_subscription", refuses)
    subscriptions.cancel(order)
    assert not running(order)
    with pytest.raises(subscriptions.NotRunning):
        subscriptions.cancel(order)


# --- A first period for nothing


def test_a_coupon_for_all_of_the_first_period_does_not_give_the_rest_away(account: Account) -> None:
    shop.coupon(percent=100)
    offer = shop.offer(kind=Offer.Kind.SUBSCRIPTION, interval="month")
    order = shop.ordered(offer, code="SUMMER")
    assert (order.state, order.total_minor) == (Order.State.OPEN, 0)
    assert not shop.has_access(order)
    number = account.subscribe(order)
    order = fulfilment.refresh(order)
    assert (order.state, order.attention) == (Order.State.PAID, "")
    ends = account.subscriptions[number].period_end
    assert ends is not None
    assert AccessGrant.objects.get().ends_at == ends + timedelta(days=7)


# --- A subscription that was never paid


def test_a_subscription_whose_first_payment_never_came_has_failed(account: Account) -> None:
    order = shop.ordered(shop.offer(kind=Offer.Kind.SUBSCRIPTION, interval="month"))
    number = account.subscribe(order)
    first = account.invoices[number][0]
    account.invoices[number] = [replace(first, status="open", amount_paid=0)]
    account.pay_later(order)
    account.change(number, status="incomplete")
    assert fulfilment.refresh(order).state == Order.State.PENDING
    account.change(number, status="incomplete_expired", ended_at=clock.now())
    assert fulfilment.refresh(order).state == Order.State.FAILED
    assert not shop.has_access(order)


# --- Renewals of which nobody told us


def test_a_renewal_in_silence_is_found_before_the_grace_is_over(account: Account) -> None:
    order, number = subscribed(account)
    ends = account.subscriptions[number].period_end
    assert ends is not None
    account.renew(number)
    Subscription.objects.update(paid_until=clock.now() - timedelta(hours=1))
    Order.objects.update(checked_at=clock.now() - timedelta(hours=2))
    assert jobs.refresh_unsettled() == 1
    assert Subscription.objects.get().paid_until == ends + timedelta(days=30)
    assert order.payments.count() == 2
    # Asked for again neither now nor while it is paid.
    assert jobs.refresh_unsettled() == 0


def test_a_renewal_that_is_late_is_asked_about_every_hour(account: Account) -> None:
    _order, number = subscribed(account)
    account.renew(number, paid=False)
    Subscription.objects.update(paid_until=clock.now() - timedelta(hours=1))
    assert jobs.refresh_unsettled() == 0
    Order.objects.update(checked_at=clock.now() - timedelta(hours=2))
    assert jobs.refresh_unsettled() == 1
    assert jobs.refresh_unsettled() == 0


# --- Accounts that are switched off


def test_who_was_switched_off_is_not_charged_again(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen to fail: while nothing ended such a subscription. What is paid stays paid."""
    (gone, number), (_other, others) = subscribed(account), subscribed(account)
    User.objects.filter(pk=gone.user_id).update(is_active=False)
    Order.objects.update(checked_at=clock.now() - timedelta(hours=1))
    cancel = account.cancel_subscription

    def away(*_one: object, **_more: object) -> None:
        raise TemporaryFailure("away")

    monkeypatch.setattr(account, "cancel_subscription", away)
    jobs.refresh_unsettled()
    assert not account.subscriptions[number].cancel_at_period_end
    monkeypatch.setattr(account, "cancel_subscription", cancel)
    Order.objects.update(checked_at=clock.now() - timedelta(hours=1))
    jobs.refresh_unsettled()
    assert account.subscriptions[number].cancel_at_period_end
    assert account.subscriptions[number].status == "active"
    assert not account.subscriptions[others].cancel_at_period_end
    account.calls.clear()
    Order.objects.update(checked_at=clock.now() - timedelta(hours=1))
    jobs.refresh_unsettled()
    assert "cancel_subscription" not in account.calls


# --- Buying beside a subscription


def test_a_subscription_that_is_over_stands_in_nobody_s_way(account: Account) -> None:
    order, number = subscribed(account)
    course = order.lines.get().courses.get().course
    account.change(number, status="canceled", ended_at=clock.now(), period_end=order.paid_at)
    fulfilment.refresh(order)
    month = shop.offer(course, access_days=30)
    account.pay(one := shop.ordered(month, user=order.user))
    assert fulfilment.refresh(one).state == Order.State.PAID
    # While those thirty days run, the course can be bought for good.
    account.pay(two := shop.ordered(shop.offer(course), user=order.user))
    assert fulfilment.refresh(two).attention == ""


def test_who_subscribes_twice_at_once_is_seen_to(account: Account) -> None:
    course, user = shop.course(), shop.buyer()
    offer = shop.offer(course, kind=Offer.Kind.SUBSCRIPTION, interval="month")
    first = shop.ordered(offer, user=user)
    orders.close(first, Order.State.CANCELLED)
    second = shop.ordered(offer, user=user)
    for order in (first, second):
        account.subscribe(order)
        fulfilment.refresh(order)
    second.refresh_from_db()
    assert second.attention == Order.Attention.DUPLICATE
    refunds.refund_whole(order=second, reason="Twice", by=None)
    outbox.drain()
    first.refresh_from_db()
    assert (running(first), running(second)) == (True, False)
    assert shop.has_access(first)


def test_a_subscription_to_what_cannot_be_given_is_paid_back_and_ended(account: Account) -> None:
    order = shop.ordered(shop.offer(kind=Offer.Kind.SUBSCRIPTION, interval="month"))
    course = order.lines.get().courses.get().course
    course.live_release = None
    course.save()
    account.subscribe(order)
    fulfilment.refresh(order)
    outbox.drain()
    order.refresh_from_db()
    assert order.state == Order.State.REFUNDED
    assert not running(order)
