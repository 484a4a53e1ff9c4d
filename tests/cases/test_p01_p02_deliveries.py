"""P1, P2, L6: however often, in whatever order and to however many processes Stripe delivers, each
purchase is one order, one enrolment and one receipt, and each event is worked on once.

`small` here; 500 purchases × 20 deliveries by `bin/test --full=p01` (docs/full-runs.md).

Seen to fail: the control below takes the unique event id away; without the comparison of `version`
in `fulfilment.apply` there are two receipts.
"""

import json
import secrets
from collections import Counter
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest

from commerce.models import Invoice, Order, Payment, StripeEvent
from commerce.services import events
from core.models import OutboxMessage
from integrations.stripe.standin import StandIn
from learning.models import AccessGrant, Enrolment
from messaging.models import KeptEmail
from tests.factories import commerce as shop
from tests.factories import deliveries
from tests.factories.accounts import UserFactory

COPIES = 20
pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture(autouse=True)
def kept_mail(settings: Any) -> None:
    """Receipts are counted in the database: copies of the process have no memory in common."""
    settings.EMAIL_BACKEND = "messaging.mailbox.EmailBackend"


def purchases(number: int) -> list[Order]:
    offer = shop.offer(shop.course())
    made = [shop.ordered(offer, user=user) for user in UserFactory.create_batch(number)]
    for order in made:
        deliveries.pay(order)
    return made


def test_P01_twenty_deliveries_of_each_purchase_are_one_of_everything(
    stand_in: StandIn, full_size: Callable[..., int]
) -> None:
    number = full_size("p01", small=25, full=500)
    orders = purchases(number)
    # The events of one purchase together make up its twenty deliveries.
    each = -(-COPIES * number // len(deliveries.bodies(stand_in)))
    assert set(deliveries.storm(stand_in, each)) == {0}
    assert Order.objects.filter(state="paid", attention="").count() == number
    for model in (Payment, Invoice, Enrolment, AccessGrant):
        assert model._default_manager.count() == number, model
    receipts = Counter(KeptEmail.objects.values_list("to", flat=True))
    assert receipts == Counter(order.user.email for order in orders)
    assert StripeEvent.objects.count() == len(deliveries.bodies(stand_in))
    assert not StripeEvent.objects.exclude(state__in=["done", "ignored"]).exists()
    assert not OutboxMessage.objects.filter(done_at=None).exists()
    numbers = Invoice.objects.order_by("number").values_list("number", flat=True)
    assert [int(one.rpartition("-")[2]) for one in numbers] == list(range(1, number + 1))


def fifty_of_one(standin: StandIn) -> None:
    """One event, fifty times at once, by ten processes."""
    purchases(1)
    body = next(
        one for one in deliveries.bodies(standin)
        if json.loads(one)["type"] == "checkout.session.completed"
    )  # fmt: skip

    def five() -> None:
        codes = {deliveries.deliver(standin, body) for _one in range(5)}
        assert codes == {200}

    assert set(deliveries.at_once(*[five] * 10)) == {0}


def test_P02_one_event_fifty_times_at_once_is_kept_once(stand_in: StandIn) -> None:
    fifty_of_one(stand_in)
    assert StripeEvent.objects.count() == 1
    assert set(deliveries.at_once(*[events.take_up] * 4)) == {0}
    assert OutboxMessage.objects.filter(kind="commerce.stripe_event").count() == 1


def test_P02_control_without_the_unique_id_it_is_kept_fifty_times(stand_in: StandIn) -> None:
    real: Any = StripeEvent.save

    def anonymous(self: StripeEvent, *args: Any, **kwargs: Any) -> None:
        self.event_id += secrets.token_hex(4)
        real(self, *args, **kwargs)

    with patch.object(StripeEvent, "save", anonymous):
        fifty_of_one(stand_in)
    assert StripeEvent.objects.count() == 50
