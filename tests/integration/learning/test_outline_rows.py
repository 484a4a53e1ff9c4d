"""The outline is kept for everybody; what a learner sees in it is their own."""

import pytest
from django.test import Client
from django.utils import translation

from course_pages import releases
from course_pages.models import Course
from learning.outline_rows import ModuleOutline, module_outlines
from learning.services import enrolment
from tests.cases import measure
from tests.factories import courses as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Course:
    return make.course(2, 3, title="Knots")


def states(html: str) -> list[str]:
    """State of each row, in order."""
    return [part.split('"')[0] for part in html.split('class="state state-')[1:]]


def first_module(course: Course) -> ModuleOutline:
    course.refresh_from_db()
    return module_outlines(course)[0]


@pytest.mark.parametrize(
    ("done", "current", "shown"),
    [
        ({}, None, ["todo", "todo", "todo"]),
        ({0: 1, 1: 1, 2: 1}, None, ["done", "done", "done"]),
        ({0: 1, 1: 1, 2: 1}, 1, ["done", "done", "done"]),
        ({}, 1, ["todo", "current", "todo"]),
        ({0: 1}, None, ["done", "todo", "todo"]),
        ({0: 0, 1: 1, 2: 1}, None, ["todo", "done", "done"]),
    ],
)
def test_rows_show_what_this_learner_has_done(
    course: Course, done: dict[int, int], current: int | None, shown: list[str]
) -> None:
    module = first_module(course)
    eras = {module.lessons[index].lineage: era for index, era in done.items()}
    here = None if current is None else module.lessons[current].lineage
    for _ in range(2):  # rendered, then kept
        rows = module.rows(eras, here)
        assert states(rows) == shown
        assert rows.count("aria-current") == (0 if current is None else 1)
    assert states(module.rows({})) == ["todo", "todo", "todo"]


def test_a_lesson_to_be_done_again_is_neither_finished_nor_untouched(course: Course) -> None:
    make.edit(make.lesson_page(course, "Lesson 1.1"), era=2)
    releases.release(course=course, by=None)
    module = first_module(course)
    assert states(module.rows({lesson.lineage: 1 for lesson in module.lessons})) == [
        "redo",
        "done",
        "done",
    ]


def test_one_learners_ticks_are_not_shown_to_another(course: Course) -> None:
    clients = []
    for name in ("ada", "bea"):
        person = measure.person(email=f"{name}@example.org")
        enrolment.enrol(user=person, course=course)
        client = Client()
        client.force_login(person, backend="accounts.backends.SignIn")
        clients.append(client)
    ada, bea = clients
    assert ada.post("/learn/knots/lesson-11/complete/").status_code == 302
    for path in ("/learn/knots/", "/learn/knots/lesson-12/", "/learn/knots/-/modules/1/"):
        mine, theirs, again = (one.get(path).content.decode() for one in (ada, bea, ada))
        assert states(mine)[0] == states(again)[0] == "done"
        assert "done" not in states(theirs)
    assert 'id="module-1-count">1/3' in ada.get("/learn/knots/lesson-12/").content.decode()
    assert 'id="module-1-count">0/3' in bea.get("/learn/knots/lesson-12/").content.decode()


def test_each_language_has_an_outline_of_its_own(course: Course) -> None:
    english = first_module(course)
    with translation.override("ar"):
        assert first_module(course) is not english
    assert first_module(course) is english
