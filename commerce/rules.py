"""Who may study what was bought: one written table. Pure.

Each order is in exactly one situation, the first whose question is answered yes. `docs/commerce.md`
prints the same rows, and a test compares them.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

GRACE = timedelta(days=7)
"""How long a subscription whose renewal failed stays open."""

DISPUTE_OPEN = frozenset({"needs_response", "under_review"})
DISPUTE_LOST = frozenset({"lost", "charge_refunded"})
RENEWAL_FAILED = frozenset({"past_due"})
# `trialing` is not sold, but a person may set it at Stripe.
RUNNING = frozenset({"active", "trialing"})


class Access(StrEnum):
    NONE = "none"
    OPEN = "open"
    UNTIL_PERIOD_ENDS = "until_period_ends"
    UNTIL_GRACE_ENDS = "until_grace_ends"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True)
class Facts:
    """What decides. `subscription` is Stripe's status, "" for what is paid once."""

    paid: bool
    held: bool = False
    refund_ends_access: bool = False
    disputes: frozenset[str] = frozenset()
    subscription: str = ""


@dataclass(frozen=True)
class Rule:
    situation: str
    means: Any
    applies: Callable[[Facts], bool]
    access: Access
    told: Any
    """What the buyer reads; "" where nothing has to be said."""


RULES = (
    Rule(
        "unpaid",
        _("Not paid: open, on its way, failed, expired or cancelled"),
        lambda facts: not facts.paid,
        Access.NONE,
        "",
    ),
    Rule(
        "held",
        _("Paid, but not what was ordered"),
        lambda facts: facts.held,
        Access.NONE,
        _("We have your payment and are checking it. You need do nothing."),
    ),
    Rule(
        "refunded",
        _("All that was paid last went back, or some so that access ends; failed does not count"),
        lambda facts: facts.refund_ends_access,
        Access.ENDED,
        _("Your money was paid back, so this purchase no longer opens the course."),
    ),
    Rule(
        "dispute_lost",
        _("The bank took the money back for good"),
        lambda facts: bool(facts.disputes & DISPUTE_LOST),
        Access.ENDED,
        _("Your bank took the payment back, so this purchase no longer opens the course."),
    ),
    Rule(
        "dispute_open",
        _("The bank asks for what was paid last"),
        lambda facts: bool(facts.disputes & DISPUTE_OPEN),
        Access.PAUSED,
        _("Your bank is questioning this payment. The course opens again once that is settled."),
    ),
    Rule(
        "renewal_failed",
        _("A subscription’s renewal failed, and Stripe tries again"),
        lambda facts: facts.subscription in RENEWAL_FAILED,
        Access.UNTIL_GRACE_ENDS,
        _("Your last payment failed. Please look at your card, so that the course stays open."),
    ),
    Rule(
        "subscribed",
        _("A subscription that is paid"),
        lambda facts: facts.subscription in RUNNING,
        Access.UNTIL_GRACE_ENDS,
        "",
    ),
    Rule(
        "subscription_ended",
        _("A subscription that was ended"),
        lambda facts: facts.subscription != "",
        Access.UNTIL_PERIOD_ENDS,
        _("Your subscription has ended."),
    ),
    Rule(
        "paid",
        _("Paid, and not taken back"),
        lambda facts: True,
        Access.OPEN,
        "",
    ),
)


def rule_for(facts: Facts) -> Rule:
    """The one rule that holds; the last one always does."""
    return next(rule for rule in RULES if rule.applies(facts))


def ends_at(access: Access, paid_until: datetime | None) -> datetime | None:
    """When a subscription's access ends by itself; None where nothing is paid yet."""
    if paid_until is None:
        return None
    return paid_until + (GRACE if access is Access.UNTIL_GRACE_ENDS else timedelta())


def is_for_good(interval: str, access_days: int | None) -> bool:
    """Whether what is sold so is had for ever."""
    return not interval and not access_days


@dataclass(frozen=True)
class Owned:
    """Courses that somebody bought for good, and those that a running subscription opens."""

    for_good: frozenset[int] = frozenset()
    subscribed: frozenset[int] = frozenset()

    def has_all(self, courses: Collection[int], interval: str, access_days: int | None) -> bool:
        """Whether buying these so would give nothing: who only subscribed may buy them for good."""
        had = self.for_good
        if not is_for_good(interval, access_days):
            had |= self.subscribed
        return bool(courses) and had.issuperset(courses)

    def only_subscribed(self, courses: Collection[int]) -> bool:
        """Whether some of these are open by a subscription and by nothing that stays."""
        return bool(self.subscribed.intersection(courses) - self.for_good)
