"""P9: the address after paying proves nothing and tells nothing of others.

Seen to fail: without the buyer in `views.done`'s question, and with a grant given by the view.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from commerce.models import Order, Payment
from learning.models import AccessGrant, Enrolment
from tests.cases import measure
from tests.factories import commerce as shop
from tests.factories.commerce import Account

pytestmark = pytest.mark.django_db
GIVEN = (Enrolment, AccessGrant, Payment, Order)
DONE = "/checkout/done/"


def browser(order: Order | None = None) -> Client:
    client = Client()
    client.force_login(order.user if order else shop.buyer())
    return client


def test_P09_an_unpaid_session_gives_nothing_however_often(
    account: Account, full_size: Callable[..., Any]
) -> None:
    order = shop.ordered(shop.offer())
    client = browser(order)
    with measure.nothing_changes((Enrolment, AccessGrant, Payment)):
        for _try in range(full_size("p09", small=100, full=1000)):
            answer = client.get(DONE, {"session": order.session_id})
            assert answer.url == order.get_absolute_url()  # type: ignore[attr-defined]
    assert Order.objects.get().state == Order.State.OPEN


@pytest.mark.parametrize("session", ["", "cs_none", "x" * 5000, "../../", "cs_1\x00", "👀"])
def test_P09_garbage_is_not_found(account: Account, session: str) -> None:
    with measure.nothing_changes(GIVEN):
        assert browser().get(DONE, {"session": session}).status_code == 404


def test_P09_somebody_elses_session_is_not_there(account: Account) -> None:
    order = shop.ordered(shop.offer())
    account.pay(order)
    stranger = browser()
    with measure.nothing_changes(GIVEN):
        answer = stranger.get(DONE, {"session": order.session_id})
    assert answer.status_code == 404
    assert order.user.email not in answer.text
    assert order.user.name not in answer.text
    assert stranger.get(order.get_absolute_url()).status_code == 404


def test_P09_a_stranger_is_asked_to_sign_in(account: Account) -> None:
    order = shop.ordered(shop.offer())
    account.pay(order)
    with measure.nothing_changes(GIVEN):
        answer = Client().get(DONE, {"session": order.session_id})
    assert answer.status_code == 302
    assert answer.url.startswith("/account/login/")  # type: ignore[attr-defined]


def test_P09_a_paid_one_is_fulfilled_by_asking_stripe(account: Account) -> None:
    order = shop.ordered(shop.offer())
    account.pay(order)
    browser(order).get(DONE, {"session": order.session_id})
    assert Order.objects.get().state == Order.State.PAID
    assert AccessGrant.objects.count() == 1
