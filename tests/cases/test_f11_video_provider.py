"""F11: the video provider is slow, failing, gone; its messages come twice, late, forged or never.

Here its client is played by `Provider` below, with the faults switched on one by one.
"""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assets import imagekit, jobs, news, playing, uploads
from assets.models import ProviderEvent, Video
from core import clock, outbox
from integrations.errors import PermanentFailure, TemporaryFailure
from integrations.imagekit.shapes import Details, Event, Forged
from tests.cases.measure import nothing_changes, person
from tests.factories import videos as make

pytestmark = pytest.mark.django_db
State = Video.State
HOOK = "/webhooks/imagekit/"


class Provider:
    """Has the files that a test puts into it; signs with a plain parameter."""

    upload_url = "https://upload.example/files"

    def __init__(self) -> None:
        self.files: dict[str, Details] = {}
        self.streamed: set[str] = set()
        self.fault: Exception | None = None
        self.asked = 0

    def upload_fields(self, *, expires_at: datetime) -> dict[str, str]:
        return {"token": "t", "expire": str(int(expires_at.timestamp())), "signature": "s"}

    def details(self, file_id: str) -> Details:
        self._answer()
        if file_id not in self.files:
            raise PermanentFailure("404")
        return self.files[file_id]

    def is_streamed(self, path: str) -> bool:
        self._answer()
        return path in self.streamed

    def signed_url(self, path: str, *, expires_at: datetime, **transformation: Any) -> str:
        return f"https://ik.example{path}?ik-t={int(expires_at.timestamp())}"

    def event(self, body: bytes, headers: dict[str, str]) -> Event:
        if headers.get("Webhook-Signature") != "good":
            raise Forged
        return Event(**json.loads(body))

    def _answer(self) -> None:
        self.asked += 1
        if self.fault:
            raise self.fault


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    made = Provider()
    monkeypatch.setattr(imagekit, "provider", lambda: made)
    return made


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`later(timedelta(...))`: so much later from now on."""
    now = clock.now()

    def wait(span: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: now + span)

    return wait


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("a@example.org", "a long password"))
    return client


def begun(client: Client, name: str = "film.mp4") -> tuple[Video, dict[str, Any]]:
    said = {"name": name, "size": "1000", "modified": str(uuid4())}
    told = client.post(reverse("video_admin:begin"), said).json()
    return Video.objects.get(uid=told["uid"]), told


def sent(provider: Provider, video: Video, file_id: str = "f1", **changed: Any) -> None:
    """The browser has sent the film to the provider."""
    usual: dict[str, Any] = {
        "file_id": file_id,
        "path": imagekit.path_of(video),
        "size": 1000,
        "mime": "video/mp4",
        "duration_ms": 5000,
    }
    provider.files[file_id] = Details(**(usual | changed))


def confirm(client: Client, video: Video, file_id: str = "f1") -> Any:
    return client.post(reverse("video_admin:confirm", args=[video.uid]), {"file_id": file_id})


def hook(video: Video, kind: str = "video.transformation.ready", **changed: Any) -> Any:
    usual = {
        "event_id": "e1",
        "kind": kind,
        "file_id": "f1",
        "path": imagekit.path_of(video),
        "reason": "",
    }
    signature = changed.pop("signature", "good")
    return Client().post(
        HOOK,
        json.dumps(usual | changed),
        content_type="application/json",
        headers={"Webhook-Signature": signature},
    )


@pytest.fixture
def processing(client: Client, provider: Provider) -> Video:
    video, _told = begun(client)
    sent(provider, video)
    assert confirm(client, video).json()["state"] == "processing"
    video.refresh_from_db()
    return video


def state(video: Video) -> str:
    video.refresh_from_db()
    return video.state


def test_F11_the_browser_sends_straight_to_the_provider(client: Client, provider: Provider) -> None:
    video, told = begun(client)
    assert told["direct"]["url"] == provider.upload_url
    fields = told["direct"]["fields"]
    assert (fields["folder"], fields["fileName"]) == ("/lms/videos", str(video.uid))
    assert fields["isPrivateFile"] == "true"
    assert (video.state, video.backend) == (State.UPLOADING, Video.Backend.IMAGEKIT)


WRONG = [
    {"path": "/lms/videos/of-somebody-else"},
    {"path": "/elsewhere/film.mp4"},
    {"mime": "text/plain"},
    {"mime": "image/svg+xml"},
    {"size": 2**50},
    {"size": 0},
    {"file_id": "f2"},
]


@pytest.mark.parametrize("changed", WRONG, ids=str)
def test_F11_what_the_browser_says_is_not_believed(
    client: Client, provider: Provider, changed: dict[str, Any]
) -> None:
    """Seen red with each of the comparisons taken out of `imagekit.confirm`."""
    video, _told = begun(client)
    sent(provider, video)
    provider.files["f1"] = replace(provider.files["f1"], **changed)
    with nothing_changes([Video]):
        assert confirm(client, video).status_code == 400
        assert confirm(client, video, "unknown").status_code == 400
        provider.fault = TemporaryFailure("30 s")
        assert confirm(client, video).status_code == 503
    stranger = Client()
    stranger.force_login(person(roles=["Editor"]))
    assert confirm(stranger, video).status_code == 404


@pytest.mark.parametrize("lost", [False, True])
def test_F11_a_recording_is_ready_at_once_and_what_waits_for_it_is_told(
    client: Client, provider: Provider, lost: bool
) -> None:
    video, _told = begun(client, "talk.mp3")
    sent(provider, video, mime="audio/mpeg")
    told: list[int] = []

    def hear(pk: int, **_about: Any) -> None:
        told.append(pk)

    news.settled.connect(hear)
    try:
        for _twice in range(2):
            if lost:
                jobs.overtaken({"video": video.pk, "file_id": "f1"})
            else:
                confirm(client, video)
            assert state(video) == State.READY
    finally:
        news.settled.disconnect(hear)
    assert told == [video.pk]


def test_F11_a_message_makes_it_ready_once(processing: Video) -> None:
    """Seen red without the stored event: a failure told before would be told again."""
    assert hook(processing).status_code == 200
    assert state(processing) == State.READY
    assert ProviderEvent.objects.count() == 1
    Video.objects.filter(pk=processing.pk).update(state=State.FAILED, problem="by hand")
    assert hook(processing).status_code == 200, "the same one again"
    assert state(processing) == State.FAILED
    assert hook(processing, event_id="e2").status_code == 200, "another one"
    assert (state(processing), processing.problem) == (State.READY, "")
    late = hook(processing, "video.transformation.error", event_id="e3", reason="codec")
    assert late.status_code == 200
    assert state(processing) == State.READY, "an error after it was ready changes nothing"


def test_F11_a_failure_is_told_with_its_reason(processing: Video) -> None:
    hook(processing, "upload.post-transform.error", reason="The codec is not known.")
    assert (state(processing), processing.problem) == (State.FAILED, "The codec is not known.")


def test_F11_a_forged_message_changes_nothing(processing: Video) -> None:
    """Seen red with `Forged` caught and passed over in `views.webhook`."""
    with nothing_changes([Video, ProviderEvent]):
        for signature in ("", "bad"):
            assert hook(processing, signature=signature).status_code == 400
        assert Client().post(HOOK).status_code == 400
        assert Client().get(HOOK).status_code == 405


def test_F11_messages_about_other_things_are_taken_and_forgotten(processing: Video) -> None:
    with nothing_changes([Video]):
        for number, changed in enumerate(
            [
                {"kind": "file.created"},
                {"file_id": "other", "path": "/elsewhere/x"},
                {"file_id": "", "path": "/lms/videos/not-a-uuid"},
                {"file_id": "", "path": ""},
                {"file_id": "", "path": f"/lms/videos/{'-' * 36}"},
            ]
        ):
            assert hook(processing, **({"event_id": f"o{number}"} | changed)).status_code == 200


def test_F11_a_message_that_overtakes_the_browser_repairs_its_lost_word(
    client: Client, provider: Provider
) -> None:
    video, _told = begun(client)
    sent(provider, video)
    provider.streamed.add(imagekit.path_of(video))
    assert hook(video).status_code == 200
    outbox.drain()
    assert (state(video), video.external_id) == (State.READY, "f1")


def test_F11_the_poll_repairs_what_a_lost_message_left(
    processing: Video, provider: Provider, later: Any
) -> None:
    jobs.look_at_imagekit()
    assert provider.asked == 1, "only the confirmation: it is not due yet"
    later(timedelta(minutes=2))
    provider.streamed.add(processing.external_path)
    jobs.look_at_imagekit()
    assert state(processing) == State.READY


@pytest.mark.parametrize("fault", [TemporaryFailure("500"), None])
def test_F11_the_poll_backs_off_and_gives_up_after_a_day(
    processing: Video, provider: Provider, later: Any, fault: Exception | None
) -> None:
    """Seen red without the wait in `look`, and without the end after a day."""
    provider.fault, provider.asked = fault, 0
    for minutes in range(1, 180):
        later(timedelta(minutes=minutes))
        jobs.look_at_imagekit()
    assert 5 < provider.asked < 12
    assert state(processing) == State.PROCESSING
    later(timedelta(days=1, hours=2))
    jobs.look_at_imagekit()
    assert (state(processing), "within a day" in processing.problem) == (State.FAILED, True)
    hook(processing)
    assert state(processing) == State.READY, "a very late message still makes it ready"


def test_F11_a_film_that_is_gone_is_failed_at_once(
    processing: Video, provider: Provider, later: Any
) -> None:
    provider.fault = PermanentFailure("404")
    later(timedelta(minutes=2))
    jobs.look_at_imagekit()
    assert (state(processing), "does not have" in processing.problem) == (State.FAILED, True)


def test_F11_a_round_of_the_poll_is_bounded(client: Client, provider: Provider, later: Any) -> None:
    for number in range(imagekit.AT_ONCE + 5):
        video, _told = begun(client)
        sent(provider, video, f"f{number}")
        confirm(client, video, f"f{number}")
    provider.asked = 0
    later(timedelta(minutes=2))
    jobs.look_at_imagekit()
    assert provider.asked == imagekit.AT_ONCE


def test_B08_every_address_at_the_provider_ends_with_the_setting(
    processing: Video, settings: Any
) -> None:
    """Seen red with a fixed time in `imagekit.sources`."""
    hook(processing)
    processing.refresh_from_db()
    make.captions(processing)
    now = clock.now()
    found = playing.playback(processing, now=now)
    urls = [found.poster_url, *(source.url for source in found.sources)]
    assert len(urls) == 3
    for url in urls:
        left = int(url.rpartition("ik-t=")[2]) - now.timestamp()
        assert 0 < left <= settings.MEDIA_URL_SECONDS
    assert [track.language for track in found.tracks] == ["en"]


def test_F11_playing_asks_the_provider_nothing(processing: Video, provider: Provider) -> None:
    hook(processing)
    processing.refresh_from_db()
    provider.fault, provider.asked = TemporaryFailure("30 s"), 0
    assert playing.playback(processing, now=clock.now()).sources
    assert provider.asked == 0


def test_F11_without_its_keys_there_is_no_door(processing: Video, monkeypatch: Any) -> None:
    hook(processing)
    processing.refresh_from_db()
    monkeypatch.setattr(imagekit, "provider", lambda: None)
    assert hook(processing, event_id="e9").status_code == 404
    with pytest.raises(playing.NotReady):
        playing.playback(processing, now=clock.now())
    jobs.look_at_imagekit()
    assert uploads.offset_of(processing) == 0


def test_F11_without_its_keys_a_film_is_edited_and_says_so(
    client: Client, processing: Video, monkeypatch: Any
) -> None:
    hook(processing)
    edit = reverse("wagtailsnippets_assets_video:edit", args=[processing.pk])
    assert "cannot be played at the moment" not in client.get(edit).text
    monkeypatch.setattr(imagekit, "provider", lambda: None)
    for url in (edit, reverse("wagtailsnippets_assets_video:list")):
        assert client.get(url).status_code == 200
    assert "cannot be played at the moment" in client.get(edit).text
