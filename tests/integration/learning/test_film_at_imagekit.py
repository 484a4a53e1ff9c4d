"""A film's whole way through ImageKit: sent by the browser, told ready, released, played, gone."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.db import transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assets import imagekit, jobs, uploads
from assets.models import Video
from core import clock, outbox
from core.models import OutboxMessage
from course_pages import releases
from course_pages.models import Course, LessonPage
from integrations.imagekit.standin import StandIn
from tests.factories import attempts as taking
from tests.factories import courses as make
from tests.factories import videos as films
from tests.factories.imagekit import settings_for, standin

__all__ = ["standin"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def account(standin: StandIn, settings: Any) -> StandIn:
    for name, value in settings_for(standin).items():
        setattr(settings, name, value)
    return standin


@pytest.fixture
def editor() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("a@example.org", "a long password"))
    return client


def sent(editor: Client, data: bytes, **changed: str) -> tuple[Video, str]:
    """What the upload screen does: ask us, send the file to the provider, tell us its number."""
    said = {"name": "film.mp4", "size": str(len(data)), "modified": str(uuid4()), "title": "Film"}
    told = editor.post(reverse("video_admin:begin"), said).json()
    direct = told["direct"]
    answer = httpx.post(
        direct["url"],
        data=direct["fields"] | changed,
        files={direct["file_field"]: ("film.mp4", data, "video/mp4")},
    )
    assert answer.status_code == 200
    file_id = answer.json()["fileId"]
    video = Video.objects.get(uid=told["uid"])
    url = reverse("video_admin:confirm", args=[video.uid])
    assert editor.post(url, {"file_id": file_id}).status_code == (400 if changed else 200)
    video.refresh_from_db()
    return video, file_id


def tell(account: StandIn, kind: str, file_id: str, **how: Any) -> int:
    body, headers = account.message(kind, account.files[file_id], **how)
    named = {f"HTTP_{key.upper().replace('-', '_')}": one for key, one in headers.items()}
    url = reverse("assets:webhook")
    return Client().post(url, body, content_type="application/json", **named).status_code  # type: ignore[arg-type]


def course_with(film: Video) -> Course:
    page = make.course_page("Films")
    make.lesson(make.module(page), "Shown", body=[films.block(film)])
    course = Course.objects.get(lineage=page.translation_key)
    releases.release(course=course, by=None)
    course.refresh_from_db()
    return course


def test_a_film_is_sent_told_ready_released_and_played(account: StandIn, editor: Client) -> None:
    video, file_id = sent(editor, films.playable())
    assert (video.state, video.external_id) == (Video.State.PROCESSING, file_id)
    account.files[file_id].parts = {"ik-master.m3u8": b"#EXTM3U\n", "ik-thumbnail.jpg": b"jpeg"}
    assert tell(account, "video.transformation.ready", file_id, secret="whsec_other") == 400
    video.refresh_from_db()
    assert video.state == Video.State.PROCESSING
    other = {"format": "webm", "video_codec": "vp9"}
    assert (
        tell(
            account,
            "video.transformation.ready",
            file_id,
            options=other | {"stream_protocol": "DASH"},
        )
        == 200
    )
    video.refresh_from_db()
    assert video.state == Video.State.PROCESSING
    for _twice in range(2):
        assert tell(account, "video.transformation.ready", file_id, event_id="e1") == 200
    video.refresh_from_db()
    assert video.is_ready

    Video.objects.filter(pk=video.pk).update(duration_ms=5000)
    video.refresh_from_db()
    course = course_with(video)
    learner = taking.signed_in(taking.learner(course))
    door = reverse("learning:media", args=[course.slug, "shown", video.uid])
    told = learner.get(door).json()
    for url in [one["src"] for one in told["sources"]] + [told["poster"]]:
        assert url.startswith(account.keys.url_endpoint)
        assert "ik-t=" in url
        assert "9999999999" not in url
        assert httpx.get(url).status_code == 200
    page = learner.get(f"{course.get_absolute_url()}shown/").content.decode()
    assert account.keys.url_endpoint not in page


def test_F11_a_lost_message_is_made_up_for_by_asking(account: StandIn, editor: Client) -> None:
    """Seen to fail with `look_at_due` asking for nothing."""
    video, file_id = sent(editor, films.playable())
    Video.objects.filter(pk=video.pk).update(look_at=clock.now())
    jobs.look_at_imagekit()
    outbox.drain()
    video.refresh_from_db()
    assert video.state == Video.State.PROCESSING
    account.files[file_id].parts = {"ik-master.m3u8": b"#EXTM3U\n"}
    Video.objects.filter(pk=video.pk).update(look_at=clock.now())
    jobs.look_at_imagekit()
    outbox.drain()
    video.refresh_from_db()
    assert video.is_ready


def test_F11_without_its_account_a_film_is_not_there_and_its_lesson_is(
    account: StandIn, editor: Client, settings: Any
) -> None:
    """Seen to fail with `NotReady` not taken for unavailable: the door then answered 500."""
    video, file_id = sent(editor, films.playable())
    account.files[file_id].parts = {"ik-master.m3u8": b"#EXTM3U\n"}
    assert tell(account, "video.transformation.ready", file_id) == 200
    video.refresh_from_db()
    course = course_with(video)
    learner = taking.signed_in(taking.learner(course))
    settings.IMAGEKIT_PRIVATE_KEY = ""
    door = reverse("learning:media", args=[course.slug, "shown", video.uid])
    assert learner.get(door).status_code == 503
    assert learner.get(f"{course.get_absolute_url()}shown/").status_code == 200


def test_a_file_that_is_not_as_it_was_asked_for_is_refused(
    account: StandIn, editor: Client
) -> None:
    """The signature does not cover the form: a browser may change what else it sends."""
    for changed in ({"isPrivateFile": "false"}, {"folder": "/public"}, {"fileName": "other"}):
        video, _file_id = sent(editor, films.playable(), **changed)
        assert (video.state, video.external_path) == (Video.State.UPLOADING, "")


def test_a_deleted_film_is_deleted_at_the_provider(account: StandIn, editor: Client) -> None:
    video, file_id = sent(editor, films.playable())
    _other, kept = sent(editor, films.playable())
    account.faults.status, account.faults.times = 503, 3
    url = reverse("wagtailsnippets_assets_video:delete", args=[video.pk])
    assert editor.post(url).status_code == 302
    assert set(account.files) == {file_id, kept}, "nothing is asked for within the request"
    outbox.drain()
    message = OutboxMessage.objects.get(kind=imagekit.FORGET)
    assert message.done_at is None
    assert "503" in message.last_error
    assert set(account.files) == {file_id, kept}
    OutboxMessage.objects.update(due_at=clock.now())
    outbox.drain()
    message.refresh_from_db()
    assert message.done_at is not None
    assert set(account.files) == {kept}
    jobs.forgotten(message.payload)
    assert set(account.files) == {kept}, "gone already is as good as deleted"


def test_a_film_that_any_release_shows_is_deleted_nowhere(account: StandIn, editor: Client) -> None:
    """Seen to fail with the refusal in `pre_delete`, and with the look in `forget`, taken out."""
    video, file_id = sent(editor, films.playable())
    account.files[file_id].parts = {"ik-master.m3u8": b"#EXTM3U\n"}
    assert tell(account, "video.transformation.ready", file_id) == 200
    video.refresh_from_db()
    course = course_with(video)
    lesson = LessonPage.objects.get(title="Shown")
    lesson.body = []
    lesson.save_revision().publish()
    assert releases.release(course=course, by=None) is not None
    editor.post(reverse("wagtailsnippets_assets_video:delete", args=[video.pk]))
    with pytest.raises(ProtectedError), transaction.atomic():
        video.delete()
    assert Video.objects.filter(pk=video.pk).exists()
    assert not OutboxMessage.objects.filter(kind=imagekit.FORGET).exists()
    # A release that was made in the moment of the deletion.
    Video.objects.filter(pk=video.pk)._raw_delete(using="default")
    asked = {"video": video.pk, "file_id": file_id, "path": video.external_path}
    jobs.forgotten(asked)
    assert set(account.files) == {file_id}


def test_an_upload_that_was_taken_back_leaves_nothing_at_the_provider(
    account: StandIn, editor: Client, settings: Any
) -> None:
    """Its number was never told to us: it is found by its path, once no upload can begin."""
    video, _file_id = sent(editor, films.playable(), isPrivateFile="false")
    assert (video.state, video.external_id) == (Video.State.UPLOADING, "")
    assert uploads.cancel(video=video)
    outbox.drain()
    message = OutboxMessage.objects.get(kind=imagekit.FORGET)
    assert message.due_at - clock.now() > timedelta(minutes=49)
    assert len(account.files) == 1
    settings.IMAGEKIT_PRIVATE_KEY = ""
    OutboxMessage.objects.update(due_at=clock.now())
    outbox.drain()
    message.refresh_from_db()
    assert "no account" in message.last_error
    settings.IMAGEKIT_PRIVATE_KEY = account.keys.private_key
    OutboxMessage.objects.update(due_at=clock.now())
    outbox.drain()
    assert account.files == {}
    jobs.forgotten(message.payload)
