"""Runs the stand-in until Ctrl-C: `python -m integrations.stripe.standin --port 8001 …`."""

import argparse
import os
import signal
from pathlib import Path
from threading import Event

from integrations.stripe.standin import StandIn


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m integrations.stripe.standin")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--webhook", default="", help="the site's address for messages")
    parser.add_argument("--file", type=Path, help="keeps everything over a restart")
    parser.add_argument("--tax", type=int, default=0, help="what automatic tax comes to, in %%")
    wanted = parser.parse_args()
    standin = StandIn(
        port=wanted.port,
        webhook_url=wanted.webhook,
        # No argument: the list of processes shows those to everybody.
        webhook_secret=os.environ.get("STRIPE_WEBHOOK_SECRET") or "whsec_standin",
        secret_key=os.environ.get("STRIPE_SECRET_KEY") or "sk_test_standin",
        tax_percent=wanted.tax,
        file=wanted.file,
    )
    ended = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with standin.running():
        print(f"The stand-in for Stripe is at {standin.base}/dashboard", flush=True)  # noqa: T201
        ended.wait()


if __name__ == "__main__":
    main()
