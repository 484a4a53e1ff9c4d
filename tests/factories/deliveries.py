"""Stripe's deliveries as they come: signed, doubled, shuffled, many at once, to many processes."""

import json
import multiprocessing
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from django.db import connections
from django.test import Client

from commerce.models import Order
from core import clock, outbox
from core.models import OutboxMessage
from integrations.stripe import account
from integrations.stripe.standin import StandIn
from tests.factories import commerce as shop
from tests.factories.processes import forked

PATIENCE_SECONDS = 60
PATH = "/webhooks/stripe/"


def pay(order: Order, way: str = "card") -> None:
    """The buyer pays on the stand-in's page."""
    assert httpx.post(order.session_url, data={"way": way}).status_code == 303


def bodies(standin: StandIn) -> list[bytes]:
    """Every event that has happened, as it is sent."""
    return [json.dumps(event).encode() for event in standin.all("event")]


def start_anew() -> None:
    """In a copy of the process: connections to Stripe of its own."""
    account._client.cache_clear()


def deliver(standin: StandIn, body: bytes) -> int:
    """One delivery by one connection; the answer's status."""
    secret = standin.keys.webhook_secrets[0]
    try:
        return shop.knock(
            Client(raise_request_exception=False), body, shop.signed(body, secret=secret)
        )
    finally:
        connections.close_all()


def storm(standin: StandIn, copies: int, *, processes: int = 4, threads: int = 8,
          seed: int = 1) -> list[int]:  # fmt: skip
    """Each event so many times, shuffled, to all processes at once; those work on them, too.

    What is not answered by 2xx is sent again, as Stripe does; what failed on a deadlock is tried
    again, as the sweeper does later. Returns the processes' exit codes.
    """
    sent = [body for body in bodies(standin) for _copy in range(copies)]
    random.Random(seed).shuffle(sent)
    barrier = multiprocessing.get_context("fork").Barrier(processes)

    def some(which: int) -> Callable[[], None]:
        def work() -> None:
            start_anew()
            barrier.wait(PATIENCE_SECONDS)
            waiting: Sequence[bytes] = sent[which::processes]
            with ThreadPoolExecutor(threads) as pool:
                for _try in range(10):
                    codes = list(pool.map(lambda body: deliver(standin, body), waiting))
                    pairs = zip(waiting, codes, strict=True)
                    waiting = [body for body, code in pairs if not 200 <= code < 300]
                    outbox.drain()
                    if not waiting:
                        return
            raise AssertionError(f"{len(waiting)} deliveries were never taken")

        return work

    codes = forked(*[some(which) for which in range(processes)])
    tried_again()
    return codes


def tried_again() -> None:
    """The wait of messages that failed once is over."""
    OutboxMessage.objects.filter(done_at=None, gave_up_at=None).update(due_at=clock.now())
    outbox.drain()


def at_once(*actions: Callable[[], Any]) -> list[int]:
    """Each action in a process of its own, all at the same moment."""
    barrier = multiprocessing.get_context("fork").Barrier(len(actions))

    def ready(action: Callable[[], Any]) -> Callable[[], None]:
        def work() -> None:
            start_anew()
            barrier.wait(PATIENCE_SECONDS)
            action()

        return work

    return forked(*map(ready, actions))
