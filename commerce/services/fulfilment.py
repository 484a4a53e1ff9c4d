"""One way from Stripe to us: ask how an order stands there, and bring our rows in line with it.

Called by webhook, success page, sweeper and reconciliation, in any order, as often as they like.
Stripe is asked before the transaction; the order's `version` tells whether somebody else was faster
with a newer answer, and then it is asked again.
"""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, Sum

from commerce import pricing, stripe_account
from commerce.models import Dispute, Order, Payment, Refund, Subscription
from commerce.rules import DISPUTE_LOST, Access
from commerce.services import access, duplicates, invoices, orders
from core import clock, outbox
from core.retrying import retried
from integrations.errors import PermanentFailure, TemporaryFailure
from integrations.stripe import shapes

PAID_FOR_NOTHING = "commerce.subscription_paid_for_nothing"
"""News: {"order": pk}. Its access has ended for good, and Stripe would go on charging for it."""
RENEWAL_FAILED = "commerce.renewal_failed"
"""News: {"order": pk, "invoice": number, "url": where it can be paid, or ""}. Once an invoice."""
REFUNDED = "commerce.refunded"
"""News: {"refund": pk}. Money went back, and its credit note is there; once a refund."""
NEVER_PAID = frozenset({"incomplete_expired", "canceled"})
"""What a subscription is that ended before its first payment came."""
GIVEN_UP = frozenset({"open", "uncollectible"})
"""What the invoice is that a subscription ended with because nobody paid it."""
DISPUTE_OVER = DISPUTE_LOST | {"won", "warning_closed", "prevented"}
LOOK_EVERY = timedelta(seconds=2)
"""Pages ask Stripe about one order no more often than this."""
TRIES = 5
State = Order.State

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Truth:
    """All that Stripe knows about an order."""

    session: shapes.Session
    payments: tuple[shapes.Payment, ...] = ()
    subscription: shapes.Subscription | None = None
    # Of a subscription: what was paid, the newest first.
    invoices: tuple[shapes.Invoice, ...] = ()


def refresh(order: Order, *, news: Collection[str] = (), whole: bool = False) -> Order:
    """Bring an order in line with Stripe. Raises TemporaryFailure where Stripe does not answer.

    Of a subscription's payments those are read that are new, the last one, those that something
    hangs over, and those that there are `news` of; all of them for the `whole`.
    """
    for _try in range(TRIES):
        version, session_id = Order.objects.values_list("version", "session_id").get(pk=order.pk)
        if not session_id:
            # Nothing was asked of Stripe yet, or nothing had to be.
            return Order.objects.get(pk=order.pk)
        known = set() if whole else _settled(order) - set(news)
        found = apply(order.pk, version, ask(session_id, known))
        if found is not None:
            return found
    raise TemporaryFailure(f"order {order.number} changes too often")


def look(order: Order) -> Order:
    """The order as it stands, in line with Stripe unless that was asked a moment ago.

    For pages that ask again and again, in several tabs perhaps.
    """
    now = clock.now()
    due = Order.objects.filter(Q(checked_at=None) | Q(checked_at__lt=now - LOOK_EVERY), pk=order.pk)
    if due.update(checked_at=now):
        return refresh(order)
    return Order.objects.get(pk=order.pk)


def _settled(order: Order) -> set[str]:
    """The numbers of payments of which we know all that there was to know, and nothing is open."""
    if not Subscription.objects.filter(order=order, order__paid_at__isnull=False).exists():
        return set()
    open_still = Dispute.objects.filter(payment__order=order).exclude(status__in=DISPUTE_OVER)
    moving = Refund.objects.filter(
        payment__order=order, status__in=[Refund.Status.REQUESTED, Refund.Status.PENDING]
    )
    payments = Payment.objects.filter(order=order).exclude(
        Q(pk__in=open_still.values("payment")) | Q(pk__in=moving.values("payment"))
    )
    return set(payments.values_list("stripe_id", flat=True))


def ask(session_id: str, settled: Collection[str] = frozenset()) -> Truth:
    """Everything about an order, from Stripe; outside of any transaction.

    Of a subscription's payments not those that are `settled`, but for the last one.
    """
    client = stripe_account.client()
    session = client.get_session(session_id)
    if session.mode == "subscription" and session.subscription:
        subscription = client.get_subscription(session.subscription)
        paid = tuple(
            one for one in client.list_invoices(session.subscription) if one.status == "paid"
        )
        intents = list(
            dict.fromkeys(one.payment_intent for one in reversed(paid) if one.payment_intent)
        )
        wanted = [one for one in intents if one not in settled or one == intents[-1]]
        payments = tuple(client.get_payment(intent) for intent in wanted)
        return Truth(session, payments, subscription, paid)
    intent = session.payment_intent
    return Truth(session, (client.get_payment(intent),) if intent else ())


def metadata_of_payment(payment_intent: str) -> Mapping[str, str]:
    """Whose a payment is; nothing where there is none of that number.

    A renewal's own says nothing: its invoice leads to the subscription.
    """
    client = stripe_account.client()
    try:
        told = client.get_payment(payment_intent).metadata
        if told:
            return told
        invoice = client.find_invoice(payment_intent=payment_intent)
        if invoice is None or not invoice.subscription:
            return {}
        return client.get_subscription(invoice.subscription).metadata
    except PermanentFailure:
        return {}


@retried
@transaction.atomic
def apply(pk: int, version: int, truth: Truth) -> Order | None:
    """Write what Stripe said; one transaction. None if the order changed since `version`."""
    order = Order.objects.select_for_update().select_related("user").get(pk=pk)
    if order.version != version:
        return None
    now = clock.now()
    order.version += 1
    order.checked_at = now
    _keep_money(order, truth, now)
    wanted, why = _state(order, truth)
    newly_paid = wanted in {State.PAID, State.REFUNDED} and order.paid_at is None
    for state in _way(order.state, wanted):
        orders.step(order, state, now)
    if why and not order.attention:
        order.attention, order.attention_note = Order.Attention.MISMATCH, why[:500]
        logger.error("Order %s is held: %s", order.number, why)
    if newly_paid:
        _paid(order, truth, now)
    order.save()
    if order.paid_at is not None:
        _issue_invoices(order, truth, now)
        _issue_credit_notes(order, now)
    access.settle(order)
    if truth.subscription is not None and truth.subscription.ended_at is None:
        _stop_charging(order)
    return order


def _issue_invoices(order: Order, truth: Truth, now: datetime) -> None:
    taxes = {invoice.payment_intent: invoice.amount_tax for invoice in truth.invoices}
    taxes[truth.session.payment_intent] = truth.session.amount_tax
    for payment in order.payments.filter(invoice=None).order_by("at", "pk"):
        invoices.issue(
            order=order,
            payment=payment,
            now=now,
            tax_minor=taxes.get(payment.stripe_id, 0),
            renews=truth.subscription is not None
            and payment.stripe_id != truth.session.payment_intent,
        )


def _issue_credit_notes(order: Order, now: datetime) -> None:
    gone = Refund.objects.filter(
        payment__order=order, status=Refund.Status.SUCCEEDED, credit_note=None
    )
    for refund in gone.select_related("line").order_by("at", "pk"):
        if invoices.credit(refund, now) is not None:
            outbox.publish(REFUNDED, {"refund": refund.pk})


def _stop_charging(order: Order) -> None:
    """Have a running subscription end at Stripe once it opens nothing any more."""
    rows, lines = access.rows_of(order), access.lines_of([order])
    if all(access.decide(order, line, rows).access is Access.ENDED for line in lines):
        outbox.publish(PAID_FOR_NOTHING, {"order": order.pk})


def settle_free(order: Order) -> Order:
    """An order that costs nothing is paid at once; one transaction, harmless to repeat."""
    with transaction.atomic():
        locked = Order.objects.select_for_update().select_related("user").get(pk=order.pk)
        if locked.state != State.OPEN:
            return locked
        if not locked.needs_no_payment:
            raise ValueError(f"order {locked.number} is not free")
        now = clock.now()
        orders.step(locked, State.PAID, now)
        locked.paid_at = now
        locked.version += 1
        duplicates.flag(locked)
        locked.save()
        access.settle(locked)
        orders.announce_paid(locked)
    return locked


def _way(before: str, wanted: str) -> list[str]:
    """The steps from one state to another: what went back had come before, though nobody saw it."""
    if wanted == before:
        return []
    came = before in {State.PAID, State.HELD}
    return [wanted] if wanted != State.REFUNDED or came else [State.PAID, wanted]


def _paid(order: Order, truth: Truth, now: datetime) -> None:
    """What happens once, when money has come."""
    times = [payment.paid_at for payment in truth.payments if payment.paid_at]
    order.paid_at = min([*times, now])
    order.tax_minor = _tax_on_top(truth.session)
    order.billing = dict(truth.session.billing)
    _take_over_discount(order, truth.session)
    duplicates.flag(order)
    orders.announce_paid(order)


def _take_over_discount(order: Order, session: shapes.Session) -> None:
    """What a code of Stripe's own took off, as if it had been one of ours."""
    if _without_tax(session) == order.total_minor or not _by_promotion_code(order, session):
        return
    order.discount_minor = session.amount_discount
    order.total_minor = order.subtotal_minor - order.discount_minor
    lines = list(order.lines.all())
    parts = pricing.spread(order.discount_minor, [line.amount_minor for line in lines])
    for line, part in zip(lines, parts, strict=True):
        line.discount_minor = part
        line.save(update_fields=["discount_minor"])


def _state(order: Order, truth: Truth) -> tuple[str, str]:
    """The state that Stripe's words amount to, and what does not match; "" where all does."""
    wanted = _told(order, truth)
    if wanted not in {State.PAID, State.REFUNDED}:
        return wanted, ""
    wrong = _mismatch(order, truth.session)
    # What is paid here was right, or a person took it as enough (`resolving.accept`).
    if not wrong or (order.state == State.PAID and wanted == State.PAID):
        return wanted, ""
    # Money that went back needs nobody any more.
    return (wanted, "") if wanted == State.REFUNDED else (State.HELD, wrong)


def _told(order: Order, truth: Truth) -> str:
    session = truth.session
    if session.status == "expired":
        return order.state if order.state == State.CANCELLED else State.EXPIRED
    if session.status != "complete":
        # Ours may be closed while theirs stays open for some time.
        return order.state
    if session.is_paid or any(payment.amount_received for payment in truth.payments):
        return State.REFUNDED if _all_back(order) else State.PAID
    failed = [
        one for one in truth.payments if one.status in {"requires_payment_method", "canceled"}
    ]
    never = truth.subscription is not None and truth.subscription.status in NEVER_PAID
    return State.FAILED if failed or never else State.PENDING


def _all_back(order: Order) -> bool:
    """Whether all that was paid has gone back."""
    came = order.payments.aggregate(sum=Sum("amount_minor"))["sum"] or 0
    back = Refund.objects.filter(payment__order=order, status__in=access.GOES_BACK)
    return came > 0 and (back.aggregate(sum=Sum("amount_minor"))["sum"] or 0) >= came


def _mismatch(order: Order, session: shapes.Session) -> str:
    """How what was paid differs from what was ordered; "" where it does not."""
    wrong = []
    if session.metadata.get("order") != order.number or not stripe_account.is_ours(
        session.metadata
    ):
        wrong.append("it names another order")
    if session.currency != order.currency:
        wrong.append(f"{session.currency} instead of {order.currency}")
    if _without_tax(session) != order.total_minor and not _by_promotion_code(order, session):
        wrong.append(f"{_without_tax(session)} instead of {order.total_minor}")
    if session.livemode != stripe_account.client().keys.livemode:
        wrong.append("test money" if not session.livemode else "real money in a test")
    return "; ".join(wrong)


def _without_tax(session: shapes.Session) -> int:
    """What was paid but for tax on top: by the account’s settings tax may be part of prices."""
    return session.amount_total - _tax_on_top(session)


def _tax_on_top(session: shapes.Session) -> int:
    reckoned = session.amount_subtotal - session.amount_discount
    return 0 if session.amount_total == reckoned else session.amount_tax


def _by_promotion_code(order: Order, session: shapes.Session) -> bool:
    """Whether Stripe's own codes, where they are allowed, explain that it cost less."""
    from django.conf import settings

    if not settings.STRIPE_PROMOTION_CODES:
        return False
    return (
        session.amount_subtotal == order.subtotal_minor
        and _without_tax(session) == session.amount_subtotal - session.amount_discount
    )


def _keep_money(order: Order, truth: Truth, now: datetime) -> None:
    """Payments, refunds, disputes and the subscription, as Stripe has them."""
    for found in truth.payments:
        if found.amount_received <= 0:
            continue
        payment, _made = Payment.objects.update_or_create(
            stripe_id=found.id,
            defaults={
                "order": order, "charge_id": found.charge, "currency": found.currency,
                "amount_minor": found.amount_received, "at": found.paid_at or found.created,
                "receipt_url": found.receipt_url,
            },
        )  # fmt: skip
        for refund in found.refunds:
            _keep_refund(order, payment, refund)
        for dispute in found.disputes:
            Dispute.objects.update_or_create(
                stripe_id=dispute.id,
                defaults={
                    "payment": payment, "status": dispute.status, "reason": dispute.reason,
                    "amount_minor": dispute.amount, "at": dispute.created,
                },
            )  # fmt: skip
    if truth.subscription is not None:
        _keep_subscription(order, truth, truth.subscription, now)


STATUS = {
    "pending": Refund.Status.PENDING,
    "requires_action": Refund.Status.PENDING,
    "succeeded": Refund.Status.SUCCEEDED,
    "failed": Refund.Status.FAILED,
    "canceled": Refund.Status.FAILED,
}


def _keep_refund(order: Order, payment: Payment, found: shapes.Refund) -> None:
    """A refund that we asked for is found by its key; others were made at Stripe.

    Of those we do not know whether access was to end: it does with the whole payment, not before.
    """
    said = {
        "stripe_id": found.id,
        "status": STATUS.get(found.status, Refund.Status.PENDING),
        "failure": found.failure_reason,
    }
    mine = Refund.objects.filter(payment=payment)
    if mine.filter(stripe_id=found.id).update(**said):
        return
    key = found.metadata.get("refund", "")
    if key and mine.filter(key=key).update(**said):
        return
    Refund.objects.create(
        payment=payment,
        key=f"stripe:{found.id}"[:64],
        amount_minor=found.amount,
        reason=found.reason,
        ends_access=False,
        at=found.created,
        **said,
    )


def _keep_subscription(
    order: Order, truth: Truth, found: shapes.Subscription, now: datetime
) -> None:
    invoice = found.latest_invoice
    unpaid = invoice is not None and invoice.status != "paid"
    row, _made = Subscription.objects.get_or_create(
        order=order, defaults={"stripe_id": found.id, "status": found.status}
    )
    row.status = found.status
    # A period begins before it is paid.
    row.paid_until = found.period_start if unpaid else found.period_end
    if truth.invoices:
        newest = truth.invoices[0]
        row.paid_with = newest.payment_intent or newest.id
    row.ends_with_period = found.cancel_at_period_end
    row.ended_at = found.ended_at
    failing = found.status in {"past_due", "unpaid"}
    row.failing_since = (row.failing_since or now) if failing else None
    _keep_unpaid(order, row, invoice if unpaid else None, failing)
    row.save()


def _keep_unpaid(
    order: Order, row: Subscription, invoice: shapes.Invoice | None, failing: bool
) -> None:
    """Which renewal is not paid, with the news of it: it stays until it, or another one, is."""
    if invoice is None:
        row.unpaid_invoice, row.end_told_at = "", None
        return
    failed = failing or (row.ended_at is not None and invoice.status in GIVEN_UP)
    if not failed or order.paid_at is None or row.unpaid_invoice == invoice.id:
        return
    row.unpaid_invoice, row.end_told_at = invoice.id, None
    if failing:
        about = {"order": order.pk, "invoice": invoice.id, "url": invoice.hosted_url}
        outbox.publish(RENEWAL_FAILED, about)
