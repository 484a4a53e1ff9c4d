"""Invoices: numbered without gaps, complete in themselves."""

from datetime import datetime
from typing import Any

from django.conf import settings

from commerce.models import Invoice, Order, Payment
from commerce.models.payments import InvoiceCounter


def issue(
    *,
    order: Order,
    payment: Payment,
    now: datetime,
    tax_minor: int | None = None,
    renews: bool = False,
) -> Invoice:
    """The payment's invoice, made if there is none. Inside the transaction of the payment.

    `tax_minor` is what Stripe reckoned, the order's where it is not said. One that `renews` a
    subscription is without the discount of the first period.

    The year's counter is locked until that ends, so that a number is used exactly if the payment
    is kept.
    """
    found = Invoice.objects.filter(payment=payment).first()
    if found is not None:
        return found
    InvoiceCounter.objects.get_or_create(year=now.year)
    counter = InvoiceCounter.objects.select_for_update().get(year=now.year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return Invoice.objects.create(
        payment=payment,
        number=f"{now.year}-{counter.last:06}",
        at=now,
        content=content(
            order, payment, order.tax_minor if tax_minor is None else tax_minor, renews=renews
        ),
    )


def content(
    order: Order, payment: Payment, tax_minor: int, *, renews: bool = False
) -> dict[str, Any]:
    """All that stands on the invoice, as it is now: lines, tax and adjustment make the total.

    Tax is on top of the prices or within them, by the settings of the account at Stripe.
    """
    lines: list[dict[str, Any]] = [
        {
            "name": line.name,
            "interval": line.interval,
            "amount_minor": line.amount_minor,
            "discount_minor": 0 if renews else line.discount_minor,
            "courses": [content.title for content in line.courses.all()],
        }
        for line in order.lines.prefetch_related("courses")
    ]
    listed = sum(line["amount_minor"] - line["discount_minor"] for line in lines)
    on_top = 0 if payment.amount_minor == listed else tax_minor
    return {
        "seller": settings.WAGTAIL_SITE_NAME,
        "order": order.number,
        "ordered_at": order.created_at.isoformat(),
        "paid_at": payment.at.isoformat(),
        "currency": payment.currency,
        "lines": lines,
        "tax_minor": on_top,
        "tax_within_minor": tax_minor - on_top,
        # What was changed at Stripe itself, such as a price or a credit.
        "adjusted_minor": payment.amount_minor - listed - on_top,
        "total_minor": payment.amount_minor,
        "buyer": {"name": order.user.display_name, "email": order.user.email} | order.billing,
    }
