"""Wagtail's preview of a course, a module and a lesson: what is in the form, as each persona."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from course_pages.models import Course, CoursePage, LessonPage
from course_pages.personas import Persona
from tests.cases import measure
from tests.factories import courses as make
from tests.integration.course_pages.test_walk import page_of, teacher_of

pytestmark = pytest.mark.django_db
MODES = list(Persona)
SENTENCE = "Hold the end with two fingers."
# Wagtail keeps the form itself when it is posted; a session's expiry moves; renditions are a cache.
LEFT_OUT = {"accounts_session", "assets_rendition", "wagtailadmin_formstate"}


def lesson_form(**fields: Any) -> dict[str, Any]:
    body = fields.pop("body", [("text", rich_text(f"<p>{SENTENCE}</p>"))])
    form = {
        "title": "Unsaved",
        "slug": "unsaved",
        "minutes": "5",
        "completion": "done",
        "required": "on",
        "body": streamfield(body),
        "comments": inline_formset([]),
    }
    return dict(nested_form_data(form | fields))


def course_form(**fields: Any) -> dict[str, Any]:
    form = {
        "title": "Unsaved",
        "slug": "unsaved",
        "outcomes": streamfield([]),
        "certificate": streamfield([]),
        "body": streamfield([]),
        "course_instructors": inline_formset([]),
        "comments": inline_formset([]),
    }
    return dict(nested_form_data(form | fields))


def module_form(**fields: Any) -> dict[str, Any]:
    form = {"title": "Unsaved", "slug": "unsaved", "comments": inline_formset([])}
    return dict(nested_form_data(form | fields))


def of(page: Page) -> str:
    return reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk])


def of_new(kind: str, parent: Page) -> str:
    return reverse("wagtailadmin_pages:preview_on_add", args=["course_pages", kind, parent.pk])


def shown(client: Client, url: str, mode: str, form: dict[str, Any] | None = None) -> str:
    """The preview's HTML; asserts that fetching it changed no row in the whole database."""
    if form is not None:
        assert client.post(url, form).json() == {"is_valid": True, "is_available": True}
    before = measure.whole_database(LEFT_OUT)
    response = client.get(f"{url}?mode={mode}&in_preview_panel=true")
    assert measure.whole_database(LEFT_OUT) == before
    assert response.status_code == 200
    assert response["X-Robots-Tag"] == "noindex"
    assert "no-store" in response["Cache-Control"]
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    html: str = response.content.decode()
    assert "hx-post" not in html
    assert "<form" not in html
    return html


@pytest.fixture
def course() -> Course:
    made = make.course(2, 2, title="Knots", release=False)
    make.edit(make.lesson_page(made, "Lesson 2.2"), publish=False, title="Splices")
    return made


@pytest.mark.parametrize("mode", [one for one in MODES if one.studies])
def test_a_lesson_in_its_form_stands_in_the_player(course: Course, mode: str) -> None:
    client, page = teacher_of(course), make.lesson_page(course, "Lesson 2.1")
    html = shown(client, of(page), mode, lesson_form())
    assert SENTENCE in html
    assert 'id="player"' in html
    assert "Splices" in html
    assert "What Lesson 2.1 teaches." not in html
    percent = {"enrolled": 0, "half-way": 50, "completed": 100}[mode]
    assert f'value="{percent}"' in html
    assert ("disabled" in html) == (mode != "completed")
    page.refresh_from_db()
    assert page.title == "Lesson 2.1"


def test_a_lesson_for_visitors_is_shown_only_if_the_form_says_so(course: Course) -> None:
    client, page = teacher_of(course), make.lesson_page(course, "Lesson 1.1")
    assert SENTENCE not in shown(client, of(page), "visitor", lesson_form())
    assert SENTENCE in shown(client, of(page), "visitor", lesson_form(free_preview="on"))


@pytest.mark.parametrize("mode", MODES)
def test_a_course_in_its_form_has_its_drafted_lessons(course: Course, mode: str) -> None:
    client, page = teacher_of(course), page_of(course)
    html = shown(client, of(page), mode, course_form())
    assert "Unsaved" in html
    for title in ("Module 1", "Module 2", "Lesson 1.1", "Splices"):
        assert title in html
    assert ("Enrol now" in html) == (mode == "visitor")


@pytest.mark.parametrize("mode", MODES)
def test_a_module_in_its_form_is_its_part_of_the_outline(course: Course, mode: str) -> None:
    client, page = teacher_of(course), page_of(course).get_children().last()
    assert page is not None
    html = shown(client, of(page), mode, module_form())
    assert "Unsaved" in html
    assert "Splices" in html
    assert "Lesson 1.1" not in html.replace("Next: <bdi>Lesson 1.1</bdi>", "")


@pytest.mark.parametrize("mode", MODES)
def test_pages_that_were_never_saved_have_previews(course: Course, mode: str) -> None:
    admin = Client()
    admin.force_login(measure.person(is_superuser=True))
    module = page_of(course).get_children().first()
    assert module is not None
    lesson = shown(admin, of_new("lessonpage", module), mode, lesson_form(free_preview="on"))
    assert SENTENCE in lesson
    assert "Unsaved" in shown(
        admin, of_new("modulepage", page_of(course)), mode, module_form(slug="new")
    )
    html = shown(admin, of_new("coursepage", make.catalogue()), mode, course_form())
    assert "Unsaved" in html
    assert LessonPage.objects.count() == 4
    assert CoursePage.objects.count() == 1


@pytest.mark.parametrize("mode", MODES)
def test_a_course_without_modules_has_previews(mode: str) -> None:
    course = make.course(0, 0, title="Empty", release=False)
    client = teacher_of(course)
    assert "Unsaved" in shown(client, of(page_of(course)), mode, course_form())


@pytest.mark.parametrize("mode", MODES)
def test_unfinished_blocks_have_previews(course: Course, mode: str) -> None:
    """A picture without a picture, a video without a source, an empty embed: as far as they go."""
    client, page = teacher_of(course), make.lesson_page(course, "Lesson 1.1")
    body = [
        ("image", {"image": "", "alt": "", "caption": "", "width": "text"}),
        ("video", {"title": "", "video": "", "url": "", "transcript": ""}),
        ("download", {"title": "", "file": "", "description": ""}),
        ("embed", {"url": "", "title": ""}),
        ("code", {"language": "python", "code": ""}),
        ("audio", {"title": "", "video": "", "url": "", "transcript": rich_text("")}),
        ("math", {"formula": "", "description": ""}),
        ("button", {"label": "", "page": "", "url": ""}),
        ("text", rich_text(f"<p>{SENTENCE}</p>")),
    ]
    form = lesson_form(title="", free_preview="on", body=body)
    html = shown(client, of(page), mode, form)
    assert SENTENCE in html
    assert "None" not in html


@pytest.mark.parametrize("mode", ["", "nobody", "half-way'"])
def test_an_unknown_mode_is_an_enrolled_learner(course: Course, mode: str) -> None:
    client, page = teacher_of(course), make.lesson_page(course, "Lesson 1.1")
    assert 'id="player"' in shown(client, of(page), mode, lesson_form())


def test_a_preview_reports_no_message_of_the_editors(course: Course) -> None:
    """They wait for the editor's own next page."""
    client, page = teacher_of(course), make.lesson_page(course, "Lesson 1.1")
    client.get("/admin/pages/999999/")
    client.get(reverse("course_admin:walk", args=[make.catalogue().pk]))
    waiting = client.cookies.get("messages")
    shown(client, of(page), "enrolled", lesson_form())
    assert client.cookies.get("messages") == waiting
