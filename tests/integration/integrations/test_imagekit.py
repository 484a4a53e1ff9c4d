"""ImageKit by its real SDK against the stand-in, and against vectors and samples of others."""

import json
import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest

from core import clock
from integrations.errors import PermanentFailure, TemporaryFailure
from integrations.imagekit.client import Client
from integrations.imagekit.shapes import MASTER, Forged, Keys
from integrations.imagekit.standin import StandIn
from tests.factories.imagekit import client_of, standin

__all__ = ["client_of", "standin"]
DATA = os.environ.get("LECTERN_SHARED_DATA")
needs_data = pytest.mark.skipif(not DATA, reason="LECTERN_SHARED_DATA is not set")
FILM = b"\0\0\0\x18ftypmp42" + b"\0" * 500
SOON = timedelta(minutes=5)


def sample(name: str) -> Any:
    return json.loads(Path(DATA or "", "imagekit", name).read_text())


def upload(standin: StandIn, fields: dict[str, str], **changed: str) -> int:
    form = fields | {"fileName": "a", "folder": "/lms/videos"} | changed
    files = {"file": ("film.mp4", FILM, "video/mp4")}
    return httpx.post(
        f"{standin.keys.api_base}/api/v1/files/upload", data=form, files=files
    ).status_code


def test_a_browser_uploads_once_with_what_was_signed(standin: StandIn, client_of: Client) -> None:
    fields = client_of.upload_fields(expires_at=clock.now() + SOON)
    assert upload(standin, fields, signature="0" * 40) == 403
    assert upload(standin, fields, expire=str(int(fields["expire"]) + 1)) == 403
    assert upload(standin, fields, publicKey="another") == 403
    assert standin.files == {}
    assert upload(standin, fields) == 200
    assert upload(standin, fields) == 403
    old = client_of.upload_fields(expires_at=clock.now() - SOON)
    assert upload(standin, old) == 403
    (made,) = standin.files.values()
    details = client_of.details(made.file_id)
    assert (details.path, details.size, details.mime) == ("/lms/videos/a", len(FILM), "video/mp4")


def test_B08_an_address_at_the_provider_holds_as_it_is_and_ends(
    standin: StandIn, client_of: Client
) -> None:
    """Seen to fail with the stand-in's comparison of signatures, and of the time, taken out."""
    film = standin.add("/lms/videos/a", FILM)
    film.parts = {MASTER: b"#EXTM3U\nik-240.m3u8\n", "ik-240.m3u8": b"#EXTM3U\n"}
    standin.add("/lms/videos/b", FILM)
    steps = [{"streaming_resolutions": ["240"]}]
    end = clock.now() + SOON
    good = client_of.signed_url(f"{film.path}/{MASTER}", expires_at=end, transformation=steps)
    assert httpx.get(good).status_code == 200
    asked = parse_qs(urlsplit(good).query)
    assert abs(int(asked["ik-t"][0]) - end.timestamp()) <= 2
    for other in (
        good.replace("sr-240", "sr-720"),
        good.replace("/a/", "/b/"),
        good.replace(f"ik-t={asked['ik-t'][0]}", "ik-t=9999999999"),
        good.replace(f"ik-t={asked['ik-t'][0]}&", ""),
        good.split("?", maxsplit=1)[0],
        f"{standin.keys.url_endpoint}{film.path}",
    ):
        assert httpx.get(other).status_code == 401, other
    variant = httpx.get(good).text.splitlines()[-1]
    assert httpx.get(f"{good.rsplit('/', 1)[0]}/{variant}").status_code == 200
    passed = client_of.signed_url(film.path, expires_at=clock.now() + timedelta(seconds=0.2))
    time.sleep(1.3)
    assert httpx.get(passed).status_code == 401


def test_B08_no_address_without_an_end_is_made(client_of: Client) -> None:
    """Seen to fail with the refusal of ends in the past taken out: the SDK then signs for ever."""
    for past in (timedelta(0), timedelta(days=-1)):
        with pytest.raises(ValueError, match="future"):
            client_of.signed_url("/a", expires_at=clock.now() + past)


@needs_data
def test_addresses_and_uploads_come_out_as_the_vectors_of_others() -> None:
    """By the SDK as our client asks it, and by the stand-in's own way of signing."""
    vectors = sample("url-signing-vectors.json")
    endpoint = vectors["url_endpoint"]
    account = StandIn()
    account.server.server_close()
    account.keys = Keys("", vectors["private_key"], endpoint)
    sdk = Client(account.keys)._sdk
    for vector in vectors["vectors"]:
        named, _, query = vector["url"].removeprefix(endpoint).partition("?")
        asked = [one for one in query.split("&") if one and not one.startswith("ik-s=")]
        options = dict(one.split("=", 1) for one in asked)
        more: dict[str, Any] = {}
        steps = options.pop("tr", "")
        path = named
        if named.startswith("tr:"):
            # Of the overlay's own slashes none stands before the file's folder.
            steps, path = named.removeprefix("tr:").split("/sdk-testing", 1)
            path, more = f"sdk-testing{path}", {"transformation_position": "path"}
        made = sdk.helper.build_url(
            url_endpoint=endpoint,
            src=f"/{unquote(path)}",
            transformation=[{"raw": steps}] if steps else [],
            query_parameters=options,
            signed=vector.get("signed", True),
            **more,
        )
        assert made == vector["url"]
        if "signature" in vector:
            text = named + (f"?{'&'.join(asked)}" if asked else "")
            assert account.sha1(f"{text}9999999999") == vector["signature"]
    wanted = vectors["upload_auth"]
    made_by = Client(Keys("", wanted["private_key"], endpoint))._sdk.helper
    got = made_by.get_authentication_parameters(token=wanted["token"], expire=wanted["expire"])
    assert got["signature"] == wanted["signature"]


def test_a_message_is_believed_once_signed_and_fresh(standin: StandIn, client_of: Client) -> None:
    film = standin.add("/lms/videos/a", FILM)
    body, headers = standin.message("video.transformation.ready", film, event_id="e1")
    event = client_of.event(body, headers)
    assert (event.event_id, event.kind, event.path) == (
        "e1",
        "video.transformation.ready",
        film.path,
    )
    body, headers = standin.message("video.transformation.error", film)
    assert client_of.event(body, headers).reason == "encoding_failed"
    unknown, headers = standin.message("file.renamed", film)
    assert client_of.event(unknown, headers).kind == "file.renamed"
    long = standin.message("video.transformation.ready", film, event_id="e" * 300)
    assert client_of.event(*long).event_id == "e" * 100, "as long as its column"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body, headers: (body + b" ", headers),
        lambda body, headers: (body, headers | {"webhook-id": "other"}),
        lambda body, headers: (body, headers | {"webhook-timestamp": "NaN"}),
        lambda body, headers: (body, headers | {"webhook-signature": "v1"}),
        lambda body, headers: (body, headers | {"webhook-signature": "v1,é"}),
        lambda body, headers: (body, {}),
        lambda body, headers: (b"\xff", headers),
    ],
)
def test_a_spoilt_message_is_forged(standin: StandIn, client_of: Client, spoil: Any) -> None:
    film = standin.add("/lms/videos/a", FILM)
    with pytest.raises(Forged):
        client_of.event(*spoil(*standin.message("video.transformation.ready", film)))


def test_old_early_and_foreign_messages_are_forged(standin: StandIn, client_of: Client) -> None:
    film = standin.add("/lms/videos/a", FILM)
    now = time.time()
    for wrong in ({"at": now - 301}, {"at": now + 86_400}, {"secret": "whsec_other"}):
        with pytest.raises(Forged):
            client_of.event(*standin.message("video.transformation.ready", film, **wrong))


@needs_data
def test_a_sample_of_others_is_verified_but_for_its_age(client_of: Client) -> None:
    found = sample("webhook-standard-scheme-sample.json")
    body = found["raw_body"].encode()
    old = {"webhook-id": "1", "webhook-timestamp": "1577836800", "webhook-signature": "v1,AAAA"}
    with pytest.raises(Forged, match="too old"):
        client_of.event(body, old)


def test_F11_failures_arrive_as_ours_and_in_time(standin: StandIn, client_of: Client) -> None:
    """Seen to fail with the translation of the SDK's errors taken out."""
    film = standin.add("/lms/videos/a", FILM)
    standin.faults.status, standin.faults.times = 429, 2
    assert client_of.details(film.file_id).path == film.path
    standin.faults.status, standin.faults.times = 500, 10**9
    for ask in (lambda: client_of.details(film.file_id), lambda: client_of.is_streamed(film.path)):
        with pytest.raises(TemporaryFailure):
            ask()
    standin.faults.status, standin.faults.slow_s = 0, 1
    begun = time.monotonic()
    with pytest.raises(TemporaryFailure):
        client_of.details(film.file_id)
    # Three tries of half a second each, and the pauses between them.
    assert time.monotonic() - begun < 10
    standin.faults.slow_s, standin.faults.cut = 0, True
    with pytest.raises(TemporaryFailure):
        client_of.is_streamed(film.path)
    standin.faults.cut = False
    for gone in ("0" * 24, "", "../x", "é"):
        with pytest.raises(PermanentFailure):
            client_of.details(gone)
    with pytest.raises(PermanentFailure):
        client_of.is_streamed("/lms/videos/none")
    assert not client_of.is_streamed(film.path)


def test_a_file_is_found_by_its_place_and_deleted_once(standin: StandIn, client_of: Client) -> None:
    standin.add("/lms/videos/another", FILM)
    film = standin.add("/lms/videos/a", FILM)
    assert client_of.find("/lms/videos/none") == ""
    assert client_of.find(film.path) == film.file_id
    stranger = Client(replace(standin.keys, private_key="private_other"), strict=True)
    for ask in (lambda: stranger.delete(film.file_id), lambda: stranger.find(film.path)):
        with pytest.raises(PermanentFailure):
            ask()
    standin.faults.status, standin.faults.times = 500, 2
    client_of.delete(film.file_id)
    assert client_of.find(film.path) == ""
    client_of.delete(film.file_id)
    standin.faults.times = 10**9
    with pytest.raises(TemporaryFailure):
        client_of.delete(film.file_id)
    assert [one.path for one in standin.files.values()] == ["/lms/videos/another"]


def test_times_are_absolute(client_of: Client) -> None:
    at = datetime(2027, 1, 1, tzinfo=UTC)
    assert client_of.upload_fields(expires_at=at)["expire"] == str(int(at.timestamp()))
