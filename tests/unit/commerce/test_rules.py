"""The table of access: each situation has one answer."""

from itertools import product

from commerce import rules
from commerce.models import Order
from commerce.rules import Access, Facts
from commerce.states import CLOSED_UNPAID, STEPS

STATUSES = (
    *("warning_needs_response", "warning_under_review", "warning_closed"),
    *("needs_response", "under_review", "won", "lost"),
)


def test_every_situation_can_come_about_and_has_one_rule() -> None:
    met = {
        rules.rule_for(Facts(paid, held, ends, frozenset({dispute}), subscription)).situation
        for paid, held, ends in product((True, False), repeat=3)
        for dispute in ("", *STATUSES)
        for subscription in ("", "active", "past_due", "canceled", "unpaid")
    }
    assert met == {rule.situation for rule in rules.RULES}


def test_disputes() -> None:
    found = {one: rules.rule_for(Facts(True, disputes=frozenset({one}))).access for one in STATUSES}
    assert found == {
        "warning_needs_response": Access.OPEN,
        "warning_under_review": Access.OPEN,
        "warning_closed": Access.OPEN,
        "needs_response": Access.PAUSED,
        "under_review": Access.PAUSED,
        "won": Access.OPEN,
        "lost": Access.ENDED,
    }


def test_money_is_never_turned_away() -> None:
    for state in (Order.State.OPEN, Order.State.PENDING, *CLOSED_UNPAID):
        assert {Order.State.PAID, Order.State.HELD} <= STEPS[state]
    assert set(STEPS) == set(Order.State)
