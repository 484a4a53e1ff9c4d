"""Revenue adds up to the smallest unit, and names nobody."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from commerce.models import Payment, Refund
from commerce.services import fulfilment
from commerce.staff import revenue
from core import clock
from tests.factories import commerce as make
from tests.factories.commerce import Account
from tests.integration.commerce.staff import shop

pytestmark = pytest.mark.django_db
URL = "/admin/sales/revenue/"


@pytest.fixture
def marketing() -> Client:
    return shop.client_as("Marketing")


def rows() -> dict[tuple[str, str], tuple[int, int, int, int]]:
    """(offer, currency) → sold, gross, paid back, net, over all months."""
    shown = revenue.rows(revenue.sums(revenue.months(clock.now())[0]))
    found: dict[tuple[str, str], Any] = {}
    for row in shown:
        before = found.get((row.offer, row.currency), (0, 0, 0, 0))
        more = (row.sum.sold, row.sum.gross, row.sum.back, row.sum.net)
        found[row.offer, row.currency] = tuple(map(sum, zip(before, more, strict=True)))
    return found


def test_a_bundle_of_orders_adds_up(account: Account, settings: Any) -> None:
    settings.CURRENCIES = ["EUR", "JPY"]
    one = make.offer(name="One", prices={"EUR": 1999, "JPY": 3000})
    two = make.offer(name="Two", prices={"EUR": 1001})
    make.coupon(percent=33)
    both = shop.paid(account, one, two, code="SUMMER")
    shop.paid(account, one, currency="JPY")
    account.back(shop.payment(both).stripe_id, 100)
    fulfilment.refresh(both)

    found = rows()

    assert set(found) == {("One", "EUR"), ("One", "JPY"), ("Two", "EUR")}
    assert found["One", "JPY"] == (1, 3000, 0, 3000)
    gross = found["One", "EUR"][1] + found["Two", "EUR"][1]
    assert gross == shop.payment(both).amount_minor == both.total_minor
    assert found["One", "EUR"][2] + found["Two", "EUR"][2] == 100


def test_a_refund_for_a_line_is_its_offers_alone(account: Account) -> None:
    order = shop.paid(account, make.offer(name="One"), make.offer(name="Two"))
    line = order.lines.get(name="Two")
    Refund.objects.create(
        payment=shop.payment(order), line=line, key="k", amount_minor=700, at=clock.now(),
        status=Refund.Status.PENDING,
    )  # fmt: skip
    found = rows()
    assert (found["One", "EUR"][2], found["Two", "EUR"][2]) == (0, 700)


@pytest.mark.parametrize("status", ["requested", "failed"])
def test_what_has_not_gone_back_is_not_counted(account: Account, status: str) -> None:
    order = shop.paid(account)
    Refund.objects.create(
        payment=shop.payment(order), key="k", amount_minor=700, at=clock.now(), status=status
    )
    assert rows()["An offer", "EUR"] == (1, 2000, 0, 2000)


def test_a_lost_dispute_is_money_back(account: Account) -> None:
    order = shop.paid(account)
    account.dispute(shop.payment(order).stripe_id, "lost")
    fulfilment.refresh(order)
    assert rows()["An offer", "EUR"] == (1, 2000, 2000, 0)


def test_each_renewal_counts_in_its_month(account: Account) -> None:
    offer = make.offer(name="Club", kind="subscription", interval="month")
    order = make.ordered(offer)
    number = account.subscribe(order)
    fulfilment.refresh(order)
    account.renew(number)
    fulfilment.refresh(order)
    assert rows()["Club", "EUR"] == (1, 4000, 0, 4000)


def test_months_are_kept_apart_and_old_ones_left_out(account: Account) -> None:
    order = shop.paid(account)
    shown = revenue.months(clock.now())
    assert len(shown) == 12
    Payment.objects.filter(order=order).update(at=clock.now() - timedelta(days=500))
    assert rows()["An offer", "EUR"] == (1, 0, 0, 0)


def test_the_page_and_its_download_name_nobody(marketing: Client, account: Account) -> None:
    buyer = make.buyer()
    order = shop.paid(account, make.offer(name="=Knots"), user=buyer)
    text = marketing.get(URL).content.decode()
    answer = marketing.get(URL, {"export": "csv"})
    table = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    for shown in (text, table):
        assert "20.00" in shown
        for secret in (buyer.email, buyer.name, order.number):
            assert secret not in shown
    assert "<desc" in text
    lines = list(csv.reader(io.StringIO(table, newline="")))
    assert lines[1][1:] == ["'=Knots", "EUR", "1", "20.00", "0.00", "20.00"]


@pytest.mark.parametrize("role", ["Support", "Editor", "Instructor"])
def test_others_do_not_see_revenue(role: str) -> None:
    client = shop.client_as(role)
    assert client.get(URL)["Location"] == "/admin/"
    assert client.get(URL, {"export": "csv"})["Location"] == "/admin/"


def test_it_takes_as_many_statements_for_any_number(marketing: Client, account: Account) -> None:
    shop.paid(account)
    marketing.get(URL)
    with CaptureQueriesContext(connection) as few:
        marketing.get(URL)
    for _n in range(5):
        shop.paid(account, make.offer(name=f"More {_n}"))
    with CaptureQueriesContext(connection) as many:
        marketing.get(URL)
    assert len(few) == len(many)
