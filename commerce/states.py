"""Which state of an order may follow which. Pure."""

from commerce.models import Order

State = Order.State

CLOSED_UNPAID = frozenset({State.FAILED, State.EXPIRED, State.CANCELLED})

# Stripe may know later than we do that an order was paid: money is never turned away.
STEPS: dict[str, frozenset[str]] = {
    State.OPEN: frozenset({State.PENDING, State.PAID, State.HELD}) | CLOSED_UNPAID,
    State.PENDING: frozenset({State.PAID, State.HELD, State.FAILED, State.EXPIRED}),
    State.PAID: frozenset({State.REFUNDED}),
    State.HELD: frozenset({State.PAID, State.REFUNDED}),
    State.FAILED: frozenset({State.PENDING, State.PAID, State.HELD}),
    State.EXPIRED: frozenset({State.PENDING, State.PAID, State.HELD}),
    State.CANCELLED: frozenset({State.PENDING, State.PAID, State.HELD}),
    # A refund may fail after all.
    State.REFUNDED: frozenset({State.PAID, State.HELD}),
}


def may_follow(before: str, after: str) -> bool:
    return after == before or after in STEPS[before]
