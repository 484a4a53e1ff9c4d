"""A message is believed once Stripe signed it, now, for us."""

import hashlib
import hmac
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from integrations.stripe.client import Client, construct_event
from integrations.stripe.shapes import Forged, Keys

DATA = os.environ.get("LECTERN_SHARED_DATA")
needs_data = pytest.mark.skipif(not DATA, reason="LECTERN_SHARED_DATA is not set")
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SECRET = "whsec_ours"
BODY = json.dumps(
    {
        "id": "evt_1",
        "object": "event",
        "type": "checkout.session.completed",
        "created": int(NOW.timestamp()),
        "livemode": False,
        "api_version": "2026-10-28.endive",
        "data": {"object": {"id": "cs_1", "object": "checkout.session", "title": "Çà et là"}},
    },
    indent=2,
).encode()


def mac(body: bytes, at: datetime, secret: str = SECRET) -> str:
    """By an implementation of our own, not by the SDK that is to be checked."""
    return hmac.new(secret.encode(), b"%d." % at.timestamp() + body, hashlib.sha256).hexdigest()


def header(at: datetime, *signatures: str) -> str:
    return ",".join([f"t={int(at.timestamp())}", *signatures])


def signed(body: bytes = BODY, at: datetime = NOW, secret: str = SECRET) -> str:
    return header(at, f"v1={mac(body, at, secret)}")


def read(body: bytes, signature: str, *secrets: str) -> Any:
    return construct_event(body, signature, secrets or (SECRET,), now=NOW)


def test_a_signed_message_says_what_happened() -> None:
    event = read(BODY, signed())
    assert (event.id, event.type, event.livemode, event.created) == (
        "evt_1",
        "checkout.session.completed",
        False,
        NOW,
    )
    assert event.object["id"] == "cs_1"
    assert event.account == ""


@pytest.mark.parametrize(
    ("signature", "secrets"),
    [
        (header(NOW, "v1=" + "0" * 64, f"v1={mac(BODY, NOW)}"), (SECRET,)),
        (header(NOW, f"v1={mac(BODY, NOW)}", f"v1={mac(BODY, NOW, 'whsec_new')}"), (SECRET,)),
        (signed(secret="whsec_new"), (SECRET, "whsec_new")),
        (signed(at=NOW - timedelta(seconds=300)), (SECRET,)),
        (signed(at=NOW + timedelta(seconds=300)), (SECRET,)),
    ],
    ids=["two v1", "two v1, both right", "two secrets", "300 s old", "300 s early"],
)
def test_changes_of_the_key_and_small_differences_of_clocks_do_no_harm(
    signature: str, secrets: tuple[str, ...]
) -> None:
    assert read(BODY, signature, *secrets).id == "evt_1"


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (BODY, ""),
        (BODY, signed(secret="whsec_other")),
        (BODY + b" ", signed()),
        (BODY.replace(b"cs_1", b"cs_2"), signed()),
        (json.dumps(json.loads(BODY)).encode(), signed()),
        (BODY, header(NOW, f"v0={mac(BODY, NOW)}")),
        (BODY, header(NOW)),
        (BODY, f"v1={mac(BODY, NOW)}"),
        (BODY, f"t=noon,v1={mac(BODY, NOW)}"),
        (BODY, f"t={'9' * 5000},v1={mac(BODY, NOW)}"),
        (BODY, signed(at=NOW - timedelta(seconds=301))),
        (BODY, signed(at=NOW + timedelta(seconds=301))),
        (BODY, signed(at=NOW + timedelta(days=1))),
        (BODY, header(NOW + timedelta(days=1), f"v1={mac(BODY, NOW)}")),
        (BODY, f"t={int((NOW - timedelta(days=1)).timestamp())}," + signed()),
        (BODY, header(NOW, "v1=é")),
        (BODY, header(NOW, "v1=\udc80")),
        (b"\xff", signed(b"\xff")),
        (b"[]", signed(b"[]")),
        (b"{}", signed(b"{}")),
        (b"not json", signed(b"not json")),
        (b"[" * 100_000, signed(b"[" * 100_000)),
        (b'{"object": "v2.core.event"}', signed(b'{"object": "v2.core.event"}')),
    ],
)
def test_anything_else_is_forged(body: bytes, signature: str) -> None:
    """Seen to fail with the comparison of times taken out, and with `abs` left out."""
    with pytest.raises(Forged):
        read(body, signature)


def test_without_a_secret_nothing_is_believed() -> None:
    for secrets in ((), ("",), (" ",)):
        with pytest.raises(Forged):
            construct_event(BODY, signed(secret=""), secrets, now=NOW)


@pytest.mark.parametrize("secret_key", ["sk_live_x", "rk_live_x"])
def test_a_test_does_not_count_on_a_live_site_nor_the_other_way_round(secret_key: str) -> None:
    """Seen to fail with the comparison of modes taken out."""
    test, live = (Client(Keys(key, "", (SECRET,))) for key in ("sk_test_x", secret_key))
    real = BODY.replace(b'"livemode": false', b'"livemode": true')
    assert test.event(BODY, signed(), now=NOW).id == live.event(real, signed(real), now=NOW).id
    for client, body in ((test, real), (live, BODY)):
        with pytest.raises(Forged, match="live"):
            client.event(body, signed(body), now=NOW)


@needs_data
def test_P06_messages_of_every_version_are_read() -> None:
    for path in Path(DATA or "", "stripe").glob("events-*/*.json"):
        body = path.read_bytes()
        event = read(body, signed(body))
        assert event.type == json.loads(body)["type"], path.name
