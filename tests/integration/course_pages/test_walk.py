"""The walk through a drafted course, and the editor's previews of its pages."""

import html
import re
import uuid
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from accounts.sync import sync_roles
from assets.models import Document
from course_pages import courses, releases
from course_pages.models import Course, CoursePage, LessonPage
from course_pages.personas import Persona
from learning.services import enrolment
from tests.cases import measure
from tests.cases.test_b12_csrf_and_get import LEFT_OUT
from tests.factories import courses as make

pytestmark = pytest.mark.django_db
PERSONAS = list(Persona)
STUDYING = [one for one in Persona if one.studies]


def page_of(course: Course) -> CoursePage:
    return CoursePage.objects.get(translation_key=course.lineage)


def teacher_of(course: Course) -> Client:
    sync_roles()
    teacher = measure.person(roles=["Instructor"])
    courses.add_teacher(course=course, user=teacher, by=None)
    client = Client()
    client.force_login(teacher)
    return client


def walk(course: Course, persona: str = "enrolled") -> str:
    return reverse("course_admin:walk", args=[page_of(course).pk]) + f"?as={persona}"


def step(page: LessonPage, persona: str = "enrolled") -> str:
    course = page.get_parent().get_parent()
    url = reverse("course_admin:walk_lesson", args=[course.pk, page.translation_key])
    return f"{url}?as={persona}"


@pytest.fixture
def course() -> Course:
    """Two modules of two lessons that nobody has released; one lesson only ever a draft."""
    made = make.course(2, 2, title="Knots", release=False)
    module = page_of(made).get_children().last()
    assert module is not None
    make.lesson(module, "Splices", live=False, body=[make.text_block("A splice holds.")])
    make.edit(
        make.lesson_page(made, "Lesson 1.1"),
        publish=False,
        title="The first knot",
        body=[("text", "<p>Round the bollard.</p>")],
    )
    return made


def test_the_walk_shows_drafts_in_the_order_of_the_tree(course: Course) -> None:
    client = teacher_of(course)
    home = client.get(walk(course)).content.decode()
    titles = ["The first knot", "Lesson 1.2", "Lesson 2.1", "Lesson 2.2", "Splices"]
    places = [home.index(title) for title in titles]
    assert places == sorted(places)
    first = make.lesson_page(course, "Lesson 1.1")
    shown = client.get(step(first)).content.decode()
    assert "Round the bollard." in shown
    assert step(make.lesson_page(course, "Lesson 1.2")) in shown
    assert (
        "A splice holds." in client.get(step(make.lesson_page(course, "Splices"))).content.decode()
    )


def test_next_leads_through_the_whole_course_and_previous_back(course: Course) -> None:
    client = teacher_of(course)
    titles = ["The first knot", "Lesson 1.2", "Lesson 2.1", "Lesson 2.2", "Splices"]
    assert turned(client, step(make.lesson_page(course, "Lesson 1.1")), "next") == titles
    assert turned(client, step(make.lesson_page(course, "Splices")), "prev") == titles[::-1]


def turned(client: Client, url: str | None, way: str) -> list[str]:
    """The titles seen by following `next` or `prev` to the end."""
    seen = []
    while url:
        page = client.get(url).content.decode()
        seen += re.findall(r"<h1[^>]*data-lesson-title>([^<]*)</h1>", page)
        found = re.search(rf'rel="{way}" href="([^"]*)"', page)
        url = html.unescape(found[1]) if found else None
    return seen


@pytest.mark.parametrize("lessons", [10, 200])
def test_a_page_of_the_walk_takes_at_most_seven_statements(lessons: int) -> None:
    course = make.course(1, 2, title="Long", release=False)
    make.many_lessons(course, lessons - 2)
    make.edit(make.lesson_page(course, "Lesson 1.1"), publish=False, title="Edited")
    client = teacher_of(course)
    page = make.lesson_page(course, "Lesson 1.2")
    for persona in STUDYING:
        for url in (walk(course, persona), step(page, persona)):
            measure.forget_everything()
            cold = measure.statements(lambda url=url: client.get(url))  # type: ignore[misc]
            warm = measure.statements(lambda url=url: client.get(url))  # type: ignore[misc]
            assert len(warm) <= 7, "\n".join(warm)
            # The footer and its settings, which every page keeps.
            assert len(cold) <= 9, "\n".join(cold)


@pytest.mark.parametrize("persona", PERSONAS)
def test_the_walk_writes_nothing_and_nobody_keeps_it(course: Course, persona: str) -> None:
    client = teacher_of(course)
    pages = LessonPage.objects.order_by("path")
    before = measure.whole_database(LEFT_OUT)
    for url in (walk(course, persona), *(step(page, persona) for page in pages)):
        response = client.get(url, follow=True)
        html = response.content.decode()
        assert response.status_code == 200, url
        assert response["X-Robots-Tag"] == "noindex"
        assert "no-store" in response["Cache-Control"]
        assert "<form" not in html
        assert "hx-post" not in html
    assert measure.whole_database(LEFT_OUT) == before


def test_the_walk_shows_what_a_release_will_show(course: Course) -> None:
    """Links between lessons lead to the walk, and the rest is the same to the letter."""
    target = make.lesson_page(course, "Lesson 1.2")
    link = f'<p>See <a linktype="page" id="{target.pk}">the next</a>.</p>'
    body = [("heading", {"text": "Ends", "level": "h2"}), ("text", link), ("text", "<p>Done.</p>")]
    page: Any = make.edit(make.lesson_page(course, "Lesson 2.1"), publish=False, body=body)
    client = teacher_of(course)
    drafted = body_of(client.get(step(page)).content.decode())
    assert f'href="{step(target)}"' in drafted

    page.get_latest_revision().publish()
    releases.release(course=course, by=None)
    course.refresh_from_db()
    learner = measure.person()
    enrolment.enrol(user=learner, course=course)
    studying = Client()
    studying.force_login(learner)
    released = body_of(studying.get(f"/learn/{course.slug}/lesson-21/").content.decode())
    assert released == drafted.replace(step(target), f"/learn/{course.slug}/lesson-12/")


def body_of(html: str) -> str:
    found = re.search(r'<div class="blocks"[^>]*>(.*?)</div>\s*<footer', html, re.DOTALL)
    assert found
    return found[1]


def test_files_come_through_the_walks_own_door(course: Course) -> None:
    collection = courses.ensure_collection(course)
    paper = Document.objects.create(
        title="Paper", file=ContentFile(b"paper", "paper.pdf"), collection=collection
    )
    download = {"title": "Paper", "file": paper, "description": ""}
    page: Any = make.edit(
        make.lesson_page(course, "Lesson 1.2"), publish=False, body=[("download", download)]
    )
    client = teacher_of(course)
    door = reverse("course_admin:walk_file", args=[page_of(course).pk, paper.pk])
    assert f'href="{door}"' in client.get(step(page)).content.decode()
    response: Any = client.get(door)
    assert b"".join(response.streaming_content) == b"paper"
    assert response["Content-Disposition"].startswith("attachment")
    other = teacher_of(make.course(1, 1, title="Other", release=False))
    assert other.get(door).status_code == 302
    assert other.get(step(page)).status_code == 302
    assert other.get(walk(course)).status_code == 302


def test_what_is_not_there_is_not_found(course: Course) -> None:
    client = teacher_of(course)
    here = page_of(course)
    for args in ([here.pk, uuid.uuid4()], [here.pk, here.translation_key], [10**6, uuid.uuid4()]):
        assert client.get(reverse("course_admin:walk_lesson", args=args)).status_code == 404
    assert client.get(reverse("course_admin:walk", args=[10**6])).status_code == 404
    assert client.get(reverse("course_admin:walk_file", args=[here.pk, 10**6])).status_code == 404


def test_a_course_without_lessons_can_be_walked() -> None:
    course = make.course(0, 0, title="Empty", release=False)
    for persona in PERSONAS:
        assert teacher_of(course).get(walk(course, persona), follow=True).status_code == 200
