"""Films that were documents become videos: in published bodies and in drafts, once."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from wagtail.images.tests.utils import get_test_image_file

from assets.models import Document, Image, Video
from core import snapshots
from course_pages import content, films, releases
from course_pages.content import LessonSource
from course_pages.models import Course, LessonPage
from tests.factories import attempts as taking
from tests.factories import courses as make
from tests.factories.videos import playable

pytestmark = pytest.mark.django_db
VTT = b"WEBVTT\n\n00:00.000 --> 00:01.000\nSpoken\n"


def document(name: str, data: bytes) -> Document:
    return Document.objects.create(title=name, file=ContentFile(data, name=name))


def old(kind: str, file: Document | None, **more: Any) -> dict[str, Any]:
    value = {"title": "Old", "file": file and file.pk, "url": "", "transcript": ""} | more
    return {"type": kind, "value": value, "id": kind}


def test_documents_in_bodies_and_drafts_become_videos_once() -> None:
    film, words = document("film.mp4", playable()), document("film.vtt", VTT)
    sound, text = document("talk.mp3", b"ID3 sound"), document("text.mp4", b"no film")
    still = Image.objects.create(title="Still", file=get_test_image_file())
    page = make.course_page()
    body = [
        old("video", film, captions=words.pk, poster=still.pk),
        old("video", text, captions=None, poster=None),
        old("video", None, captions=None, poster=None, url="https://vimeo.com/76979871"),
    ]
    lesson = make.lesson(make.module(page), "Shown", body=body)
    draft = [*lesson.body.raw_data, old("audio", sound)]
    make.edit(lesson, publish=False, body=LessonPage.body.field.stream_block.to_python(draft))
    # As old drafts are: what the code of today would write has another shape.
    revision = lesson.get_latest_revision()
    revision.content["body"] = make.json.dumps([dict(one) for one in draft])
    revision.save()
    Course.objects.update(dirty_since=None)

    call_command("films_from_documents")
    shown, heard = Video.objects.order_by("pk")
    assert (shown.title, shown.kind, shown.state) == ("film.mp4", "video", "processing")
    assert (shown.poster, shown.file.read()) == (still, playable())
    assert b"Spoken" in shown.captions.get(language="en").file.read()
    assert (heard.kind, heard.original_name) == ("audio", "talk.mp3")

    def chosen(raw: Any) -> list[Any]:
        return [(one["type"], one["value"].get("video", one["value"].get("file"))) for one in raw]

    lesson.refresh_from_db()
    expected = [("video", shown.pk), ("download", text.pk), ("video", None)]
    assert chosen(lesson.body.raw_data) == expected
    assert dict(lesson.body.raw_data[2]["value"]) == body[2]["value"], "nothing to change"
    drafted = make.json.loads(lesson.get_latest_revision().content["body"])
    assert chosen(drafted) == [*expected, ("audio", heard.pk)]
    assert Course.objects.get().dirty_since is not None
    assert film.file.storage.exists(str(film.file.name)), "earlier releases show it"

    assert (films.from_documents().lessons, Video.objects.count()) == (0, 2)


def test_a_film_whose_file_is_gone_is_told_and_changes_nothing_else() -> None:
    film = document("film.mp4", playable())
    film.file.storage.delete(str(film.file.name))
    page = make.course_page()
    make.lesson(make.module(page), "Lost", body=[old("video", film, captions=None, poster=None)])
    done = films.from_documents()
    assert (done.lost, done.videos) == (["Lost"], {})


def test_what_was_released_before_plays_from_its_document_as_ever() -> None:
    film = document("film.mp4", playable())
    page = make.course_page("Old")
    lesson = make.lesson(
        make.module(page), "Shown", body=[old("video", film, captions=None, poster=None)]
    )
    raw = [dict(item) for item in lesson.body.raw_data]
    source = LessonSource(str(lesson.translation_key), lesson.title, raw)
    # Stored by the version before: what is stored is not checked again.
    snapshots.store([content.freeze(source, {}, content.Pins())])
    course = Course.objects.get(lineage=page.translation_key)
    releases.release(course=course, by=None)
    client = taking.signed_in(taking.learner(course))
    address = f"/learn/old/shown/files/{film.pk}/"
    assert f'<source src="{address}">' in client.get("/learn/old/shown/").text
    assert client.get(address).getvalue() == playable()

    films.from_documents()
    assert f'<source src="{address}">' in client.get("/learn/old/shown/").text, "until released"
