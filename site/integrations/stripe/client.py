"""Stripe by its own SDK: checkout, what was paid and went back, subscriptions, coupons, messages.

What is asked for twice with the same `key` is made once. What goes wrong arrives as
TemporaryFailure (ask again, with the same key) or PermanentFailure.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

import stripe

from core import clock
from integrations.errors import NotThere, PermanentFailure, TemporaryFailure, TooLittle
from integrations.stripe import events, reading
from integrations.stripe.events import TOLERANCE, construct_event
from integrations.stripe.shapes import (
    API_VERSION,
    Coupon,
    Event,
    Forged,
    Invoice,
    Keys,
    Line,
    Payment,
    PromotionCode,
    Refund,
    Session,
    Subscription,
)

__all__ = ["Client", "construct_event"]
TIMEOUT = 10
CONNECT_TIMEOUT = 3
TRIES_AGAIN = 2
PAGE = 100
KINDS = {"resource_missing": NotThere, "amount_too_small": TooLittle}

# How long each request took is nobody's business.
stripe.enable_telemetry = False


class Client:
    """One account."""

    def __init__(
        self, keys: Keys, *, timeout: float = TIMEOUT, tries_again: int = TRIES_AGAIN
    ) -> None:
        self.keys = keys
        self.timeout = timeout
        self.tries_again = tries_again

    @cached_property
    def _sdk(self) -> Any:
        return stripe.StripeClient(
            self.keys.secret_key,
            stripe_version=API_VERSION,
            base_addresses={"api": self.keys.api_base} if self.keys.api_base else None,
            max_network_retries=self.tries_again,
            http_client=stripe.RequestsClient(
                timeout=(min(self.timeout, CONNECT_TIMEOUT), self.timeout)
            ),
        ).v1

    # --- Checkout

    def create_customer(self, *, email: str, name: str, user_ref: str, key: str) -> str:
        """Its number at Stripe."""
        params = {"email": email, "name": name, "metadata": {"user": user_ref}}
        with _failures():
            return str(self._sdk.customers.create(params, _once(key)).id)

    def create_session(
        self,
        lines: Iterable[Line | tuple[Any, ...]],
        *,
        customer: str,
        client_reference_id: str,
        metadata: Mapping[str, str],
        success_url: str,
        cancel_url: str,
        key: str,
        expires_at: datetime | None = None,
        discount: str | int | None = None,
        allow_promotion_codes: bool = False,
        automatic_tax: bool = False,
        receipt_email: str = "",
    ) -> Session:
        """A page to pay on, at `url`, open until `expires_at`: 30 minutes to 24 hours from now.

        A subscription once a line has an interval. `discount` is a coupon's number, or an amount
        for which a coupon is made; with it no promotion codes can be typed in. The metadata goes
        onto the payment, or the subscription, too. "{CHECKOUT_SESSION_ID}" in the addresses is
        replaced by Stripe.
        """
        wanted = [Line(*line) for line in lines]
        recurring = any(line.interval for line in wanted)
        params: dict[str, Any] = {
            "mode": "subscription" if recurring else "payment",
            "line_items": [_line_item(line) for line in wanted],
            "customer": customer,
            "client_reference_id": client_reference_id,
            "metadata": dict(metadata),
            "success_url": success_url,
            "cancel_url": cancel_url,
        }
        about: dict[str, Any] = {"metadata": dict(metadata)}
        if receipt_email and not recurring:
            about["receipt_email"] = receipt_email
        params["subscription_data" if recurring else "payment_intent_data"] = about
        if expires_at is not None:
            params["expires_at"] = int(expires_at.timestamp())
        if isinstance(discount, int):
            currency = wanted[0].currency
            discount = self.create_coupon(
                amount_off=discount, currency=currency, key=f"{key}-discount"
            ).id
        if discount:
            params["discounts"] = [{"coupon": discount}]
        elif allow_promotion_codes:
            params["allow_promotion_codes"] = True
        if automatic_tax:
            params |= {
                "automatic_tax": {"enabled": True},
                # Tax follows the address, which the customer may not have yet.
                "customer_update": {"address": "auto", "name": "auto"},
                "tax_id_collection": {"enabled": True},
            }
        with _failures():
            return reading.session(self._sdk.checkout.sessions.create(params, _once(key)))

    def get_session(self, session_id: str) -> Session:
        """Everything about it, the charge included; of a subscription by a second question."""
        expand = ["payment_intent.latest_charge", "line_items", "invoice.payments"]
        with _failures():
            found = reading.session(
                self._sdk.checkout.sessions.retrieve(_sane(session_id), {"expand": expand})
            )
            if found.mode != "subscription" or not found.payment_intent:
                return found
            intent = self._sdk.payment_intents.retrieve(
                found.payment_intent, {"expand": ["latest_charge"]}
            )
        about = reading.charge(getattr(intent, "latest_charge", None))
        return Session(**(vars(found) | about))

    def expire_session(self, session_id: str) -> Session:
        """Nobody can pay it any more; PermanentFailure where it was paid or is over already."""
        with _failures():
            return reading.session(self._sdk.checkout.sessions.expire(_sane(session_id)))

    def list_sessions(self, created_since: datetime) -> Iterator[Session]:
        """All of them from then on, the newest first, without charges and lines."""
        params = {"created": {"gte": int(created_since.timestamp())}, "limit": PAGE}
        yield from map(reading.session, self._all(self._sdk.checkout.sessions, params))

    def find_session(self, *, payment_intent: str = "", subscription: str = "") -> Session | None:
        """The one that a payment, or a subscription, began with; as `get_session` tells it.

        Payments of a subscription belong to an invoice, not to a session: `find_invoice`.
        """
        wanted = {"payment_intent": payment_intent, "subscription": subscription}
        params = {name: _sane(value) for name, value in wanted.items() if value}
        if not params:
            raise ValueError("of what?")
        with _failures():
            found = self._sdk.checkout.sessions.list(params | {"limit": 1}).data
        return self.get_session(found[0].id) if found else None

    # --- Payments

    def get_payment(self, payment_intent: str) -> Payment:
        """A payment, its charge, all refunds and all disputes."""
        about = {"payment_intent": _sane(payment_intent), "limit": PAGE}
        with _failures():
            found = self._sdk.payment_intents.retrieve(
                payment_intent, {"expand": ["latest_charge"]}
            )
            refunds = list(self._all(self._sdk.refunds, about))
            disputes = list(self._all(self._sdk.disputes, about))
        return reading.payment(found, refunds, disputes)

    def refund(
        self,
        payment_intent: str,
        *,
        amount_minor: int,
        reason: str = "requested_by_customer",
        metadata: Mapping[str, str] | None = None,
        key: str,
    ) -> Refund:
        """Send money back.

        Reasons that Stripe knows: duplicate, fraudulent, requested_by_customer.
        """
        params = {
            "payment_intent": payment_intent,
            "amount": amount_minor,
            "reason": reason,
            "metadata": dict(metadata or {}),
        }
        with _failures():
            return reading.refund(self._sdk.refunds.create(params, _once(key)))

    # --- Subscriptions

    def get_subscription(self, subscription_id: str) -> Subscription:
        """With its latest invoice."""
        expand = ["latest_invoice.payments"]
        with _failures():
            return reading.subscription(
                self._sdk.subscriptions.retrieve(_sane(subscription_id), {"expand": expand})
            )

    def cancel_subscription(self, subscription_id: str, *, at_period_end: bool) -> Subscription:
        """At once, or with what is paid; PermanentFailure where it has ended already."""
        with _failures():
            if at_period_end:
                found = self._sdk.subscriptions.update(
                    _sane(subscription_id), {"cancel_at_period_end": True}
                )
            else:
                found = self._sdk.subscriptions.cancel(_sane(subscription_id))
        return reading.subscription(found)

    def get_invoice(self, invoice_id: str) -> Invoice:
        with _failures():
            return reading.invoice(
                self._sdk.invoices.retrieve(_sane(invoice_id), {"expand": ["payments"]})
            )

    def find_invoice(self, *, payment_intent: str) -> Invoice | None:
        """The one that a payment was for; None for one of a single purchase."""
        about = {"type": "payment_intent", "payment_intent": _sane(payment_intent)}
        with _failures():
            found = self._sdk.invoice_payments.list({"payment": about, "limit": 1}).data
        return self.get_invoice(found[0].invoice) if found else None

    def list_invoices(self, subscription_id: str) -> Iterator[Invoice]:
        """All of a subscription's, the newest first."""
        params = {
            "subscription": _sane(subscription_id),
            "limit": PAGE,
            "expand": ["data.payments"],
        }
        yield from map(reading.invoice, self._all(self._sdk.invoices, params))

    def portal_url(self, customer: str, *, return_url: str) -> str:
        """Where a customer sees to cards and subscriptions; it ends after some minutes."""
        params = {"customer": customer, "return_url": return_url}
        with _failures():
            return str(self._sdk.billing_portal.sessions.create(params).url)

    # --- Coupons

    def create_coupon(
        self,
        *,
        percent_off: float | None = None,
        amount_off: int | None = None,
        currency: str = "",
        once: bool = True,
        max_redemptions: int | None = None,
        name: str = "",
        key: str,
    ) -> Coupon:
        """`once`: of a subscription only the first payment is cheaper."""
        params: dict[str, Any] = {"duration": "once" if once else "forever"}
        if percent_off is not None:
            params["percent_off"] = percent_off
        if amount_off is not None:
            params |= {"amount_off": amount_off, "currency": currency.lower()}
        if max_redemptions is not None:
            params["max_redemptions"] = max_redemptions
        if name:
            params["name"] = name
        with _failures():
            return reading.coupon(self._sdk.coupons.create(params, _once(key)))

    def create_promotion_code(self, coupon: str, *, code: str, key: str) -> PromotionCode:
        params = {"promotion": {"type": "coupon", "coupon": coupon}, "code": code}
        with _failures():
            return reading.promotion_code(self._sdk.promotion_codes.create(params, _once(key)))

    # --- Messages

    def list_events(self, since: datetime, types: Iterable[str] = ()) -> Iterator[Event]:
        """What happened from then on, the newest first; Stripe keeps it for 30 days."""
        params: dict[str, Any] = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        if types:
            params["types"] = list(types)
        for found in self._all(self._sdk.events, params):
            yield events.event(found.to_dict(for_json=True))

    def get_event(self, event_id: str) -> Event:
        with _failures():
            return events.event(self._sdk.events.retrieve(_sane(event_id)).to_dict(for_json=True))

    def event(
        self,
        body: bytes,
        signature: str,
        *,
        tolerance: int = TOLERANCE,
        now: datetime | None = None,
    ) -> Event:
        """A message, once its signature and its age are right, of our mode; raises Forged."""
        secrets = self.keys.webhook_secrets
        found = construct_event(
            body, signature, secrets, tolerance=tolerance, now=now or clock.now()
        )
        if found.livemode != self.keys.livemode:
            raise Forged("a test on a live site, or the other way round")
        return found

    def _all(self, service: Any, params: dict[str, Any]) -> Iterator[Any]:
        """Page by page; a page that fails is a failure of ours, too."""
        with _failures():
            yield from service.list(params).auto_paging_iter()


class _failures:
    """The SDK's errors as ours."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if not isinstance(error, stripe.StripeError):
            return
        status = error.http_status or 0
        if isinstance(error, stripe.APIConnectionError | stripe.RateLimitError):
            raise TemporaryFailure(str(error)) from error
        # 409: another request with the same key is at it, or somebody holds the object.
        if not status or status in {409, 429} or status >= 500:
            raise TemporaryFailure(f"Stripe answered {status}: {error.user_message}") from error
        kind_of = KINDS.get(error.code or "", PermanentFailure)
        raise kind_of(f"Stripe answered {status}: {error.user_message}") from error


def _once(key: str) -> dict[str, Any]:
    if not key:
        raise ValueError("without a key a second try would make a second one")
    return {"idempotency_key": key}


def _sane(stripe_id: str) -> str:
    """A number that could be one of Stripe's: it becomes part of an address."""
    if not stripe_id or not stripe_id.isascii() or not stripe_id.replace("_", "").isalnum():
        raise PermanentFailure("nothing has such a number")
    return stripe_id


def _line_item(line: Line) -> dict[str, Any]:
    price: dict[str, Any] = {
        "currency": line.currency.lower(),
        "unit_amount": line.amount_minor,
        "product_data": {"name": line.name},
    }
    if line.interval:
        price["recurring"] = {"interval": line.interval}
    return {"quantity": line.quantity, "price_data": price}
