"""P10: completed and unpaid waits; then it is paid, failed, or runs out.

Seen to fail: with `Session.is_paid` that looks at `status` alone.
"""

import pytest
from django.core import mail

from commerce.models import Order
from commerce.services import fulfilment
from core import outbox
from tests.factories import commerce as shop
from tests.factories.commerce import Account

pytestmark = pytest.mark.django_db


def test_P10_money_on_its_way_opens_nothing_until_it_comes(account: Account) -> None:
    order = shop.ordered(shop.offer())
    account.pay_later(order)
    assert fulfilment.refresh(order).state == Order.State.PENDING
    assert not shop.has_access(order)
    account.arrive(order)
    assert fulfilment.refresh(order).state == Order.State.PAID
    assert shop.has_access(order)


def test_P10_money_that_never_comes_closes_the_order_and_frees_the_buyer(account: Account) -> None:
    order = shop.ordered(shop.offer())
    account.pay_later(order)
    account.fail(order)
    assert fulfilment.refresh(order).state == Order.State.FAILED
    assert not shop.has_access(order)
    assert shop.ordered(shop.offer(), user=order.user).pk != order.pk


def test_P10_a_session_that_runs_out_gives_everything_back(account: Account) -> None:
    coupon, offer = shop.coupon(limit=1), shop.offer(places=1)
    order = shop.ordered(offer, code="SUMMER")
    account.expire(order)
    assert fulfilment.refresh(order).state == Order.State.EXPIRED
    coupon.refresh_from_db()
    offer.refresh_from_db()
    assert (coupon.used, offer.taken) == (0, 0)
    assert not shop.has_access(order)


def test_P10_who_waits_gets_no_receipt_yet(account: Account) -> None:
    order = shop.ordered(shop.offer())
    account.pay_later(order)
    fulfilment.refresh(order)
    outbox.drain()
    assert mail.outbox == []
