"""P7: wherever the work stops, nothing is half done, and the next try completes it.

The process is killed (kill −9) before the event is kept, after that, before the order's transaction
commits, after it, and before the answer. Seen to fail: with the grants given outside of the order's
transaction, in `fulfilment.apply`.
"""

import os
import signal
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest

from commerce.models import Invoice, Order, Payment, StripeEvent
from commerce.services import access, events, fulfilment, orders
from core import clock, outbox
from core.models import OutboxMessage
from integrations.stripe.standin import StandIn
from learning.models import AccessGrant, Enrolment
from tests.factories import commerce as shop
from tests.factories import deliveries
from tests.factories.processes import forked

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def dies(*_args: Any, **_kwargs: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def then_dies(function: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(*args: Any, **kwargs: Any) -> None:
        function(*args, **kwargs)
        dies()

    return wrapped


POINTS: dict[str, tuple[object, str, Callable[..., Any]]] = {
    "before the event is kept": (events, "receive", dies),
    "after the event was kept": (events, "receive", then_dies(events.receive)),
    "before anything is written": (fulfilment, "_keep_money", dies),
    "when it is paid": (orders, "announce_paid", then_dies(orders.announce_paid)),
    "before the commit": (access, "settle", then_dies(access.settle)),
    "after the commit": (fulfilment, "apply", then_dies(fulfilment.apply)),
}


def everything() -> list[int]:
    return [model._default_manager.count() for model in (Payment, Invoice, Enrolment, AccessGrant)]


@pytest.mark.parametrize("point", POINTS)
def test_P07_nothing_is_half_done_and_the_next_try_completes_it(
    stand_in: StandIn, point: str
) -> None:
    order = shop.ordered(shop.offer())
    deliveries.pay(order)
    body = deliveries.bodies(stand_in)[-1]
    place, name, fault = POINTS[point]

    def first_try() -> None:
        deliveries.start_anew()
        with patch.object(place, name, fault):
            deliveries.deliver(stand_in, body)
            outbox.deliver_due()

    assert forked(first_try) == [-signal.SIGKILL]
    done = everything()
    assert done in ([0, 0, 0, 0], [1, 1, 1, 1])
    order.refresh_from_db()
    assert (order.paid_at is not None) == bool(done[0])

    # Stripe sends it again, and a claim that nobody holds any more is taken over.
    assert deliveries.deliver(stand_in, body) == 200
    OutboxMessage.objects.update(claimed_until=None, due_at=clock.now())
    outbox.drain()
    assert everything() == [1, 1, 1, 1]
    assert StripeEvent.objects.get().state == "done"
    assert OutboxMessage.objects.filter(kind=orders.PAID).count() == 1


def test_P07_an_error_stays_on_the_record_until_a_try_succeeds(stand_in: StandIn) -> None:
    order = shop.ordered(shop.offer())
    deliveries.pay(order)
    stand_in.faults.set({"status": "500"})
    assert deliveries.deliver(stand_in, deliveries.bodies(stand_in)[-1]) == 200
    outbox.deliver_due()
    event = StripeEvent.objects.get()
    assert (event.state, event.tries) == ("failed", 1)
    assert "500" in event.last_error
    assert everything() == [0, 0, 0, 0]

    stand_in.faults.clear()
    OutboxMessage.objects.update(due_at=clock.now())
    outbox.drain()
    event.refresh_from_db()
    assert (event.state, event.tries, event.last_error) == ("done", 2, "")
    assert Order.objects.get().state == "paid"
    assert everything() == [1, 1, 1, 1]
