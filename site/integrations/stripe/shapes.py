"""What goes to Stripe and comes from there, without its SDK.

Amounts are whole minor units, currencies in capital letters, moments aware and in UTC. Text that
Stripe does not give is "".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

# What the types of the SDK describe: raised together with the SDK, and with the webhook's.
API_VERSION = "2026-10-28.endive"
Interval = Literal["month", "year"]


class Line(NamedTuple):
    """One thing to be paid: once, or for every `interval`. `amount_minor` is that of one piece."""

    name: str
    amount_minor: int
    currency: str
    quantity: int = 1
    interval: Interval | None = None


@dataclass(frozen=True)
class Item:
    """A line as Stripe reckoned it: `amount_total` after discount, with tax."""

    name: str
    quantity: int
    currency: str
    amount_subtotal: int
    amount_discount: int
    amount_tax: int
    amount_total: int


@dataclass(frozen=True)
class Session:
    """A checkout and what came of it.

    `payment_intent` of a subscription is that of its first invoice. What concerns the charge and
    `items` is filled in by `get_session` only; `billing` is what the buyer told Stripe: name,
    email, phone, address, tax_ids.
    """

    id: str
    url: str
    status: str
    payment_status: str
    mode: str
    currency: str
    amount_subtotal: int
    amount_discount: int
    amount_tax: int
    amount_total: int
    client_reference_id: str
    metadata: Mapping[str, str]
    customer: str
    payment_intent: str
    subscription: str
    invoice: str
    livemode: bool
    created: datetime
    expires_at: datetime
    charge: str = ""
    charge_amount: int = 0
    amount_refunded: int = 0
    disputed: bool = False
    paid_at: datetime | None = None
    receipt_url: str = ""
    items: tuple[Item, ...] = ()
    billing: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_paid(self) -> bool:
        """Whether what was asked for has come, or nothing was asked for."""
        return self.status == "complete" and self.payment_status in {"paid", "no_payment_required"}


@dataclass(frozen=True)
class Refund:
    """Its `status` is pending, requires_action, succeeded, failed or canceled."""

    id: str
    payment_intent: str
    charge: str
    amount: int
    currency: str
    status: str
    reason: str
    failure_reason: str
    metadata: Mapping[str, str]
    created: datetime


@dataclass(frozen=True)
class Dispute:
    """Its `status` is one of warning_needs_response, warning_under_review, warning_closed,
    needs_response, under_review, won, lost and prevented."""

    id: str
    payment_intent: str
    charge: str
    amount: int
    currency: str
    status: str
    reason: str
    created: datetime


@dataclass(frozen=True)
class Payment:
    """A payment intent with its last charge, and with everything that went back or is fought about.

    `status` is the intent's: succeeded, processing, requires_payment_method, canceled and others.
    """

    id: str
    status: str
    amount: int
    amount_received: int
    currency: str
    customer: str
    metadata: Mapping[str, str]
    livemode: bool
    created: datetime
    failure: str = ""
    charge: str = ""
    charge_amount: int = 0
    amount_refunded: int = 0
    disputed: bool = False
    paid_at: datetime | None = None
    receipt_url: str = ""
    refunds: tuple[Refund, ...] = ()
    disputes: tuple[Dispute, ...] = ()


@dataclass(frozen=True)
class Invoice:
    """What a subscription asks for one period; `status`: draft, open, paid, uncollectible, void."""

    id: str
    number: str
    status: str
    billing_reason: str
    currency: str
    amount_due: int
    amount_paid: int
    amount_tax: int
    attempt_count: int
    next_attempt_at: datetime | None
    customer: str
    subscription: str
    payment_intent: str
    period_start: datetime
    period_end: datetime
    hosted_url: str
    livemode: bool
    created: datetime
    paid_at: datetime | None


@dataclass(frozen=True)
class Subscription:
    """Its `status` is one of incomplete, incomplete_expired, trialing, active, past_due, canceled,
    unpaid and paused. `period_end` moves with every renewal, before it is paid."""

    id: str
    status: str
    customer: str
    currency: str
    metadata: Mapping[str, str]
    period_start: datetime | None
    period_end: datetime | None
    cancel_at_period_end: bool
    cancel_at: datetime | None
    canceled_at: datetime | None
    ended_at: datetime | None
    livemode: bool
    created: datetime
    latest_invoice: Invoice | None = None


@dataclass(frozen=True)
class Coupon:
    """Without a currency it is one of `percent_off`."""

    id: str
    percent_off: float | None
    amount_off: int | None
    currency: str
    valid: bool


@dataclass(frozen=True)
class PromotionCode:
    """What a buyer types on Stripe's page."""

    id: str
    code: str
    coupon: str
    active: bool


@dataclass(frozen=True)
class Event:
    """Something that happened at Stripe. `data` is as it was sent, in the shape of `api_version`:
    the object under "object", what it was before under "previous_attributes"."""

    id: str
    type: str
    livemode: bool
    created: datetime
    api_version: str
    account: str
    data: dict[str, Any]

    @property
    def object(self) -> dict[str, Any]:
        """What it is about."""
        found = self.data.get("object")
        return found if isinstance(found, dict) else {}


class Forged(Exception):
    """A message that Stripe did not sign, or not now, or not for us."""


@dataclass(frozen=True)
class Keys:
    """An account at Stripe; `api_base` is empty but for a stand-in.

    Of the webhook's secrets any may have signed: there are two while they are being changed.
    """

    secret_key: str
    publishable_key: str = ""
    webhook_secrets: tuple[str, ...] = ()
    api_base: str = ""

    @property
    def livemode(self) -> bool:
        """Whether real money moves."""
        return self.secret_key.startswith(("sk_live_", "rk_live_"))
