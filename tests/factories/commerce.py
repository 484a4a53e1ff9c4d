"""Offers, carts and orders, and an account at Stripe that lives in the test's memory.

`Account` stands where our client does, so that a test can say in one line how things stand at
Stripe, and ask thousands of times. What speaks the wire is the stand-in of `integrations.stripe`.
"""

import hashlib
import hmac
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from commerce import stripe_account
from commerce.models import Coupon, Invoice, Offer, OfferCourse, Order, Payment, Price, Refund
from commerce.services import carts, checkout, fulfilment
from core import clock
from course_pages.models import Course
from integrations.errors import PermanentFailure
from integrations.stripe import shapes
from integrations.stripe.client import Client
from learning.models import AccessGrant, Enrolment
from tests.factories import courses
from tests.factories.accounts import UserFactory

_numbers = itertools.count(1)
MONEY = (Order, Payment, Refund, Invoice, Enrolment, AccessGrant)
"""What changes when money does."""
KEYS = shapes.Keys("sk_test_memory", "pk_test_memory", ("whsec_memory",))


def course(title: str = "") -> Course:
    """A released course of one lesson."""
    return courses.course(1, 1, title=title or f"Course {next(_numbers)}")


def offer(*sold: Course, name: str = "An offer", prices: dict[str, int] | None = None,
          **fields: Any) -> Offer:  # fmt: skip
    """An offer of these courses, 20.00 EUR unless said otherwise."""
    made = Offer.objects.create(name=name, **fields)
    for number, one in enumerate(sold or [course()]):
        OfferCourse.objects.create(offer=made, course=one, sort_order=number)
    if made.kind != Offer.Kind.FREE:
        for currency, amount in ({"EUR": 2000} if prices is None else prices).items():
            price(made, amount, currency)
    return made


def price(made: Offer, amount: int, currency: str = "EUR", **fields: Any) -> Price:
    """The offer's price from now on."""
    now = clock.now()
    old = Price.objects.filter(offer=made, currency=currency)
    old.filter(current=True).update(current=None, replaced_at=now)
    return Price.objects.create(
        offer=made, currency=currency, amount_minor=amount, since=now,
        number=old.count() + 1, **fields,
    )  # fmt: skip


def coupon(code: str = "SUMMER", **fields: Any) -> Coupon:
    """Ten per cent off unless said otherwise."""
    named = fields.pop("offers", ())
    if "percent" not in fields and "amount_minor" not in fields:
        fields["percent"] = 10
    made = Coupon.objects.create(code=code, **fields)
    made.offers.set(named)
    return made


def cart(*offers: Offer, user: User | None = None, currency: str = "EUR", code: str = "") -> Any:
    return carts.look([one.pk for one in offers], currency=currency, code=code, user=user)


def buyer() -> User:
    return UserFactory()


def ordered(*offers: Offer, user: User | None = None, **more: Any) -> Order:
    """An order at Stripe's page."""
    user = user or buyer()
    return checkout.start(user=user, cart=cart(*offers, user=user, **more))


def later(order: Order) -> None:
    """Some seconds go by, in which nobody asks Stripe about the order."""
    Order.objects.filter(pk=order.pk).update(checked_at=clock.now() - fulfilment.LOOK_EVERY)


def has_access(order: Order) -> bool:
    """Whether anything opens a course to the order's buyer now."""
    return AccessGrant.objects.active(clock.now()).filter(enrolment__user=order.user).exists()


def bought(account: "Account", **fields: Any) -> Order:
    """A paid order of one offer."""
    order = ordered(offer(**fields))
    account.pay(order)
    return fulfilment.refresh(order)


def payment_of(order: Order) -> Payment:
    return Payment.objects.get(order=order)


@dataclass
class Account:
    """Checkouts, payments, refunds, disputes and subscriptions; `calls` are what was asked."""

    keys: shapes.Keys = KEYS
    sessions: dict[str, shapes.Session] = field(default_factory=dict)
    payments: dict[str, shapes.Payment] = field(default_factory=dict)
    subscriptions: dict[str, shapes.Subscription] = field(default_factory=dict)
    invoices: dict[str, list[shapes.Invoice]] = field(default_factory=dict)
    by_key: dict[str, Any] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    events: list[shapes.Event] = field(default_factory=list)

    # --- What our client can do

    def event(self, body: bytes, signature: str) -> shapes.Event:
        return Client(self.keys).event(body, signature)

    def create_customer(self, *, key: str, **_about: Any) -> str:
        return str(self.by_key.setdefault(key, f"cus_{next(_numbers)}"))

    def create_session(self, lines: Any, *, key: str, **about: Any) -> shapes.Session:
        self.calls.append("create_session")
        if key not in self.by_key:
            wanted = [shapes.Line(*line) for line in lines]
            subtotal = sum(line.amount_minor for line in wanted)
            off = about.get("discount") or 0
            number = next(_numbers)
            made = shapes.Session(
                id=f"cs_{number}", url=f"https://pay.example.org/cs_{number}", status="open",
                payment_status="unpaid", currency=wanted[0].currency, amount_subtotal=subtotal,
                mode="subscription" if any(line.interval for line in wanted) else "payment",
                amount_discount=off, amount_tax=0, amount_total=subtotal - off,
                client_reference_id=about["client_reference_id"], metadata=about["metadata"],
                customer=about["customer"], payment_intent="", subscription="", invoice="",
                livemode=False, created=clock.now(), expires_at=about["expires_at"],
            )  # fmt: skip
            self.by_key[key] = self.sessions[made.id] = made
        return self.sessions[self.by_key[key].id]

    def get_session(self, session_id: str) -> shapes.Session:
        self.calls.append("get_session")
        if session_id not in self.sessions:
            raise PermanentFailure("no such session")
        return self.sessions[session_id]

    def expire_session(self, session_id: str) -> shapes.Session:
        session = self.get_session(session_id)
        if session.status != "open":
            raise PermanentFailure("not open")
        self.sessions[session_id] = replace(session, status="expired")
        return self.sessions[session_id]

    def list_sessions(self, since: datetime) -> Iterator[shapes.Session]:
        yield from (one for one in self.sessions.values() if one.created >= since)

    def get_payment(self, intent: str) -> shapes.Payment:
        self.calls.append(f"get_payment {intent}")
        if intent not in self.payments:
            raise PermanentFailure("no such payment")
        return self.payments[intent]

    def refund(self, intent: str, *, amount_minor: int, metadata: Any, key: str,
               reason: str = "") -> shapes.Refund:  # fmt: skip
        self.calls.append("refund")
        if key not in self.by_key:
            self.by_key[key] = self.back(intent, amount_minor, metadata=metadata, reason=reason)
        found: shapes.Refund = self.by_key[key]
        return found

    def get_subscription(self, number: str) -> shapes.Subscription:
        return self.subscriptions[number]

    def cancel_subscription(self, number: str, *, at_period_end: bool) -> shapes.Subscription:
        self.calls.append("cancel_subscription")
        if at_period_end:
            self.change(number, cancel_at_period_end=True)
        else:
            self.change(number, status="canceled", ended_at=clock.now())
        return self.subscriptions[number]

    def portal_url(self, customer: str, *, return_url: str) -> str:
        return f"https://billing.example.org/{customer}?back={return_url}"

    def list_invoices(self, number: str) -> Iterator[shapes.Invoice]:
        yield from reversed(self.invoices.get(number, []))

    def find_invoice(self, *, payment_intent: str) -> shapes.Invoice | None:
        every = itertools.chain.from_iterable(self.invoices.values())
        return next((one for one in every if one.payment_intent == payment_intent), None)

    def list_events(self, since: datetime, types: Any = ()) -> Iterator[shapes.Event]:
        yield from (one for one in self.events if one.created >= since and one.type in types)

    # --- What happens at Stripe

    def tell(self, kind: str, about: dict[str, Any]) -> None:
        """Something happened of which no message arrives."""
        self.events.append(
            shapes.Event(
                id=f"evt_{next(_numbers)}", type=kind, livemode=False, created=clock.now(),
                api_version="", account="", data={"object": about},
            )
        )  # fmt: skip

    def pay(self, order: Order, **wrong: Any) -> shapes.Session:
        """The buyer pays; `wrong` are fields of the session that come out otherwise."""
        session = self.sessions[order.session_id]
        intent = f"pi_{next(_numbers)}"
        now = clock.now()
        self.payments[intent] = shapes.Payment(
            id=intent, status="succeeded", amount=session.amount_total,
            amount_received=session.amount_total, currency=session.currency,
            customer=session.customer, metadata=session.metadata, livemode=session.livemode,
            created=now, charge=f"ch_{intent}", charge_amount=session.amount_total, paid_at=now,
        )  # fmt: skip
        told = {"status": "complete", "payment_status": "paid", "payment_intent": intent}
        return self._set(session, **(told | wrong))

    def pay_later(self, order: Order) -> shapes.Session:
        """The buyer chooses a way of paying that takes days."""
        session = self.pay(order, payment_status="unpaid")
        self._payment(session.payment_intent, status="processing", amount_received=0, paid_at=None)
        return self.sessions[session.id]

    def arrive(self, order: Order) -> None:
        """The money has come after all."""
        session = self.sessions[order.session_id]
        total = session.amount_total
        self._payment(session.payment_intent, status="succeeded", amount_received=total)
        self._set(session, payment_status="paid")

    def fail(self, order: Order) -> None:
        """The money never comes."""
        session = self.sessions[order.session_id]
        self._payment(session.payment_intent, status="requires_payment_method")

    def expire(self, order: Order) -> None:
        self._set(self.sessions[order.session_id], status="expired")

    def back(self, intent: str, amount: int, *, status: str = "succeeded", metadata: Any = None,
             reason: str = "") -> shapes.Refund:  # fmt: skip
        """Money goes back to the buyer."""
        payment = self.payments[intent]
        made = shapes.Refund(
            id=f"re_{next(_numbers)}", payment_intent=intent, charge=payment.charge, amount=amount,
            currency=payment.currency, status=status, reason=reason, failure_reason="",
            metadata=metadata or {}, created=clock.now(),
        )  # fmt: skip
        self._payment(intent, refunds=(*payment.refunds, made))
        return made

    def refund_fails(self, intent: str, number: str) -> None:
        payment = self.payments[intent]
        refunds = [
            replace(one, status="failed", failure_reason="lost_or_stolen_card")
            if one.id == number else one
            for one in payment.refunds
        ]  # fmt: skip
        self._payment(intent, refunds=tuple(refunds))

    def dispute(self, intent: str, status: str) -> None:
        """The buyer's bank asks back; once more for how it goes on."""
        payment = self.payments[intent]
        number = payment.disputes[0].id if payment.disputes else f"dp_{next(_numbers)}"
        made = shapes.Dispute(
            id=number, payment_intent=intent, charge=payment.charge, amount=payment.amount,
            currency=payment.currency, status=status, reason="general", created=clock.now(),
        )  # fmt: skip
        self._payment(intent, disputes=(made,))

    def subscribe(self, order: Order, *, period: timedelta = timedelta(days=30)) -> str:
        """The buyer pays the first period."""
        session = self.pay(order)
        number, now = f"sub_{next(_numbers)}", clock.now()
        self.invoices[number] = []
        self._set(session, subscription=number)
        self.subscriptions[number] = shapes.Subscription(
            id=number, status="active", customer=session.customer, currency=session.currency,
            metadata=session.metadata, period_start=now, period_end=now + period,
            cancel_at_period_end=False, cancel_at=None, canceled_at=None, ended_at=None,
            livemode=False, created=now,
        )  # fmt: skip
        self._invoice(number, session.payment_intent, "paid")
        return number

    def renew(self, number: str, *, paid: bool = True) -> None:
        """The next period begins, paid or not."""
        old = self.subscriptions[number]
        assert old.period_start is not None
        assert old.period_end is not None
        later = old.period_end + (old.period_end - old.period_start)
        status = "active" if paid else "past_due"
        self.change(number, status=status, period_start=old.period_end, period_end=later)
        first = self.payments[self.invoices[number][0].payment_intent]
        intent = f"pi_{next(_numbers)}"
        self.payments[intent] = replace(
            first, id=intent, charge=f"ch_{intent}", paid_at=clock.now() if paid else None,
            status="succeeded" if paid else "requires_payment_method",
            amount_received=first.amount if paid else 0, refunds=(), disputes=(),
        )  # fmt: skip
        self._invoice(number, intent, "paid" if paid else "open")

    def renew_by_credit(self, number: str) -> None:
        """The next period begins, and a credit pays it: there is no payment."""
        self.renew(number)
        made = replace(self.invoices[number].pop(), payment_intent="")
        self.invoices[number].append(made)
        self.change(number, latest_invoice=made)

    def change(self, number: str, **fields: Any) -> None:
        self.subscriptions[number] = replace(self.subscriptions[number], **fields)

    def _invoice(self, number: str, intent: str, status: str) -> None:
        sub, payment = self.subscriptions[number], self.payments[intent]
        assert sub.period_start is not None
        assert sub.period_end is not None
        made = shapes.Invoice(
            id=f"in_{next(_numbers)}", number="", status=status, billing_reason="", amount_tax=0,
            currency=sub.currency, amount_due=payment.amount, amount_paid=payment.amount_received,
            attempt_count=1, next_attempt_at=None, customer=sub.customer, subscription=number,
            payment_intent=intent, period_start=sub.period_start, period_end=sub.period_end,
            hosted_url="", livemode=False, created=clock.now(), paid_at=payment.paid_at,
        )  # fmt: skip
        self.invoices[number].append(made)
        self.change(number, latest_invoice=made)

    def _set(self, session: shapes.Session, **fields: Any) -> shapes.Session:
        self.sessions[session.id] = replace(self.sessions[session.id], **fields)
        return self.sessions[session.id]

    def _payment(self, intent: str, **fields: Any) -> None:
        self.payments[intent] = replace(self.payments[intent], **fields)


def open_account(monkeypatch: Any, settings: Any) -> Account:
    """An account of one's own for a test."""
    account = Account()
    settings.STRIPE_SECRET_KEY = KEYS.secret_key
    monkeypatch.setattr(stripe_account, "client", lambda: account)
    return account


def signed(body: bytes, *, secret: str = KEYS.webhook_secrets[0], at: float | None = None,
           scheme: str = "v1") -> str:  # fmt: skip
    """The header with which Stripe signs a message (docs.stripe.com/webhooks/signature)."""
    moment = int(clock.now().timestamp() if at is None else at)
    mac = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256)
    return f"t={moment},{scheme}={mac.hexdigest()}"


def message(kind: str = "checkout.session.completed", about: dict[str, Any] | None = None,
            **fields: Any) -> bytes:  # fmt: skip
    """An event as Stripe sends it."""
    told = {
        "id": f"evt_{next(_numbers)}", "object": "event", "type": kind, "livemode": False,
        "created": int(clock.now().timestamp()), "api_version": "2026-10-28.endive",
        "data": {"object": about or {"id": "cs_unknown", "object": "checkout.session"}},
    }  # fmt: skip
    return json.dumps(told | fields).encode()


def knock(client: Any, body: bytes, signature: str | None = None) -> int:
    """Deliver a message to the site's door; the answer's status."""
    header = signed(body) if signature is None else signature
    extra = {"HTTP_STRIPE_SIGNATURE": header} if header else {}
    answer = client.post("/webhooks/stripe/", body, content_type="application/json", **extra)
    return int(answer.status_code)
