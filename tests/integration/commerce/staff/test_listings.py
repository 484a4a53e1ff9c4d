"""Orders, payments, refunds, access and events: found, downloaded unharmed, never changed."""

import csv
import io
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from commerce.models import Order, Refund, StripeEvent
from core import clock
from tests.cases.test_b20_exports import HOSTILE, runs
from tests.factories.accounts import UserFactory
from tests.factories.commerce import Account
from tests.integration.commerce.staff import shop

pytestmark = pytest.mark.django_db
LISTS = {
    "order": "/admin/commerce/order/",
    "payment": "/admin/commerce/payment/",
    "refund": "/admin/commerce/refund/",
    "access": "/admin/learning/accessgrant/",
    "event": "/admin/commerce/stripeevent/",
}


@pytest.fixture
def support() -> Client:
    return shop.client_as("Support")


def a_purchase(account: Account, **fields: Any) -> Order:
    """An order with a payment, a refund, a grant and an event."""
    order = shop.paid(account, user=UserFactory(**fields))
    number = StripeEvent.objects.count()
    Refund.objects.create(
        payment=shop.payment(order), key=f"k{number}", amount_minor=100, at=clock.now(),
        reason=fields.get("name", "Why"),
    )  # fmt: skip
    StripeEvent.objects.create(
        event_id=f"evt_{number}", type="charge.refunded", created_at=clock.now(),
        received_at=clock.now(), order=order, body={"secret": "long body"},
    )  # fmt: skip
    return order


@pytest.mark.parametrize("url", LISTS.values(), ids=LISTS)
def test_each_list_finds_what_is_asked_for(support: Client, account: Account, url: str) -> None:
    one, two = a_purchase(account), a_purchase(account)
    asked = one.number if "learning" not in url else one.user.email
    other = two.number if "learning" not in url else two.user.email
    shown = support.get(url, {"q": asked}).content.decode()
    assert asked in shown
    assert other not in shown


@pytest.mark.parametrize("url", LISTS.values(), ids=LISTS)
def test_each_list_takes_as_many_statements_for_any_number(
    support: Client, account: Account, url: str
) -> None:
    a_purchase(account)
    support.get(url)
    with CaptureQueriesContext(connection) as few:
        support.get(url)
    for _n in range(4):
        a_purchase(account)
    with CaptureQueriesContext(connection) as many:
        support.get(url)
    assert len(few) == len(many)


@pytest.mark.parametrize("url", LISTS.values(), ids=LISTS)
def test_what_is_downloaded_runs_nothing(support: Client, account: Account, url: str) -> None:
    names = [text.replace("\x00", "")[:150] for text in HOSTILE[:8]]
    for name in names:
        a_purchase(account, name=name)
    answer: Any = support.get(url, {"export": "csv"})
    assert answer["Content-Disposition"].startswith("attachment")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text, newline="")))
    assert len(lines) == len(names) + 1
    for line in lines:
        assert not any(runs(cell) for cell in line), line
    answer = support.get(url, {"export": "xlsx"})
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert sheet.max_row == len(names) + 1
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.data_type != "f"
            assert not isinstance(cell.value, str) or not runs(cell.value), cell.value


@pytest.mark.parametrize("url", LISTS.values(), ids=LISTS)
@pytest.mark.parametrize(
    "asked",
    [
        {"user__password__startswith": "pbkdf2"},
        {"order__user__password__startswith": "pbkdf2"},
        {"body__contains": "long"},
        {"state__exact": "nonsense"},
        {"created_at__gte": "yesterday"},
        {"o": "99.x"},
        {"p": "-1"},
        {"p": "9" * 30},
        {"q": "\x00"},
        {"q": "%_'\""},
        {"export": "exe"},
    ],
)
def test_an_address_that_makes_no_sense_is_answered(
    support: Client, account: Account, url: str, asked: dict[str, str]
) -> None:
    a_purchase(account)
    answer = support.get(url, asked, follow=True)
    assert answer.status_code in {200, 400, 404}
    if any("password" in name or "body" in name for name in asked):
        assert answer.redirect_chain


@pytest.mark.parametrize("kind", ["order", "event"])
@pytest.mark.parametrize("key", ["0", "999", "abc", "-1", "9" * 30, "9223372036854775808", "_2F"])
def test_a_row_that_is_not_there_is_not_found(support: Client, kind: str, key: str) -> None:
    assert support.get(f"{LISTS[kind]}inspect/{key}/").status_code == 404


@pytest.mark.parametrize("url", LISTS.values(), ids=LISTS)
@pytest.mark.parametrize("role", ["Marketing", "Editor", "Instructor"])
def test_others_see_no_list(account: Account, role: str, url: str) -> None:
    a_purchase(account)
    client = shop.client_as(role)
    for asked in ({}, {"export": "csv"}, {"q": "a"}):
        assert client.get(url, asked)["Location"] == "/admin/"


def test_another_right_on_orders_does_not_show_them(account: Account) -> None:
    """Seen to fail with wagtail-modeladmin's own rule: any right on a model shows its rows."""
    order = a_purchase(account)
    user = shop.staff("Instructor")
    user.user_permissions.add(Permission.objects.get(codename="refund_order"))
    client = shop.client_of(user)
    for url in (LISTS["order"], f"{LISTS['order']}inspect/{order.pk}/"):
        assert client.get(url)["Location"] == "/admin/"


@pytest.mark.parametrize("kind", ["order", "payment", "refund", "event"])
def test_nobody_adds_changes_or_deletes_there(account: Account, kind: str) -> None:
    order = a_purchase(account)
    client = shop.client_as("Administrator")
    for action in ("create", f"edit/{order.pk}", f"delete/{order.pk}"):
        assert client.post(f"{LISTS[kind]}{action}/").status_code in {302, 403, 404}
    assert Order.objects.count() == Refund.objects.count() == StripeEvent.objects.count() == 1


def test_the_start_page_says_what_waits(support: Client, account: Account) -> None:
    shop.held(account)
    a_purchase(account)
    Refund.objects.update(status=Refund.Status.FAILED)
    StripeEvent.objects.update(state=StripeEvent.State.FAILED)
    text = support.get("/admin/").content.decode()
    for said in ("1 order needs a person", "1 refund failed", "1 event from Stripe failed"):
        assert said in text
    assert "needs a person" not in shop.client_as("Marketing").get("/admin/").content.decode()


def test_what_was_given_back_waits_for_nobody(support: Client, account: Account) -> None:
    order = shop.held(account)
    Order.objects.filter(pk=order.pk).update(state=Order.State.REFUNDED)
    assert "needs a person" not in support.get("/admin/").content.decode()


def test_each_role_finds_its_own_in_the_menu() -> None:
    def menu(role: str) -> set[str]:
        text = shop.client_as(role).get("/admin/").content.decode()
        names = {
            "Offers": "/admin/offers/", "Coupons": "/admin/coupons/", "People": "/admin/people/",
            "Revenue": "/admin/sales/revenue/", **LISTS,
        }  # fmt: skip
        return {name for name, url in names.items() if f'"{url}"' in text}

    assert menu("Marketing") == {"Offers", "Coupons", "Revenue"}
    assert menu("Support") == {"People", *LISTS}
    assert menu("Administrator") == {"Offers", "Coupons", "Revenue", "People", *LISTS}
    assert menu("Editor") == menu("Instructor") == set()
