"""A page takes only pictures and files that whoever saves it may use, whatever is sent."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from wagtail.images.tests.utils import get_test_image_file
from wagtail.test.utils.form_data import nested_form_data, streamfield

from assets.models import Document, Image, Video
from course_pages import courses
from course_pages.models import Course, LessonPage
from tests.cases.measure import person
from tests.factories import courses as make
from tests.factories import videos as films

pytestmark = pytest.mark.django_db
REFUSED = "something that you may not use"


@pytest.fixture
def course() -> Course:
    return make.course(1, 1, title="Mine")


def teacher(course: Course) -> Client:
    user = person(roles=["Instructor"])
    courses.add_teacher(course=course, user=user, by=None)
    client = Client()
    client.force_login(user)
    return client


def document(course: Course) -> Document:
    collection = courses.ensure_collection(course)
    return Document.objects.create(
        title="Paper", file=ContentFile(b"paper", "paper.pdf"), collection=collection
    )


def save(client: Client, page: LessonPage, blocks: list[tuple[str, Any]]) -> str:
    form = nested_form_data(
        {
            "title": page.title,
            "slug": page.slug,
            "minutes": "5",
            "completion": "done",
            "body": streamfield(blocks),
            "comments-TOTAL_FORMS": "0",
            "comments-INITIAL_FORMS": "0",
        }
    )
    return client.post(f"/admin/pages/{page.pk}/edit/", form, follow=True).content.decode()


def latest(page: LessonPage) -> str:
    """The body as its newest draft has it."""
    revision = LessonPage.objects.get(pk=page.pk).get_latest_revision()
    return str(revision.content["body"]) if revision else ""


def download(key: int) -> list[tuple[str, Any]]:
    return [("download", {"title": "Paper", "file": str(key), "description": ""})]


def picture(key: int) -> list[tuple[str, Any]]:
    return [("image", {"image": str(key), "alt": "A chart", "caption": "", "width": "text"})]


def shown(film: Video) -> list[tuple[str, Any]]:
    return [("video", {"title": "", "video": str(film.pk), "url": "", "transcript": ""})]


def test_a_film_of_ones_own_course_is_taken(course: Course) -> None:
    client, page = teacher(course), make.lesson_page(course, "Lesson 1.1")
    own = films.video(collection=courses.ensure_collection(course))
    assert REFUSED not in save(client, page, shown(own))
    assert f'"video": {own.pk}' in latest(page)


def test_a_file_of_ones_own_course_is_taken(course: Course) -> None:
    client, page = teacher(course), make.lesson_page(course, "Lesson 1.1")
    own = document(course)
    assert REFUSED not in save(client, page, download(own.pk))
    assert f'"file": {own.pk}' in latest(page)


@pytest.mark.parametrize("kind", ["file", "picture", "film"])
def test_what_belongs_to_another_course_is_refused_and_nothing_changes(
    course: Course, kind: str
) -> None:
    other = make.course(1, 1, title="Other")
    client, page = teacher(course), make.lesson_page(course, "Lesson 1.1")
    before = latest(page)
    if kind == "file":
        blocks = download(document(other).pk)
    elif kind == "film":
        blocks = shown(films.video(collection=courses.ensure_collection(other)))
    else:
        image = Image.objects.create(
            title="Chart", file=get_test_image_file(), collection=courses.ensure_collection(other)
        )
        blocks = picture(image.pk)
    assert REFUSED in save(client, page, blocks)
    assert latest(page) == before


def test_what_an_editor_put_there_may_stay(course: Course) -> None:
    """A teacher goes on with a lesson that uses a file from elsewhere."""
    client, page = teacher(course), make.lesson_page(course, "Lesson 1.1")
    foreign = document(make.course(1, 1, title="Other"))
    value = {"title": "Paper", "file": foreign.pk, "description": ""}
    make.edit(page, body=[{"type": "download", "id": "d", "value": value}])
    page = make.lesson_page(course, "Lesson 1.1")
    assert REFUSED not in save(client, page, download(foreign.pk))
