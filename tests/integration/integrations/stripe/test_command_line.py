"""Stripe's own command line, the second client: what it does to Stripe, it does to the stand-in."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations.stripe.standin import StandIn

TOOL = Path(__file__).resolve().parents[4] / "node_modules" / ".bin" / "stripe"
pytestmark = pytest.mark.skipif(
    not TOOL.exists(), reason="Stripe's command line is not installed: npm ci"
)
# It has longer ideas of a key than the SDK.
KEY = "sk_test_standin0123456789"


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn(secret_key=KEY).running() as running:
        yield running


def trigger(standin: StandIn, event: str, home: Path) -> list[str]:
    """The kinds of events that came of it."""
    nowhere = "http://127.0.0.1:9"
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        # It would report home, and look for newer versions of itself.
        "STRIPE_CLI_TELEMETRY_OPTOUT": "1",
        "HTTPS_PROXY": nowhere,
        "NO_PROXY": "127.0.0.1",
    }
    before = len(standin.all("event"))
    ended = subprocess.run(  # noqa: S603
        [str(TOOL), "trigger", event, "--api-key", KEY, "--api-base", standin.base],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Trigger succeeded" in ended.stdout, ended.stderr
    return [one["type"] for one in standin.all("event")[before:]]


@pytest.mark.parametrize(
    "event",
    [
        "checkout.session.completed",
        "checkout.session.expired",
        "charge.refunded",
        "charge.dispute.created",
        "customer.subscription.created",
        "customer.subscription.deleted",
        "invoice.paid",
        "invoice.payment_failed",
    ],
)
def test_what_it_triggers_happens(standin: StandIn, tmp_path: Path, event: str) -> None:
    assert event in trigger(standin, event, tmp_path)


@pytest.mark.parametrize("word", ["succeeded", "failed"])
def test_delayed_payments_settle_as_it_wants_them_to(
    standin: StandIn, tmp_path: Path, word: str
) -> None:
    event = f"checkout.session.async_payment_{word}"
    assert "checkout.session.completed" in trigger(standin, event, tmp_path)
    standin.advance(3 * 86_400)
    assert standin.all("event")[-1]["type"] == event


def test_it_is_checked_like_everybody_else(standin: StandIn, tmp_path: Path) -> None:
    trigger(standin, "checkout.session.completed", tmp_path)
    (session,) = standin.all("checkout.session")
    assert (session["amount_total"], session["payment_status"]) == (3000, "paid")
    assert {one.path for one in standin.calls} >= {"/v1/products", "/v1/prices"}
