"""Videos in releases: pinned as they are, refused while they cannot play, kept while pinned."""

import re
from typing import Any

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import ProtectedError
from django.test import RequestFactory
from wagtail import hooks
from wagtail.images.tests.utils import get_test_image_file

from assets.models import Image, Video
from core import outbox, snapshots
from core.models import Snapshot, SnapshotReference
from course_pages import content, outline, releases, rendering
from course_pages.content import LessonSource
from course_pages.models import Course, LessonPage
from course_pages.releases import ReleaseRefused
from tests.cases import measure
from tests.factories import courses as make
from tests.factories import videos as films

pytestmark = pytest.mark.django_db
PLAYED = re.compile(r"/play/|https?://[^\"]*\.(?:mp4|m3u8|mp3|vtt)|/videos/|\.vtt")


def course_with(*videos: Video, title: str = "Films", **fields: Any) -> Course:
    """A course whose lesson "Shown" holds the videos; not released yet."""
    page = make.course_page(title, **fields)
    body = [films.block(video) for video in videos]
    make.lesson(make.module(page), "Shown", body=body)
    return Course.objects.get(lineage=page.translation_key)


def released_with(*videos: Video, **fields: Any) -> Course:
    course = course_with(*videos, **fields)
    releases.release(course=course, by=None)
    course.refresh_from_db()
    return course


def shown_in(course: Course) -> outline.Lesson:
    assert course.live_release is not None
    return outline.load(course.live_release.outline_id).by_address["shown"]


def test_a_release_pins_the_film_its_captions_and_its_picture() -> None:
    still = Image.objects.create(title="Still", file=get_test_image_file(size=(1280, 720)))
    film = films.video(title="The axis", poster=still, chapters="0:00 Begin\n0:03 End")
    words = films.captions(film, "ar", "مرحبا")
    lesson = shown_in(released_with(film))

    (pin,) = lesson.videos
    assert (pin.uid, pin.duration_ms) == (str(film.uid), 5000)
    data = snapshots.load(pin.digest)
    assert data["captions"] == [
        {"language": "ar", "label": "العربيّة", "path": words.file.name, "sha256": words.sha256}
    ]
    assert data["chapters"] == [{"at_ms": 0, "title": "Begin"}, {"at_ms": 3000, "title": "End"}]
    (block,) = snapshots.load(lesson.digest)["body"]
    assert "video" not in block["value"]
    assert block["value"]["pinned"]["digest"] == pin.digest
    named = set(SnapshotReference.objects.values_list("kind", "key"))
    assert named >= {
        ("video", str(film.pk)), ("image", str(still.pk)), ("caption", words.sha256),
        ("snapshot", pin.digest),
    }  # fmt: skip
    with pytest.raises(ProtectedError, match="released content"), transaction.atomic():
        film.delete()


def test_captions_of_a_release_stay_when_the_row_gets_others() -> None:
    film = films.video()
    words = films.captions(film, "en", "Released words")
    course = released_with(film)
    words.file = ContentFile(b"WEBVTT\n\n00:00.000 --> 00:01.000\nOther\n", name="other.vtt")
    words.save()
    data = snapshots.load(shown_in(course).videos[0].digest)
    assert b"Released words" in words.file.storage.open(data["captions"][0]["path"]).read()


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (Video.State.UPLOADING, "upload is not finished"),
        (Video.State.PROCESSING, "still being prepared"),
        (Video.State.FAILED, "cannot be played: It is a text."),
    ],
)
def test_a_film_that_cannot_play_refuses_the_release(state: Video.State, reason: str) -> None:
    course = course_with(films.video(title="Half", state=state, problem="It is a text."))
    stored = Snapshot.objects.count()
    with pytest.raises(ReleaseRefused) as refused:
        releases.release(course=course, by=None)
    assert "Shown: Video “Half”" in str(refused.value)
    assert reason in str(refused.value)
    course.refresh_from_db()
    assert course.live_release is None
    assert Snapshot.objects.count() == stored


def test_a_film_that_is_gone_or_of_the_wrong_kind_refuses_the_release() -> None:
    gone = {"type": "video", "value": {"title": "", "video": 9999, "url": ""}, "id": "1"}
    film = films.block(films.video(), kind="audio")
    found = content.problems([LessonSource("1" * 32, "L", [gone, film])])
    assert [str(one) for one in found] == [
        "L: Video: Choose a file or give an address.",
        "L: Audio: This is a film: put it in a video block.",
    ]


def test_changing_a_film_or_its_captions_marks_the_courses_that_show_it() -> None:
    film, other = films.video(), films.video(b"other", title="Other")
    course = released_with(film)
    elsewhere = make.course(1, 1, title="Elsewhere")
    # The index of what refers to what is kept by a worker.
    outbox.drain()

    def marked(change: Any) -> bool:
        Course.objects.update(dirty_since=None, dirty_at=None)
        change()
        elsewhere.refresh_from_db()
        assert elsewhere.dirty_since is None
        course.refresh_from_db()
        return course.dirty_since is not None

    film.title = "Renamed"
    assert marked(film.save)
    assert marked(lambda: films.captions(film))
    assert marked(lambda: film.captions.get().delete())
    assert not marked(other.save)
    assert releases.release(course=course, by=None) is not None
    course.refresh_from_db()
    assert snapshots.load(shown_in(course).videos[0].digest)["title"] == "Renamed"


def test_a_release_takes_the_same_statements_for_1_and_20_films() -> None:
    sent = {}
    for number in (0, 1, 20):
        videos = [films.video(f"{number} {one}".encode()) for one in range(number)]
        for video in videos:
            films.captions(video, text=f"{number} {video.pk}")
        course = course_with(*videos, title=f"Of {number}")
        sent[number] = len(measure.statements(lambda: releases.release(course=course, by=None)))  # noqa: B023
    # Videos with their captions, and what the blocks' own checks read.
    assert sent[1] == sent[20] == sent[0] + 2


def test_no_address_of_a_film_stands_in_what_is_kept() -> None:
    film = films.video(title="The axis")
    films.captions(film)
    lesson = shown_in(released_with(film))
    html = rendering.body_html(lesson.digest)
    assert f'data-media="media:{film.uid}"' in html
    assert f'href="media:{film.uid}?play"' in html
    assert 'data-duration="5000"' in html
    assert "English" in html
    assert not PLAYED.search(html)


def test_an_author_hears_of_missing_captions_and_publishes_all_the_same() -> None:
    film = films.video(title="Silent")
    course = released_with(film)
    assert "“Silent” has no captions" in told_on_publish(make.lesson_page(course, "Shown"))
    films.captions(film)
    assert told_on_publish(make.lesson_page(course, "Shown")) == ""


def told_on_publish(page: LessonPage) -> str:
    request: Any = RequestFactory().get("/")
    request._messages = CookieStorage(request)
    for hook in hooks.get_hooks("after_publish_page"):
        hook(request, page)
    return "\n".join(str(message) for message in request._messages)


def test_old_lessons_keep_their_digests() -> None:
    """Their films are documents; nothing of theirs is new in the outline."""
    course = make.course(1, 1)
    assert course.live_release is not None
    entry = outline.load(course.live_release.outline_id).lessons[0].as_json()
    assert not {"quizzes", "videos"} & set(entry)
    assert "watermark" not in snapshots.load(course.live_release.outline_id)
