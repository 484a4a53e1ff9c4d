"""The stand-in's messages: signed, delivered until they are taken, lost and shuffled by switch."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from core import clock
from integrations.stripe.client import Client
from integrations.stripe.shapes import Event, Forged
from integrations.stripe.standin import StandIn
from tests.factories.stripe import paid


class Site:
    """Takes messages as the site would; answers `refuses` of them with 500 first."""

    def __init__(self) -> None:
        self.bodies: list[tuple[bytes, str]] = []
        self.refuses = 0
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                site.bodies.append((body, self.headers["Stripe-Signature"]))
                site.refuses -= 1
                self.send_response(500 if site.refuses >= 0 else 200)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                return None

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/webhooks/stripe/"


@contextmanager
def _served(site: Site) -> Iterator[Site]:
    thread = Thread(target=site.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield site
    site.server.shutdown()
    site.server.server_close()
    thread.join(5)


@pytest.fixture
def site() -> Iterator[Site]:
    with _served(Site()) as served:
        yield served


@pytest.fixture
def account(site: Site) -> Iterator[StandIn]:
    with StandIn(webhook_url=site.url, retry_after=(0.05, 0.05, 0.05)).running() as running:
        yield running


@pytest.fixture
def client(account: StandIn) -> Client:
    return Client(account.keys, timeout=2)


def taken(site: Site, client: Client) -> list[Event]:
    return [client.event(body, signature) for body, signature in site.bodies]


def test_everything_that_happens_is_told_once_and_signed(
    site: Site, account: StandIn, client: Client
) -> None:
    found = paid(client)
    assert account.webhooks.wait()
    events = taken(site, client)
    assert sorted(one.type for one in events) == [
        "charge.succeeded",
        "checkout.session.completed",
        "customer.created",
        "payment_intent.created",
        "payment_intent.succeeded",
    ]
    (done,) = (one for one in events if one.type == "checkout.session.completed")
    assert (done.object["id"], done.object["metadata"]) == (found.id, {"order": "1"})
    assert done == client.get_event(done.id)
    assert all(one["pending_webhooks"] == 0 for one in account.all("event"))


def test_what_is_refused_is_told_again(site: Site, account: StandIn, client: Client) -> None:
    site.refuses = 2
    client.create_customer(email="a@example.org", name="", user_ref="1", key="c")
    assert account.webhooks.wait()
    assert len({one.id for one in taken(site, client)}) == 1
    assert [(one.attempt, one.status) for one in account.webhooks.log] == [
        (1, 500),
        (2, 500),
        (3, 200),
    ]


def test_what_nobody_takes_is_given_up(site: Site, account: StandIn, client: Client) -> None:
    site.server.server_close()
    client.create_customer(email="a@example.org", name="", user_ref="1", key="c")
    assert account.webhooks.wait()
    assert [one.status for one in account.webhooks.log] == [0] * 4
    assert account.all("event")[0]["pending_webhooks"] == 1


def test_messages_are_lost_doubled_and_shuffled_by_switch(
    site: Site, account: StandIn, client: Client
) -> None:
    switches = f"{account.base}/_faults"
    httpx.post(switches, data={"drop": "1"})
    paid(client)
    assert account.webhooks.wait()
    assert site.bodies == []
    assert httpx.delete(switches).json()["drop"] is False
    httpx.post(switches, data={"copies": "3", "shuffle_s": "0.3"})
    paid(client, key="session-2")
    assert account.webhooks.wait()
    got = [one.id for one in taken(site, client)]
    made = [one["id"] for one in account.all("event")][5:]
    assert sorted(got) == sorted(made * 3)
    assert got != [one for one in made for _ in range(3)]
    assert httpx.post(switches, data={"copies": "many"}).status_code == 400
    assert httpx.post(switches, data={"nonsense": "1"}).status_code == 400


def test_a_moved_clock_does_not_age_messages(account: StandIn, client: Client, site: Site) -> None:
    account.advance(400 * 86_400)
    client.create_customer(email="a@example.org", name="", user_ref="1", key="c")
    assert account.webhooks.wait()
    (event,) = taken(site, client)
    assert (event.created - clock.now()).days in {399, 400}


def test_two_secrets_sign_while_they_are_changed(account: StandIn, client: Client) -> None:
    client.create_customer(email="a@example.org", name="", user_ref="1", key="c")
    (event,) = account.all("event")
    account.webhooks.secrets = ["whsec_new", *account.keys.webhook_secrets]
    body, signature = account.webhooks.message(event)
    assert signature.count("v1=") == 2
    assert client.event(body, signature).id == event["id"]
    now = time.time()
    for wrong in (
        {"secret": "whsec_other"},
        {"scheme": "v0"},
        {"at": now - 301},
        {"at": now + 302},
    ):
        asked: dict[str, Any] = wrong
        with pytest.raises(Forged):
            client.event(*account.webhooks.message(event, **asked))


def test_an_event_is_sent_again_from_the_dashboard(
    site: Site, account: StandIn, client: Client
) -> None:
    client.create_customer(email="a@example.org", name="", user_ref="1", key="c")
    assert account.webhooks.wait()
    (event,) = account.all("event")
    act = {"do": "resend", "of": event["id"]}
    assert httpx.post(f"{account.base}/dashboard", data=act).status_code == 303
    assert account.webhooks.wait()
    assert [one.id for one in taken(site, client)] == [event["id"]] * 2


def test_everything_outlives_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "stripe.json"
    with StandIn(file=file).running() as first:
        found = paid(Client(first.keys))
        first.advance(86_400)
    with StandIn(file=file).running() as second:
        client = Client(second.keys)
        assert client.get_session(found.id).charge == found.charge
        assert second.offset == 86_400
        assert paid(client).id == found.id
        assert httpx.get(f"{second.base}/dashboard").status_code == 200
    assert [one.name for one in tmp_path.iterdir()] == ["stripe.json"]
