"""What stands on invoices adds up, whatever came between price and payment."""

from dataclasses import replace
from typing import Any

import pytest

from commerce.invoice_pdf import invoice_pdf
from commerce.models import Invoice, Offer, Order
from commerce.services import fulfilment
from tests.factories import commerce as shop
from tests.factories.commerce import Account

pytestmark = pytest.mark.django_db


def reckoned(content: dict[str, Any]) -> int:
    """The sum of all that is printed above the total."""
    lines = sum(line["amount_minor"] - line["discount_minor"] for line in content["lines"])
    return int(lines + content["tax_minor"] + content["adjusted_minor"])


def test_a_renewal_costs_the_full_price_and_says_so(account: Account) -> None:
    shop.coupon(percent=50)
    offer = shop.offer(kind=Offer.Kind.SUBSCRIPTION, interval="month")
    order = shop.ordered(offer, code="SUMMER")
    number = account.subscribe(order)
    fulfilment.refresh(order)
    account.renew(number)
    intent = account.invoices[number][-1].payment_intent
    account.payments[intent] = replace(account.payments[intent], amount=2400, amount_received=2400)
    account.invoices[number][-1] = replace(account.invoices[number][-1], amount_tax=400)
    fulfilment.refresh(order)
    first, second = (one.content for one in Invoice.objects.order_by("pk"))
    assert (first["total_minor"], reckoned(first)) == (1000, 1000)
    assert (second["total_minor"], reckoned(second), second["tax_minor"]) == (2400, 2400, 400)
    assert second["adjusted_minor"] == 0


def test_tax_within_the_price_is_told_and_not_added(account: Account) -> None:
    order = shop.ordered(shop.offer())
    account.pay(order, amount_tax=333)
    fulfilment.refresh(order)
    content = Invoice.objects.get().content
    assert (content["tax_minor"], content["tax_within_minor"], reckoned(content)) == (0, 333, 2000)
    assert invoice_pdf(Invoice.objects.get()).startswith(b"%PDF")


def test_a_code_of_stripe_s_own_makes_order_and_invoice_cheaper(
    account: Account, settings: Any
) -> None:
    settings.STRIPE_PROMOTION_CODES = True
    order = shop.ordered(shop.offer(), shop.offer(prices={"EUR": 1000}))
    account.sessions[order.session_id] = replace(
        account.sessions[order.session_id], amount_discount=600, amount_total=2400
    )
    account.pay(order)
    paid = fulfilment.refresh(order)
    assert (paid.state, paid.discount_minor, paid.total.amount_minor) == (
        Order.State.PAID,
        600,
        2400,
    )
    assert [line.discount_minor for line in paid.lines.all()] == [400, 200]
    content = Invoice.objects.get().content
    assert (content["total_minor"], reckoned(content), content["adjusted_minor"]) == (2400, 2400, 0)
    assert fulfilment.refresh(order).state == Order.State.PAID
