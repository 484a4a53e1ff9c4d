"""Transcript and downloads beside a lesson: panels by HTMX, pages without."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from accounts.models import User
from assets.models import Caption, Document, Video
from course_pages import releases
from course_pages.models import Course
from learning.models import LessonCompletion
from tests.cases import measure
from tests.factories import courses as make
from tests.factories import videos as films
from tests.factories.attempts import learner, signed_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "panel"}
LESSON = "/learn/films/shown/"


@pytest.fixture
def film() -> Video:
    made = films.video(title="The <b>axis</b>")
    films.captions(made, "en", "Look at the axis &lt;here&gt;")
    films.captions(made, "ar", "انظر إلى المحور")
    return made


@pytest.fixture
def course(film: Video) -> Course:
    page = make.course_page("Films")
    module = make.module(page)
    sheet = Document.objects.create(
        title="Sheet", file=ContentFile(b"x" * 2048, name="sheet.pdf"), file_size=2048
    )
    download = {"title": "The sheet", "file": sheet.pk, "description": "To print"}
    body = [films.block(film), {"type": "download", "value": download, "id": "1"}]
    make.lesson(module, "Shown", body=body)
    make.lesson(module, "Free", free_preview=True, body=[films.block(film)])
    made = Course.objects.get(lineage=page.translation_key)
    releases.release(course=made, by=None)
    made.refresh_from_db()
    return made


@pytest.fixture
def user(course: Course) -> User:
    return learner(course)


def test_the_transcript_is_a_page_and_a_panel_in_each_language(user: User, film: Video) -> None:
    client = signed_in(user)
    page = client.get(f"{LESSON}transcript/").text
    assert "<html" in page
    assert "Look at the axis &lt;here&gt;" in page
    assert f'href="{LESSON}?at=0&amp;video={film.uid}"' in page
    panel = client.get(f"{LESSON}transcript/?language=ar", headers=HTMX).text
    assert "<html" not in panel
    assert 'lang="ar" dir="rtl"' in panel
    assert "انظر إلى المحور" in panel
    assert client.get(f"{LESSON}transcript/?video=nothing").status_code == 404
    assert client.get(f"{LESSON}transcript/?video={film.uid}&language=xx").status_code == 200


def test_what_was_released_is_read_whatever_becomes_of_the_captions(
    user: User, film: Video
) -> None:
    Caption.objects.filter(video=film).delete()
    assert "Look at the axis" in signed_in(user).get(f"{LESSON}transcript/").text


def test_downloads_have_their_type_and_size_and_lead_through_the_door(user: User) -> None:
    client = signed_in(user)
    lesson = client.get(LESSON).text
    assert 'data-panel="downloads"' in lesson
    panel = client.get(f"{LESSON}downloads/", headers=HTMX).text
    assert "PDF · 2.0\xa0KB" in panel
    assert f"{LESSON}files/" in panel


def test_a_lesson_that_begins_with_a_film_has_a_stage_and_another_has_none(
    user: User, course: Course
) -> None:
    text = signed_in(user).get(LESSON).text
    stage, rest = text.index('class="stage"'), text.index('class="lesson-page"')
    assert stage < text.index('data-media="/learn/films/shown/media/') < rest
    assert "<!--stage-->" not in text


def test_a_stranger_reads_no_panel_and_anybody_that_of_a_preview(course: Course) -> None:
    for name in ("transcript", "downloads", "notes"):
        assert Client().get(f"{LESSON}{name}/").status_code == 302
    free = "/learn/films/free/"
    assert f"{free}transcript/" in Client().get(free).text
    assert "Look at the axis" in Client().get(f"{free}transcript/").text
    assert Client().post(f"{free}notes/", {"text": "Mine"}).status_code == 403


def test_asking_how_a_lesson_stands_changes_nothing(user: User) -> None:
    client = signed_in(user)
    part = client.get(f"{LESSON}complete/", headers=HTMX)
    assert 'id="complete"' in part.text
    assert "no-store" in part["Cache-Control"]
    assert client.get(f"{LESSON}complete/")["Location"] == LESSON
    assert not LessonCompletion.objects.exists()


def test_ten_hours_of_captions_come_in_one_statement_more_than_none(
    user: User, course: Course, film: Video
) -> None:
    lines = ["WEBVTT", ""]
    for second in range(0, 36_000, 3):
        hours, minutes = divmod(second // 60, 60)
        stamp = f"{hours:02}:{minutes:02}:{second % 60:02}"
        lines += [f"{stamp}.000 --> {stamp}.900", f"Word {second}", ""]
    Caption.objects.filter(video=film).delete()
    file = ContentFile("\n".join(lines).encode(), name="long.vtt")
    Caption.objects.create(video=film, language="en", file=file)
    releases.release(course=course, by=None)
    client = signed_in(user)
    client.get(f"{LESSON}transcript/", headers=HTMX)
    sent = measure.statements(lambda: client.get(f"{LESSON}transcript/", headers=HTMX))
    assert len(sent) <= 4
    text = client.get(f"{LESSON}transcript/", headers=HTMX).text
    assert text.count('class="cue"') == 12_000
    assert text.count('class="cue-group"') == 300
