"""Stripe's stand-in for tests, its client, and what a buyer does on the payment page."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from config.content_policy import content_policy, payment_pages
from integrations.stripe.client import Client
from integrations.stripe.shapes import Line, Session
from integrations.stripe.standin import StandIn

SUCCESS = "http://127.0.0.1/thanks?s={CHECKOUT_SESSION_ID}"
CANCEL = "http://127.0.0.1/cart"


@pytest.fixture
def stripe_standin() -> Iterator[StandIn]:
    with StandIn(retry_after=(0.05, 0.1, 0.2)).running() as running:
        yield running


@pytest.fixture
def stripe_client(stripe_standin: StandIn) -> Client:
    return Client(stripe_standin.keys, timeout=2)


def settings_for(standin: StandIn) -> dict[str, Any]:
    """What the environment of a site with this account would make of its settings."""
    keys = standin.keys
    return {
        "STRIPE_SECRET_KEY": keys.secret_key,
        "STRIPE_PUBLISHABLE_KEY": keys.publishable_key,
        "STRIPE_WEBHOOK_SECRET": ",".join(keys.webhook_secrets),
        "STRIPE_API_BASE": keys.api_base,
        "CONTENT_SECURITY_POLICY": content_policy(
            payment_pages=payment_pages(keys.secret_key, keys.api_base)
        ),
    }


def checkout(client: Client, *lines: Line, key: str = "session-1", **more: Any) -> Session:
    """An open session for a customer of its own; by default for one course."""
    customer = client.create_customer(
        email="ada@example.org", name="Ada", user_ref="7", key=f"{key}-customer"
    )
    wanted: dict[str, Any] = {
        "customer": customer,
        "client_reference_id": "L-1",
        "metadata": {"order": "1"},
        "success_url": SUCCESS,
        "cancel_url": CANCEL,
        "key": key,
    }
    return client.create_session(lines or [Line("Course", 4900, "EUR")], **(wanted | more))


def on_page(session: Session, **fields: str) -> httpx.Response:
    """What a buyer sends from the payment page: `way` to pay, or `code`."""
    return httpx.post(session.url, data=fields)


def paid(client: Client, *lines: Line, way: str = "card", **more: Any) -> Session:
    """A session, once its buyer has paid."""
    made = checkout(client, *lines, **more)
    assert on_page(made, way=way).status_code == 303
    return client.get_session(made.id)
