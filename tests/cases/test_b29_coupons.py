"""B29: a coupon gives what it says, to whom and as often as it says.

Seen to fail: with `coupons.hold` that does not look at the limit, and without the count per
customer.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from accounts.models import User
from commerce.models import Coupon, Order, Redemption
from commerce.services import coupons, fulfilment
from commerce.services.coupons import CouponRefused
from core import clock
from integrations.stripe.standin import StandIn
from tests.cases import measure
from tests.factories import commerce as shop
from tests.factories import deliveries
from tests.factories.accounts import UserFactory
from tests.factories.commerce import Account


@pytest.mark.django_db
def test_B29_a_whole_discount_needs_no_payment(account: Account) -> None:
    shop.coupon(percent=100)
    order = shop.ordered(shop.offer(), code="summer ")
    assert (order.state, order.total_minor, order.discount_minor) == (Order.State.PAID, 0, 2000)
    assert shop.has_access(order)
    assert account.sessions == {}


@pytest.mark.django_db
def test_B29_once_per_customer(account: Account) -> None:
    shop.coupon()
    user = shop.buyer()
    order = shop.ordered(shop.offer(), user=user, code="SUMMER")
    account.pay(order)
    fulfilment.refresh(order)
    with measure.nothing_changes((*shop.MONEY, Coupon)), pytest.raises(CouponRefused):
        shop.ordered(shop.offer(), user=user, code="SUMMER")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"disabled_at": clock.now()},
        {"ends_at": clock.now() - timedelta(days=1)},
        {"starts_at": clock.now() + timedelta(days=1)},
        {"limit": 0},
        {"percent": None, "amount_minor": 100, "currency": "USD"},
    ],
)
def test_B29_a_code_that_does_not_hold_stops_the_order(
    account: Account, fields: dict[str, Any]
) -> None:
    shop.coupon(**fields)
    with measure.nothing_changes((*shop.MONEY, Coupon)), pytest.raises(CouponRefused):
        shop.ordered(shop.offer(), code="SUMMER")


@pytest.mark.services
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_B29_fifty_buyers_at_once_get_ten_uses(stand_in: StandIn) -> None:
    assert rush(10) == 10


@pytest.mark.services
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_B29_control_counting_before_writing_gives_more(stand_in: StandIn) -> None:
    def looks_first(*, coupon: Coupon, order: Order, user: User) -> Redemption:
        if Redemption.objects.filter(coupon=coupon).count() >= 5:
            raise CouponRefused("used up")
        time.sleep(0.2)
        return Redemption.objects.create(coupon=coupon, order=order, user=user, at=clock.now())

    with patch.object(coupons, "hold", looks_first):
        assert rush(5) > 5


def rush(limit: int) -> int:
    """How many of fifty buyers, ten at a time, get an order with the coupon."""
    shop.coupon(limit=limit, percent=100)
    offer = shop.offer()
    users = UserFactory.create_batch(50)

    def some(which: int) -> Callable[[], None]:
        def work() -> None:
            for user in users[which::10]:
                with suppress(CouponRefused):
                    shop.ordered(offer, user=user, code="SUMMER")

        return work

    assert set(deliveries.at_once(*[some(which) for which in range(10)])) == {0}
    return Order.objects.filter(coupon_code="SUMMER", state=Order.State.PAID).count()
