"""Invoices and credit notes: numbered without gaps, complete in themselves."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Sum

from commerce.models import CreditNote, Invoice, Order, Payment, Refund
from commerce.models.payments import Counter, CreditNoteCounter, InvoiceCounter


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
    """
    found = Invoice.objects.filter(payment=payment).first()
    if found is not None:
        return found
    return Invoice.objects.create(
        payment=payment,
        number=_next_number(InvoiceCounter, now),
        at=now,
        content=content(
            order, payment, order.tax_minor if tax_minor is None else tax_minor, renews=renews
        ),
    )


def credit(refund: Refund, now: datetime) -> CreditNote | None:
    """The credit note for money that went back, made if there is none; nothing without an invoice.

    Inside the transaction in which it is known that the money went.
    """
    found = CreditNote.objects.filter(refund=refund).first()
    invoice = Invoice.objects.filter(payment=refund.payment_id).first()
    if found is not None or invoice is None:
        return found
    return CreditNote.objects.create(
        refund=refund,
        invoice=invoice,
        number=f"C{_next_number(CreditNoteCounter, now)}",
        at=now,
        content=content_of_credit(refund, invoice),
    )


def _next_number(counters: type[Counter], now: datetime) -> str:
    """The year's counter is locked until the transaction ends, so that a number is used exactly if
    that is kept.
    """
    rows: Any = counters._default_manager
    rows.get_or_create(year=now.year)
    counter = rows.select_for_update().get(year=now.year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{now.year}-{counter.last:06}"


def content_of_credit(refund: Refund, invoice: Invoice) -> dict[str, Any]:
    """All that stands on a credit note: what goes back, and the tax within it, below zero.

    The tax of all credit notes of an invoice that gave everything back is the invoice's.
    """
    of = invoice.content
    earlier = CreditNote.objects.filter(invoice=invoice).aggregate(sum=Sum("refund__amount_minor"))
    before = earlier["sum"] or 0
    tax, total = of["tax_minor"] + of.get("tax_within_minor", 0), of["total_minor"]

    def tax_of(amount: int) -> int:
        return amount * tax // total if total else 0

    names = [refund.line.name] if refund.line else [line["name"] for line in of["lines"]]
    return {
        "seller": of["seller"],
        "order": of["order"],
        "invoice": invoice.number,
        "invoiced_at": invoice.at.isoformat(),
        "refunded_at": refund.at.isoformat(),
        "reason": refund.told,
        "is_whole": before + refund.amount_minor >= total,
        "currency": of["currency"],
        "names": names,
        "tax_within_minor": -(tax_of(before + refund.amount_minor) - tax_of(before)),
        "total_minor": -refund.amount_minor,
        "buyer": of["buyer"],
    }


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
