"""The walk through a drafted course, and the editor's previews of its pages."""

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from course_pages import courses
from course_pages.models import Course, CoursePage, LessonPage
from course_pages.personas import Persona
from tests.cases import measure
from tests.factories import courses as make

pytestmark = pytest.mark.django_db
PERSONAS = list(Persona)
STUDYING = [one for one in Persona if one.studies]


def page_of(course: Course) -> CoursePage:
    return CoursePage.objects.get(translation_key=course.lineage)


def teacher_of(course: Course) -> Client:
    from accounts.sync import sync_roles

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
def test_a_page_of_the_walk_takes_at_most_eight_statements(lessons: int) -> None:
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
            assert len(warm) <= 8, "\n".join(warm)
            # The footer and its settings, which every page keeps.
            assert len(cold) <= 10, "\n".join(cold)
