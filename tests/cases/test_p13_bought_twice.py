"""P13: bought twice is one enrolment, and the second payment is marked for a refund.

Seen to fail: without `duplicates.flag`.
"""

import pytest

from commerce.models import Order
from commerce.services import fulfilment, orders
from core import clock
from learning.models import AccessGrant, Enrolment
from learning.services import enrolment
from tests.factories import commerce as shop
from tests.factories.commerce import Account

pytestmark = pytest.mark.django_db


def test_P13_bought_twice_is_flagged_for_a_refund_and_enrols_once(account: Account) -> None:
    course, user = shop.course(), shop.buyer()
    first = shop.ordered(shop.offer(course), user=user)
    orders.close(first, Order.State.CANCELLED)
    second = shop.ordered(shop.offer(course), user=user)
    for order in (first, second):
        account.pay(order)
        fulfilment.refresh(order)
    second.refresh_from_db()
    assert second.attention == Order.Attention.DUPLICATE
    assert Enrolment.objects.count() == 1


def test_P13_who_had_a_free_seat_stays_enrolled_once(account: Account) -> None:
    course, user = shop.course(), shop.buyer()
    enrolment.enrol(user=user, course=course)
    order = shop.ordered(shop.offer(course), user=user)
    account.pay(order)
    assert fulfilment.refresh(order).attention == ""
    assert Enrolment.objects.count() == 1
    assert AccessGrant.objects.active(clock.now()).count() == 2
