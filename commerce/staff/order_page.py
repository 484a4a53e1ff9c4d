"""An order as Support reads it: what was sold, what was paid, what it opens, and what happened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from commerce.models import (
    Dispute,
    Invoice,
    Line,
    LineCourse,
    Order,
    Payment,
    Refund,
    StripeEvent,
    Subscription,
)
from commerce.rules import Rule
from commerce.services import access, refunds
from commerce.staff import doors, logbook
from core import clock
from core.money import Money
from learning.models import AccessGrant

MOST_EVENTS = 100
# Stripe's names for how a subscription or a dispute stands.
WORDS = {
    "active": _lazy("paid"),
    "trialing": _lazy("on trial"),
    "past_due": _lazy("the renewal failed, Stripe tries again"),
    "unpaid": _lazy("the renewal failed, Stripe has given up"),
    "canceled": _lazy("ended"),
    "incomplete": _lazy("the first payment is open"),
    "incomplete_expired": _lazy("the first payment never came"),
    "paused": _lazy("paused"),
    "warning_needs_response": _lazy("an inquiry that wants an answer"),
    "warning_under_review": _lazy("an inquiry under review"),
    "warning_closed": _lazy("an inquiry, closed"),
    "needs_response": _lazy("wants an answer"),
    "under_review": _lazy("under review"),
    "won": _lazy("won"),
    "lost": _lazy("lost"),
}


@dataclass(frozen=True)
class Moment:
    """One line of an order's story."""

    at: datetime
    text: str
    by: str = ""


@dataclass(frozen=True)
class Sold:
    """A line with the rule that holds for it, and its courses with the grants that it gave."""

    line: Line
    rule: Rule
    courses: list[tuple[LineCourse, AccessGrant | None]]


@dataclass(frozen=True)
class Paid:
    """A payment with what is left of it."""

    payment: Payment
    left: Money
    refunds: list[Refund]
    disputes: list[tuple[Dispute, str]]


def plainly(status: str) -> str:
    """Stripe's name for a state in words; as it is where Stripe has made a new one."""
    return str(WORDS.get(status, status))


def about(order: Order, user: Any) -> dict[str, Any]:
    """Everything on the page; statements do not grow but by a few for each line and payment."""
    payments = list(
        order.payments.prefetch_related("refunds__by", "refunds__credit_note", "disputes").order_by(
            "pk"
        )
    )
    lines = list(order.lines.select_related("offer").prefetch_related("courses__course"))
    subscription = Subscription.objects.filter(order=order).first()
    grants = _grants(lines)
    events = list(
        StripeEvent.objects.filter(order=order).defer("body").order_by("-pk")[:MOST_EVENTS]
    )
    paid, rows = [_paid(one) for one in payments], access.rows_of(order)
    return {
        "order": order,
        "sold": [
            Sold(
                line,
                access.decide(order, line, rows),
                [
                    (course, grants.get(access.source_key(line, course.course_id)))
                    for course in line.courses.all()
                ],
            )
            for line in lines
        ],
        "payments": paid,
        "refundable": any(one.left.amount_minor for one in paid),
        "invoices": list(Invoice.objects.filter(payment__order=order).order_by("pk")),
        "subscription": subscription,
        "subscription_words": plainly(subscription.status) if subscription else "",
        "events": events,
        "story": story(order, payments, subscription),
        "now": clock.now(),
        "may": {
            "refund": user.has_perm(doors.REFUND),
            "resolve": user.has_perm(doors.RESOLVE),
            "reconcile": user.has_perm(doors.RECONCILE),
            "people": all(user.has_perm(one) for one in doors.SEE_PEOPLE),
            "events": user.has_perm("commerce.view_stripeevent"),
        },
    }


def _grants(lines: list[Line]) -> dict[str, AccessGrant]:
    keys = [
        access.source_key(line, course.course_id) for line in lines for course in line.courses.all()
    ]
    found = AccessGrant.objects.filter(source=AccessGrant.Source.ORDER, source_key__in=keys)
    return {one.source_key: one for one in found.select_related("enrolment__course")}


def _paid(payment: Payment) -> Paid:
    back = list(payment.refunds.all())
    gone = sum(one.amount_minor for one in back if one.status in refunds.COUNTED)
    left = Money(payment.amount_minor - gone, payment.currency)
    disputes = [(one, plainly(one.status)) for one in payment.disputes.all()]
    return Paid(payment, left, back, disputes)


def story(order: Order, payments: list[Payment], subscription: Subscription | None) -> list[Moment]:
    """What happened to an order, the newest first."""
    moments = [*_of_order(order), *_of_money(payments)]
    if subscription is not None and subscription.ended_at is not None:
        moments.append(Moment(subscription.ended_at, _("The subscription ended.")))
    # Refunds tell by themselves who gave them, and why.
    for entry in logbook.entries((Order, [order.pk])).exclude(action="commerce.refund"):
        by = entry.user.display_name if entry.user else ""
        moments.append(Moment(entry.timestamp, entry.message, by))
    # Stripe counts in seconds: what is paid in the second it was ordered in came after.
    return sorted(moments, key=lambda one: one.at.replace(microsecond=0))[::-1]


def _of_order(order: Order) -> Iterator[Moment]:
    yield Moment(order.created_at, _("Ordered."))
    if order.paid_at is not None:
        yield Moment(order.paid_at, _("Paid."))
    elif order.closed_at is not None:
        yield Moment(order.closed_at, f"{order.get_state_display()}.")


def _of_money(payments: list[Payment]) -> Iterator[Moment]:
    for payment in payments:
        yield Moment(payment.at, _("%(amount)s came in.") % {"amount": payment.money})
        for refund in payment.refunds.all():
            yield Moment(
                refund.at,
                _("%(amount)s goes back: %(status)s. %(reason)s")
                % {
                    "amount": refund.money,
                    "status": refund.get_status_display(),
                    "reason": refund.reason,
                },
                refund.by.display_name if refund.by else "",
            )
        for dispute in payment.disputes.all():
            yield Moment(
                dispute.at,
                _("The buyer’s bank asks %(amount)s back: %(status)s.")
                % {
                    "amount": Money(dispute.amount_minor, payment.currency),
                    "status": plainly(dispute.status),
                },
            )
