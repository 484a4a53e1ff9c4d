"""Money back: wished by a person, sent by the outbox, followed until it has arrived."""

import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import User
from commerce import stripe_account
from commerce.models import Line, Order, Payment, Refund
from commerce.services import access, fulfilment
from core import clock, outbox
from core.money import Money
from core.retrying import retried
from integrations.errors import PermanentFailure

WANTED = "commerce.refund_wanted"
"""News: {"refund": pk}."""
KEYS_LAST = timedelta(hours=20)
COUNTED = (Refund.Status.REQUESTED, *access.GOES_BACK)


class CannotRefund(Exception):
    """Nothing was recorded; the message says why."""


def left(payment: Payment) -> Money:
    """What of a payment has not gone back and is not about to."""
    gone = payment.refunds.filter(status__in=COUNTED).aggregate(sum=Sum("amount_minor"))["sum"]
    return Money(payment.amount_minor - (gone or 0), payment.currency)


@retried
@transaction.atomic
def request(
    *,
    payment: Payment,
    amount_minor: int,
    reason: str,
    ends_access: bool,
    by: User | None,
    line: Line | None = None,
    told: str = "",
) -> Refund:
    """Wish for a refund; one transaction. It is sent to Stripe right after, and again until it is.

    `reason` is for staff; the buyer reads what is `told` on the credit note.

    The payment's order is locked, so that two people together cannot give back more than came.
    Raises CannotRefund.
    """
    order = Order.objects.select_for_update().get(pk=payment.order_id)
    remains = left(payment)
    if amount_minor <= 0:
        raise CannotRefund(_("Please enter an amount above zero."))
    if amount_minor > remains.amount_minor:
        raise CannotRefund(_("No more than %(amount)s can be paid back.") % {"amount": remains})
    if not reason.strip():
        raise CannotRefund(_("Please write down why."))
    if line is not None and line.order_id != order.pk:
        raise CannotRefund(_("This line belongs to another order."))
    refund = Refund.objects.create(
        payment=payment,
        line=line,
        key=secrets.token_hex(16),
        amount_minor=amount_minor,
        reason=reason.strip()[:300],
        told=told.strip()[:300],
        ends_access=ends_access,
        by=by,
        at=clock.now(),
    )
    outbox.publish(WANTED, {"refund": refund.pk})
    return refund


def send(pk: int) -> None:
    """Ask Stripe for a refund that was wished; harmless to repeat: the key is the refund's own.

    Stripe forgets keys after a day: what was wished long ago may have been sent, so that is asked.
    """
    refund = Refund.objects.select_related("payment__order").get(pk=pk)
    if refund.status == Refund.Status.REQUESTED and clock.now() - refund.at > KEYS_LAST:
        fulfilment.refresh(refund.payment.order, news=[refund.payment.stripe_id])
        refund.refresh_from_db()
    if refund.status != Refund.Status.REQUESTED:
        return
    try:
        stripe_account.client().refund(
            refund.payment.stripe_id,
            amount_minor=refund.amount_minor,
            metadata=stripe_account.mark(refund.payment.order.number) | {"refund": refund.key},
            key=f"refund-{refund.key}",
        )
    except PermanentFailure as failure:
        Refund.objects.filter(pk=pk, status=Refund.Status.REQUESTED).update(
            status=Refund.Status.FAILED, failure=str(failure)[:200]
        )
        return
    fulfilment.refresh(refund.payment.order, news=[refund.payment.stripe_id])


def refund_whole(*, order: Order, reason: str, by: User | None, told: str = "") -> list[Refund]:
    """Wish everything back that is left of an order's payments."""
    made = []
    for payment in order.payments.all():
        remains = left(payment)
        if remains.amount_minor:
            made.append(
                request(
                    payment=payment, amount_minor=remains.amount_minor, reason=reason,
                    ends_access=True, by=by, told=told,
                )
            )  # fmt: skip
    return made


def wanted(payload: dict[str, Any]) -> None:
    """Handler of WANTED."""
    send(payload["refund"])
