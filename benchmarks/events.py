"""Events as Stripe sends them, each another one, signed when it is asked for."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from itertools import count

from benchmarks.load import Request

PATH = "/webhooks/stripe/"
SECRET = "whsec_of_the_benchmark"  # noqa: S105 - signs nothing but what is made here
KEYS = {
    "STRIPE_SECRET_KEY": "sk_test_of_the_benchmark",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_of_the_benchmark",
    "STRIPE_WEBHOOK_SECRET": SECRET,
}


def events(name: str) -> Iterator[Request]:
    """Completed checkouts of nobody we know, of a usual size."""
    for number in count():
        session = {"id": f"cs_{name}_{number}", "object": "checkout.session", "metadata": {}}
        session |= {f"field_{index}": "x" * 40 for index in range(60)}
        body = json.dumps(
            {
                "id": f"evt_{name}_{number}", "object": "event", "livemode": False,
                "type": "checkout.session.completed", "created": int(time.time()),
                "api_version": "2026-10-28.endive", "data": {"object": session},
            }
        ).encode()  # fmt: skip
        moment = int(time.time())
        mac = hmac.new(SECRET.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json", "Stripe-Signature": f"t={moment},v1={mac}"
        }  # fmt: skip
        yield Request(PATH, headers, "POST", body)
