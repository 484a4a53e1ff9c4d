"""Who has a course by subscription can buy it for good, and is told that the subscription goes on.

Seen to fail: while whoever subscribed counted as an owner (`Owned.has_all` with both for all).
"""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from commerce.models import Offer, Order
from commerce.services import fulfilment
from core import clock, outbox
from course_pages.models import Course
from learning.models import AccessGrant
from tests.factories import commerce as shop
from tests.factories.commerce import Account
from tests.integration.commerce.test_shop_pages import HTMX, client_of, island_of, text_of

pytestmark = pytest.mark.django_db
GOES_ON = "Your subscription goes on until you end it."


@pytest.fixture
def course() -> Course:
    return shop.course("Knots")


@pytest.fixture
def subscribed(account: Account, course: Course) -> Order:
    order = shop.ordered(shop.offer(course, kind=Offer.Kind.SUBSCRIPTION, interval="month"))
    account.subscribe(order)
    return fulfilment.refresh(order)


def way_to_end(order: Order) -> str:
    return f'href="/orders/{order.number}/subscription/cancel/"'


def test_a_subscriber_buys_the_course_for_good_and_both_stand(
    account: Account, course: Course, subscribed: Order
) -> None:
    user, offer = subscribed.user, shop.offer(course)
    order = shop.ordered(offer, user=user)
    account.pay(order)
    outbox.drain()
    mail.outbox.clear()
    order = fulfilment.refresh(order)
    outbox.drain()
    assert order.attention == ""
    grants = AccessGrant.objects.active(clock.now()).filter(enrolment__user=user)
    assert sorted(grant.ends_at is None for grant in grants) == [False, True]
    # It goes on, and both page and mail tell so, with the way to end it.
    assert account.subscriptions[subscribed.subscription.stripe_id].status == "active"
    page = client_of(user).get(f"/orders/{order.number}/")
    assert GOES_ON in text_of(page)
    assert way_to_end(subscribed) in page.content.decode()
    assert f"/orders/{subscribed.number}/subscription/cancel/" in mail.outbox[0].body
    # Ended, the course stays, and nothing is said any more.
    account.change(
        subscribed.subscription.stripe_id, status="canceled", ended_at=clock.now(),
        period_end=clock.now() - timedelta(minutes=1),
    )  # fmt: skip
    fulfilment.refresh(subscribed)
    assert shop.has_access(order)
    assert GOES_ON not in text_of(client_of(user).get(f"/orders/{order.number}/"))


def test_course_page_offer_and_cart_let_a_subscriber_buy_and_say_what_goes_on(
    account: Account, course: Course, subscribed: Order
) -> None:
    offer = shop.offer(course)
    client = client_of(subscribed.user)
    island = client.get(island_of(course), **HTMX)
    assert "You are enrolled" in text_of(island)
    assert "keep it for good" in text_of(island)
    assert "€20.00" in text_of(island)
    client.post(f"/cart/add/{offer.pk}/")
    for page in (island, client.get(f"/offers/{offer.pk}/"), client.get("/cart/")):
        assert GOES_ON in text_of(page)
        assert way_to_end(subscribed) in page.content.decode()
        assert "You own this" not in text_of(page)
    assert "Go on to payment" in text_of(client.get("/cart/"))


def test_once_bought_for_good_it_is_owned_and_a_second_payment_is_flagged(
    account: Account, course: Course, subscribed: Order
) -> None:
    user, offer = subscribed.user, shop.offer(course)
    first = shop.ordered(offer, user=user)
    account.pay(first)
    fulfilment.refresh(first)
    assert [one.problem for one in shop.cart(offer, user=user).entries] == ["You own this already."]
    assert "keep it for good" not in text_of(client_of(user).get(island_of(course), **HTMX))
    assert "You own this" in text_of(client_of(user).get(f"/offers/{offer.pk}/"))


@pytest.mark.parametrize(
    "fields", [{"kind": Offer.Kind.SUBSCRIPTION, "interval": "year"}, {"access_days": 30}]
)
def test_what_does_not_stay_is_not_sold_beside_a_subscription(
    course: Course, subscribed: Order, fields: dict[str, Any]
) -> None:
    other = shop.offer(course, **fields)
    (entry,) = shop.cart(other, user=subscribed.user).entries
    assert entry.problem == "You own this already."
    island = client_of(subscribed.user).get(island_of(course), **HTMX)
    assert "keep it for good" not in text_of(island)


def test_who_ended_the_subscription_is_not_told_that_it_goes_on(
    account: Account, course: Course, subscribed: Order
) -> None:
    account.change(subscribed.subscription.stripe_id, cancel_at_period_end=True)
    fulfilment.refresh(subscribed)
    shop.offer(course)
    island = text_of(client_of(subscribed.user).get(island_of(course), **HTMX))
    assert "keep it for good" in island
    assert GOES_ON not in island


def test_who_bought_it_or_has_nothing_sees_no_second_price(
    account: Account, course: Course
) -> None:
    shop.offer(course)
    order = shop.ordered(shop.offer(course))
    account.pay(order)
    fulfilment.refresh(order)
    assert "€" not in text_of(client_of(order.user).get(island_of(course), **HTMX))
