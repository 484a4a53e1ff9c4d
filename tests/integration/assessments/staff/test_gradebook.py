"""The gradebook: who has what, in as many queries for thousands as for few."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assessments.models import Attempt, Quiz
from assessments.services import attempts, corrections
from assessments.staff import columns, gradebook
from course_pages.models import Course
from tests.cases import measure
from tests.factories import quizzes
from tests.integration.assessments.staff import school

pytestmark = pytest.mark.django_db


def names(course: Course, **sent: str) -> list[str]:
    """Learners that the gradebook lists for what was sent."""
    asked = gradebook.Asked.read(sent, columns.of(course))
    return [row.user.name for row in gradebook.learners(course, asked)]


def school_of_four() -> tuple[Course, Quiz]:
    """Ada passed, Bob failed, Cem waits, Dana never began."""
    question, essay = quizzes.single(), quizzes.long(("Idea", "1"))
    course, quiz = quizzes.course_with_quiz([question, essay], pass_mark=50)
    right, wrong = school.choice(question, 0), school.choice(question, 1)
    people = {
        name: school.learner(course, name=name, email=f"{name.lower()}@example.org")
        for name in ("Ada", "Bob", "Cem", "Dana")
    }
    school.hands_in(course, {question["id"]: right}, people["Ada"])
    school.hands_in(course, {question["id"]: wrong}, people["Bob"])
    school.hands_in(course, {question["id"]: right, essay["id"]: "Because."}, people["Cem"])
    return course, quiz


def test_each_state_lists_exactly_its_learners() -> None:
    course, _quiz = school_of_four()
    column = columns.of(course)[0].key
    for quiz in ("", column):
        wanted = {"passed": ["Ada"], "failed": ["Bob"], "waiting": ["Cem"], "none": ["Dana"]}
        assert {one: names(course, state=one, quiz=quiz) for one in wanted} == wanted
    assert names(course) == ["Ada", "Bob", "Cem", "Dana"]
    assert names(course, sort="-name") == ["Dana", "Cem", "Bob", "Ada"]
    assert names(course, sort="-score", quiz=column)[:2] == ["Ada", "Bob"]
    assert names(course, sort="score", quiz=column)[:2] == ["Bob", "Ada"]
    assert names(course, q="bob@") == ["Bob"]
    assert names(course, q="da na") == ["Dana"]
    assert names(course, q="%") == []
    assert names(course, state="'; --", sort="password", quiz="1:2") == names(course)


def test_the_page_says_percent_and_state() -> None:
    course, _quiz = school_of_four()
    shown = school.signed_in(school.teacher(course)).get(
        reverse("grading:gradebook", args=[course.pk])
    )
    text = " ".join(shown.content.decode().split())
    assert '<b>50 %</b> <span class="grading-state grading-state--passed">Passed' in text
    assert '<b>0 %</b> <span class="grading-state grading-state--failed">Not passed' in text
    assert "Waits for grading" in text
    assert "Not started" in text


@pytest.mark.parametrize(("counts", "percent"), [("best", 100), ("last", 0), ("first", 0)])
def test_the_counted_score_follows_the_quiz_s_rule(counts: str, percent: int) -> None:
    question = quizzes.single()
    course, _quiz = quizzes.course_with_quiz([question], counts=counts)
    learner = school.learner(course)
    for place in (1, 0, 1):
        school.hands_in(course, {question["id"]: school.choice(question, place)}, learner)
    known = columns.of(course)
    asked = gradebook.Asked.read({}, known)
    cell = gradebook.rows(gradebook.learners(course, asked), known)[0].cells[0]
    assert (cell.percent, cell.attempts) == (percent, 3)
    # The same as what the learner's own page counts, and as what the database sorts by.
    standing = attempts.standing(learner.enrolments.get(), known[0].lesson, known[0].quiz)
    data = {"settings": {"counts": counts}}
    assert attempts.counted(data, standing).pk == cell.attempt  # type: ignore[union-attr]
    state = "passed" if percent else "failed"
    assert names(course, quiz=known[0].key, state=state) == [learner.name]


def test_void_attempts_count_for_nothing() -> None:
    question = quizzes.single()
    course, _quiz = quizzes.course_with_quiz([question])
    attempt = school.hands_in(course, {question["id"]: school.choice(question, 0)})
    corrections.void(attempt=attempt.pk, reason="Why", by=school.teacher(course))
    known = columns.of(course)
    rows = gradebook.rows(gradebook.learners(course, gradebook.Asked()), known)
    assert rows[0].cells == [gradebook.EMPTY]


def test_a_quiz_that_left_the_course_keeps_its_column() -> None:
    question = quizzes.single()
    course, quiz = quizzes.course_with_quiz([question], title="Old quiz")
    school.hands_in(course, {question["id"]: school.choice(question, 0)})
    page = school.courses_lesson(course)
    other = quizzes.quiz(course, [quizzes.single()], title="New quiz")
    quizzes.put_into(page, other)
    found = [(one.title, one.live) for one in columns.of(course)]
    assert found == [("New quiz", True), ("Old quiz", False)]


def figures(client: Client, course: Course, quiz: Quiz) -> dict[str, int]:
    book = reverse("grading:gradebook", args=[course.pk])
    column = columns.of(course)[0].key
    addresses = {
        "gradebook": book,
        "filtered": f"{book}?quiz={column}&state=passed&sort=-score&q=many",
        "queue": reverse("grading:queue"),
        "items": reverse("grading:items", args=[course.pk, quiz.lineage]),
        "regrade": reverse("grading:regrade", args=[course.pk, quiz.lineage]),
    }
    found = {}
    for name, address in addresses.items():
        client.get(address)
        found[name] = len(measure.statements(lambda address=address: client.get(address)))  # type: ignore[misc]
    return found


def test_as_many_statements_for_ten_thousand_attempts_as_for_ten() -> None:
    """Seen to fail with `select_related("user")` taken from `gradebook.learners`."""
    question = quizzes.single()
    course, quiz = quizzes.course_with_quiz([question])
    client = school.signed_in(school.teacher(course))
    book = reverse("grading:gradebook", args=[course.pk])
    like = school.hands_in(course, {question["id"]: school.choice(question, 0)})
    school.many(course, quiz, like, learners=5, each=2)
    few = figures(client, course, quiz)
    other = school.hands_in(course, {question["id"]: school.choice(question, 1)})
    school.many(course, quiz, other, learners=2_500, each=4)
    assert Attempt.objects.count() > 10_000
    assert figures(client, course, quiz) == few
    # Session, user, rights and menu are Wagtail's frame: eleven for any page of its admin.
    ours = [one for one in measure.statements(lambda: client.get(book)) if is_ours(one)]
    assert len(ours) <= 7
    assert few["gradebook"] <= 18
    assert few["filtered"] <= 18


def is_ours(statement: str) -> bool:
    """Whether it asks for the gradebook's own rows."""
    tables = ("assessments_", "learning_", "course_pages_", "core_snapshot")
    return any(f'FROM "{name}' in statement or f"FROM `{name}" in statement for name in tables)


def test_the_gradebook_is_reached_from_structure_pages_and_quizzes() -> None:
    course, quiz = school_of_four()
    client = school.signed_in(school.teacher(course))
    page = school.courses_lesson(course)
    book = reverse("grading:gradebook", args=[course.pk])
    for address in (
        reverse("course_admin:structure", args=[course.pk]),
        reverse("wagtailadmin_pages:edit", args=[page.pk]),
        reverse("wagtailsnippets_assessments_quiz:list"),
    ):
        assert f'href="{book}"' in client.get(address).content.decode(), address
    home = client.get(reverse("wagtailadmin_home")).content.decode()
    assert "1 attempt waits for grading" in home


def test_support_looks_and_changes_nothing() -> None:
    course, _quiz = school_of_four()
    client = school.signed_in(measure.person(roles=["Support"]))
    page = client.get(reverse("grading:gradebook", args=[course.pk]))
    assert page.status_code == 200
    waiting = Attempt.objects.get(state=Attempt.State.WAITING)
    shown: Any = client.get(reverse("grading:attempt", args=[course.pk, waiting.pk]))
    assert shown.status_code == 200
    assert b"Declare void" not in shown.content
    assert reverse("grading:grade", args=[course.pk, waiting.pk]).encode() not in shown.content
