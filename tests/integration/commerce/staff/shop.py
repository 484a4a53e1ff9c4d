"""A shop with its staff: who sells, who helps, and orders in several states."""

from typing import Any

from django.test import Client

from accounts.models import User
from commerce.models import Offer, Order, Payment
from commerce.services import fulfilment
from core import outbox
from tests.cases import measure
from tests.factories import commerce as make
from tests.factories.accounts import UserFactory
from tests.factories.commerce import Account

RECORDS = measure.RECORDS


def staff(role: str) -> User:
    user: User = UserFactory(roles=[role])
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def client_as(role: str) -> Client:
    return client_of(staff(role))


def paid(account: Account, *offers: Offer, user: User | None = None, **more: Any) -> Order:
    """An order whose money has come."""
    order = make.ordered(*(offers or (make.offer(),)), user=user, **more)
    account.pay(order)
    order = fulfilment.refresh(order)
    assert order.state == Order.State.PAID
    return order


def held(account: Account, *offers: Offer) -> Order:
    """An order for which a smaller amount was paid."""
    order = make.ordered(*(offers or (make.offer(),)))
    account.pay(order, amount_total=1)
    order = fulfilment.refresh(order)
    assert order.state == Order.State.HELD
    return order


def payment(order: Order) -> Payment:
    return order.payments.get()


def settle() -> None:
    """Let what was recorded be sent."""
    outbox.drain()
