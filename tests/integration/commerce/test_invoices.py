"""Invoices as PDF: the same for ever, in the letters of their buyers."""

from typing import Any

import pytest
from django.test import Client

from commerce.invoice_pdf import invoice_pdf
from commerce.models import Invoice
from tests.factories import commerce as shop
from tests.factories.commerce import Account

pytestmark = pytest.mark.django_db


def test_an_invoice_is_the_same_whatever_becomes_of_the_offer(account: Account) -> None:
    order = shop.bought(account, name="Ćwiczenia & Übungen <b>")
    invoice = Invoice.objects.get()
    before = invoice_pdf(invoice)
    assert before.startswith(b"%PDF-")
    assert b"NotoSans" in before
    offer = order.lines.get().offer
    offer.name = "Another"
    offer.save()
    order.user.name = "Another"
    order.user.save()
    assert invoice_pdf(Invoice.objects.get()) == before


@pytest.mark.parametrize("name", ["山田 太郎", "<script>alert(1)</script>", "x" * 200, "‮evil", ""])
def test_no_name_breaks_it(account: Account, name: str) -> None:
    shop.bought(account)
    invoice = Invoice.objects.get()
    buyer: dict[str, Any] = invoice.content["buyer"]
    buyer |= {"name": name, "address": {"line1": name, "city": None}}
    assert invoice_pdf(invoice).startswith(b"%PDF-")


def test_it_is_the_buyers_alone(account: Account) -> None:
    order = shop.bought(account)
    path = f"{order.get_absolute_url()}invoices/{Invoice.objects.get().number}.pdf"
    owner, stranger = Client(), Client()
    owner.force_login(order.user)
    stranger.force_login(shop.buyer())
    answer = owner.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert stranger.get(path).status_code == 404
    assert Client().get(path).status_code == 302
