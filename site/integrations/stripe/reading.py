"""The SDK's objects as ours. Fields may be missing where Stripe's answer is of another version."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.stripe.shapes import (
    Coupon,
    Dispute,
    Invoice,
    Item,
    Payment,
    PromotionCode,
    Refund,
    Session,
    Subscription,
)


def session(found: Any) -> Session:
    totals = _field(found, "total_details")
    first = _first_invoice(found)
    intent = _field(found, "payment_intent") or (first and _invoice_intent(first))
    return Session(
        id=found.id,
        url=_text(found, "url"),
        status=_text(found, "status"),
        payment_status=_text(found, "payment_status"),
        mode=_text(found, "mode"),
        currency=_text(found, "currency").upper(),
        amount_subtotal=_number(found, "amount_subtotal"),
        amount_discount=_number(totals, "amount_discount"),
        amount_tax=_number(totals, "amount_tax"),
        amount_total=_number(found, "amount_total"),
        client_reference_id=_text(found, "client_reference_id"),
        metadata=_plain(found, "metadata"),
        customer=_id(_field(found, "customer")),
        payment_intent=_id(intent),
        subscription=_id(_field(found, "subscription")),
        invoice=_id(_field(found, "invoice")),
        livemode=found.livemode,
        created=_moment(found.created),
        expires_at=_moment(found.expires_at),
        items=tuple(_item(one) for one in _rows(_field(found, "line_items"))),
        billing=_plain(found, "customer_details"),
        **charge(_field(intent, "latest_charge")),
    )


def charge(found: Any) -> dict[str, Any]:
    """What both a session and a payment say of their charge; nothing where it is not expanded."""
    if found is None or isinstance(found, str):
        return {"charge": found or ""}
    return {
        "charge": found.id,
        "charge_amount": found.amount,
        "amount_refunded": found.amount_refunded,
        "disputed": found.disputed,
        "paid_at": _moment(found.created) if found.paid else None,
        "receipt_url": _text(found, "receipt_url"),
    }


def payment(found: Any, refunds: list[Any], disputes: list[Any]) -> Payment:
    return Payment(
        id=found.id,
        status=found.status,
        amount=found.amount,
        amount_received=found.amount_received,
        currency=found.currency.upper(),
        customer=_id(_field(found, "customer")),
        metadata=_plain(found, "metadata"),
        livemode=found.livemode,
        created=_moment(found.created),
        failure=_text(_field(found, "last_payment_error"), "message"),
        refunds=tuple(refund(one) for one in refunds),
        disputes=tuple(dispute(one) for one in disputes),
        **charge(_field(found, "latest_charge")),
    )


def refund(found: Any) -> Refund:
    return Refund(
        id=found.id,
        payment_intent=_id(_field(found, "payment_intent")),
        charge=_id(_field(found, "charge")),
        amount=found.amount,
        currency=found.currency.upper(),
        status=_text(found, "status"),
        reason=_text(found, "reason"),
        failure_reason=_text(found, "failure_reason"),
        metadata=_plain(found, "metadata"),
        created=_moment(found.created),
    )


def dispute(found: Any) -> Dispute:
    return Dispute(
        id=found.id,
        payment_intent=_id(_field(found, "payment_intent")),
        charge=_id(_field(found, "charge")),
        amount=found.amount,
        currency=found.currency.upper(),
        status=found.status,
        reason=_text(found, "reason"),
        created=_moment(found.created),
    )


def invoice(found: Any) -> Invoice:
    details = _field(_field(found, "parent"), "subscription_details")
    taxes = _field(found, "total_taxes") or []
    return Invoice(
        id=found.id,
        number=_text(found, "number"),
        status=_text(found, "status"),
        billing_reason=_text(found, "billing_reason"),
        currency=found.currency.upper(),
        amount_due=found.amount_due,
        amount_paid=found.amount_paid,
        amount_tax=sum(one.amount for one in taxes),
        attempt_count=found.attempt_count,
        next_attempt_at=_moment_or_none(found, "next_payment_attempt"),
        customer=_id(_field(found, "customer")),
        subscription=_id(_field(details, "subscription")),
        payment_intent=_id(_invoice_intent(found)),
        period_start=_moment(found.period_start),
        period_end=_moment(found.period_end),
        hosted_url=_text(found, "hosted_invoice_url"),
        livemode=found.livemode,
        created=_moment(found.created),
        paid_at=_moment_or_none(_field(found, "status_transitions"), "paid_at"),
    )


def subscription(found: Any) -> Subscription:
    """Its period is that of its items: they all have the same one."""
    # `items` is a method of dictionaries and was one of the SDK's objects.
    (*_, item) = _rows(found["items"]) or [None]
    latest = _field(found, "latest_invoice")
    return Subscription(
        id=found.id,
        status=found.status,
        customer=_id(_field(found, "customer")),
        currency=found.currency.upper(),
        metadata=_plain(found, "metadata"),
        period_start=_moment_or_none(item, "current_period_start"),
        period_end=_moment_or_none(item, "current_period_end"),
        cancel_at_period_end=found.cancel_at_period_end,
        cancel_at=_moment_or_none(found, "cancel_at"),
        canceled_at=_moment_or_none(found, "canceled_at"),
        ended_at=_moment_or_none(found, "ended_at"),
        livemode=found.livemode,
        created=_moment(found.created),
        latest_invoice=None if latest is None or isinstance(latest, str) else invoice(latest),
    )


def coupon(found: Any) -> Coupon:
    return Coupon(
        id=found.id,
        percent_off=_field(found, "percent_off"),
        amount_off=_field(found, "amount_off"),
        currency=_text(found, "currency").upper(),
        valid=found.valid,
    )


def promotion_code(found: Any) -> PromotionCode:
    coupon = _id(_field(found.promotion, "coupon"))
    return PromotionCode(id=found.id, code=found.code, coupon=coupon, active=found.active)


def _item(found: Any) -> Item:
    return Item(
        name=_text(found, "description"),
        quantity=_number(found, "quantity"),
        currency=found.currency.upper(),
        amount_subtotal=found.amount_subtotal,
        amount_discount=found.amount_discount,
        amount_tax=found.amount_tax,
        amount_total=found.amount_total,
    )


def _first_invoice(found: Any) -> Any:
    first = _field(found, "invoice")
    return None if isinstance(first, str) else first


def _invoice_intent(found: Any) -> Any:
    """The intent that pays an invoice; None for one that asks for nothing, or is not expanded."""
    paying = [_field(one.payment, "payment_intent") for one in _rows(_field(found, "payments"))]
    return next((one for one in paying if one), None)


def _field(found: Any, name: str) -> Any:
    return getattr(found, name, None)


def _text(found: Any, name: str) -> str:
    return _field(found, name) or ""


def _number(found: Any, name: str) -> int:
    return _field(found, name) or 0


def _plain(found: Any, name: str) -> Mapping[str, Any]:
    value = _field(found, name)
    return value.to_dict() if value is not None else {}


def _rows(found: Any) -> list[Any]:
    return _field(found, "data") or []


def _id(found: Any) -> str:
    """Of what is named, or expanded."""
    return found if isinstance(found, str) else _text(found, "id")


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _moment_or_none(found: Any, name: str) -> datetime | None:
    seconds = _field(found, name)
    return _moment(seconds) if seconds else None
