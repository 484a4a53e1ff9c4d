"""P14: refunds and disputes change access by the written table, and amounts are exact.

Seen to fail: with a failed refund that counts, with `rules.DISPUTE_OPEN` empty, and without the
bound in `refunds.request`.
"""

from typing import Any

import pytest

from commerce.models import Order
from commerce.services import fulfilment, refunds
from core import outbox
from tests.cases import measure
from tests.factories import commerce as shop
from tests.factories.commerce import Account

pytestmark = pytest.mark.django_db


def test_P14_a_refund_in_part_keeps_access_and_a_whole_one_ends_it(account: Account) -> None:
    order = shop.bought(account)
    payment = shop.payment_of(order)
    for amount in (500, 300):
        refunds.request(
            payment=payment, amount_minor=amount, reason="Kindness", ends_access=False, by=None
        )
    outbox.drain()
    order.refresh_from_db()
    assert (order.state, refunds.left(payment).amount_minor) == (Order.State.PAID, 1200)
    assert shop.has_access(order)
    refunds.refund_whole(order=order, reason="Asked for", by=None)
    outbox.drain()
    order.refresh_from_db()
    assert order.state == Order.State.REFUNDED
    assert not shop.has_access(order)
    assert account.calls.count("refund") == 3


def test_P14_no_more_goes_back_than_came(account: Account) -> None:
    payment = shop.payment_of(shop.bought(account))
    about: dict[str, Any] = {"reason": "x", "ends_access": True, "by": None, "payment": payment}
    refunds.request(amount_minor=1500, **about)
    for amount in (501, 0, -1):
        with measure.nothing_changes(shop.MONEY), pytest.raises(refunds.CannotRefund):
            refunds.request(amount_minor=amount, **about)
    with measure.nothing_changes(shop.MONEY), pytest.raises(refunds.CannotRefund):
        refunds.request(amount_minor=1, **(about | {"reason": " "}))


def test_P14_a_refund_that_fails_gives_the_course_back(account: Account) -> None:
    order = shop.bought(account)
    payment = shop.payment_of(order)
    made = account.back(payment.stripe_id, 2000, status="pending")
    assert fulfilment.refresh(order).state == Order.State.REFUNDED
    assert not shop.has_access(order)
    account.refund_fails(payment.stripe_id, made.id)
    assert fulfilment.refresh(order).state == Order.State.PAID
    assert shop.has_access(order)


@pytest.mark.parametrize(
    ("statuses", "opens"),
    [
        (["warning_needs_response"], True),
        (["needs_response"], False),
        (["needs_response", "under_review", "won"], True),
        (["needs_response", "lost"], False),
    ],
)
def test_P14_disputes_follow_the_table(account: Account, statuses: list[str], opens: bool) -> None:
    order = shop.bought(account)
    for status in statuses:
        account.dispute(shop.payment_of(order).stripe_id, status)
        fulfilment.refresh(order)
    assert shop.has_access(order) is opens
