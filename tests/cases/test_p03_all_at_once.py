"""P3: webhooks, success page, sweeper and reconciliation at the same moment are one enrolment.

All have asked Stripe before anybody writes: the bad moment is forced by a barrier between the two.
Seen to fail: the control below leaves out the comparison of `version`, and everything that happens
once happens several times.
"""

import multiprocessing
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from commerce import jobs
from commerce.models import Invoice, Order, Payment
from commerce.services import fulfilment, orders, reconciliation
from core import clock, outbox
from core.models import OutboxMessage
from integrations.stripe.standin import StandIn
from learning.models import AccessGrant, Enrolment
from tests.factories import commerce as shop
from tests.factories import deliveries

PATIENCE_SECONDS = 20
pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def rush(standin: StandIn) -> Order:
    """Five ways to the same order; each waits for the others between asking and writing."""
    order = shop.ordered(shop.offer())
    deliveries.pay(order)
    events = deliveries.bodies(standin)[-2:]
    barrier = multiprocessing.get_context("fork").Barrier(5)
    ask: Any = fulfilment.ask
    waited: list[bool] = []

    def ask_and_wait(*asked: Any) -> Any:
        found = ask(*asked)
        if not waited:
            waited.append(True)
            barrier.wait(PATIENCE_SECONDS)
        return found

    def webhook(body: bytes) -> None:
        assert deliveries.deliver(standin, body) == 200
        outbox.deliver_due()

    def success() -> None:
        client = Client()
        client.force_login(order.user)
        assert client.get("/checkout/done/", {"session": order.session_id}).status_code == 302

    at_once = patch.object(fulfilment, "LOOK_EVERY", timedelta(minutes=-1))
    with at_once, patch.object(fulfilment, "ask", ask_and_wait):
        codes = deliveries.at_once(
            lambda: fulfilment.refresh(order),
            success,
            jobs.refresh_unsettled,
            lambda: reconciliation.run(since=clock.now() - timedelta(days=1)),
            lambda: webhook(events[-1]),
        )
    assert set(codes) == {0}
    outbox.drain()
    return Order.objects.get(pk=order.pk)


def news() -> int:
    return OutboxMessage.objects.filter(kind=orders.PAID).count()


def test_P03_five_ways_at_once_are_one_enrolment_and_one_receipt(stand_in: StandIn) -> None:
    order = rush(stand_in)
    assert order.state == Order.State.PAID
    for model in (Payment, Invoice, Enrolment, AccessGrant):
        assert model._default_manager.count() == 1, model
    assert news() == 1


def test_P03_control_without_the_version_there_are_several(stand_in: StandIn) -> None:
    apply: Any = fulfilment.apply

    def regardless(pk: int, version: int, truth: Any) -> Any:
        Order.objects.filter(pk=pk).update(version=version, paid_at=None)
        return apply(pk, version, truth)

    with patch.object(fulfilment, "apply", regardless):
        rush(stand_in)
    assert news() > 1
