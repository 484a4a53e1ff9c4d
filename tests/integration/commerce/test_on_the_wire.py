"""Purchases by the real client, against the stand-in."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.core import mail

from commerce import stripe_account
from commerce.models import Customer, Invoice, Offer, Order, Subscription
from commerce.services import carts, checkout, fulfilment, reconciliation, refunds
from commerce.services.orders import CannotBuy
from core import clock, outbox
from integrations.stripe.standin import StandIn
from tests.factories import commerce as shop

pytestmark = pytest.mark.django_db


def paid(order: Order, **fields: str) -> Order:
    answer = httpx.post(order.session_url, data={"way": "card"} | fields)
    assert answer.status_code == 303
    return fulfilment.refresh(order)


def subscribed(**more: Any) -> Order:
    offer = shop.offer(kind=Offer.Kind.SUBSCRIPTION, interval="month")
    return paid(shop.ordered(offer, **more))


def test_a_first_month_for_nothing_is_a_subscription_all_the_same(stand_in: StandIn) -> None:
    shop.coupon(percent=100)
    order = subscribed(code="SUMMER")
    assert (order.state, order.attention, order.total_minor) == (Order.State.PAID, "", 0)
    running = Subscription.objects.get()
    assert running.status == "active"
    assert running.paid_until is not None
    assert running.paid_until > clock.now() + timedelta(days=27)
    assert shop.has_access(order)
    assert Invoice.objects.count() == 0


def test_money_back_ends_a_subscription_at_stripe(stand_in: StandIn) -> None:
    order = subscribed()
    refunds.refund_whole(order=order, reason="Asked for", by=None)
    outbox.drain()
    assert Subscription.objects.get().status == "canceled"
    assert not shop.has_access(order)


def test_a_refund_in_the_dashboard_is_found_though_nobody_told(stand_in: StandIn) -> None:
    order = paid(shop.ordered(shop.offer()))
    stripe_account.client().refund(
        shop.payment_of(order).stripe_id, amount_minor=2000, key="by-hand"
    )
    since = clock.now() - timedelta(days=1)
    assert reconciliation.run(since=since).mended
    outbox.drain()
    order.refresh_from_db()
    assert order.state == Order.State.REFUNDED
    assert reconciliation.run(since=since).mended == []


def test_a_customer_who_is_gone_at_stripe_is_made_anew(stand_in: StandIn) -> None:
    offer, user = shop.offer(), shop.buyer()
    checkout.customer(user)
    Customer.objects.update(stripe_id="cus_ofanotheraccount")
    order = shop.ordered(offer, user=user)
    assert paid(order).state == Order.State.PAID
    assert Customer.objects.get().stripe_id != "cus_ofanotheraccount"


def test_less_than_stripe_takes_is_told_and_nothing_stays_open(
    stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen to fail: it was told as a page that does not answer, and the order held its place.

    What an account's own currency makes of it is known to Stripe alone.
    """
    monkeypatch.setattr(carts, "least", lambda currency: 1)
    offer = shop.offer(prices={"EUR": 40}, places=1)
    with pytest.raises(CannotBuy, match="less than can be paid"):
        shop.ordered(offer)
    offer.refresh_from_db()
    assert offer.taken == 0
    assert Order.objects.get().state == Order.State.CANCELLED


def test_a_coupon_that_leaves_less_than_stripe_takes_is_told_before_anything_is_made(
    stand_in: StandIn,
) -> None:
    coupon = shop.coupon(percent=99)
    offer = shop.offer()
    with pytest.raises(CannotBuy, match="No less than"):
        shop.ordered(offer, code=coupon.code)
    assert not Order.objects.exists()
    coupon.percent = 97
    coupon.save()
    assert shop.ordered(offer, code=coupon.code).total_minor == 60


def test_a_renewal_that_failed_is_told_with_a_page_on_which_it_can_be_paid(
    stand_in: StandIn,
) -> None:
    order = subscribed()
    outbox.drain()
    mail.outbox.clear()
    (running,) = stand_in.all("subscription")
    running["_card"] = "declined"
    stand_in.advance(32 * 86_400)
    fulfilment.refresh(order)
    outbox.drain()
    (told,) = mail.outbox
    (url,) = re.findall(rf"{re.escape(stand_in.base)}/invoices/\w+", str(told.body))
    assert "declined" in httpx.post(url, data={"way": "declined"}).text
    assert fulfilment.refresh(order).subscription.unpaid_invoice != ""
    assert ">Pay<" in httpx.get(url).text
    assert ">Pay<" not in httpx.post(url, data={"way": "card"}).text
    assert fulfilment.refresh(order).subscription.unpaid_invoice == ""
    assert Subscription.objects.get().status == "active"
    outbox.drain()
    assert len(mail.outbox) == 1
