"""The gradebook: who has what, in as many queries for thousands as for few."""

import re
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


def test_while_the_first_attempt_waits_no_other_one_stands_for_it() -> None:
    """Seen to fail with the second one's score under "Waits for grading", linked from there."""
    question, essay = quizzes.single(), quizzes.long(("Idea", "1"))
    course, _quiz = quizzes.course_with_quiz([question, essay], counts="first", pass_mark=10)
    learner = school.learner(course, name="Ada")
    right = {question["id"]: school.choice(question, 0)}
    first = school.hands_in(course, right | {essay["id"]: "Because."}, learner)
    second = school.hands_in(course, right, learner)
    assert (first.state, second.state) == (Attempt.State.WAITING, Attempt.State.GRADED)
    other = school.learner(course, name="Bob")
    school.hands_in(course, {question["id"]: school.choice(question, 1)}, other)
    known = columns.of(course)
    rows = gradebook.rows(gradebook.learners(course, gradebook.Asked()), known)
    cell = rows[0].cells[0]
    assert (cell.percent, cell.passed, cell.state) == (None, None, "waiting")
    assert (cell.waits, cell.attempts) == (first.pk, 2)
    key = known[0].key
    assert names(course, quiz=key, sort="-score") == ["Bob", "Ada"]
    assert names(course, quiz=key, state="passed") == []
    assert names(course, quiz=key, state="waiting") == ["Ada"]


def test_waiting_leads_to_the_attempt_that_waits_and_the_score_to_its_own() -> None:
    question, essay = quizzes.single(), quizzes.long(("Idea", "1"))
    course, _quiz = quizzes.course_with_quiz([question, essay], counts="best")
    learner = school.learner(course)
    right = {question["id"]: school.choice(question, 0)}
    graded = school.hands_in(course, right, learner)
    waiting = school.hands_in(course, right | {essay["id"]: "Because."}, learner)
    book = reverse("grading:gradebook", args=[course.pk])
    text = school.signed_in(school.teacher(course)).get(book).content.decode()
    links = re.findall(r'<a class="grading-cell" href="([^"]+)">(.*?)</a>', text)
    leads = {re.sub(r"<[^>]+>", "", words): address for address, words in links}
    assert leads == {
        "50 %": reverse("grading:attempt", args=[course.pk, graded.pk]),
        "Waits for grading": reverse("grading:attempt", args=[course.pk, waiting.pk]),
    }


def test_an_order_by_score_without_a_quiz_is_told() -> None:
    course, _quiz = school_of_four()
    client = school.signed_in(school.teacher(course))
    book = reverse("grading:gradebook", args=[course.pk])
    told = b"To order by score, choose a quiz"
    assert told in client.get(book, {"sort": "-score"}).content
    chosen = {"sort": "-score", "quiz": columns.of(course)[0].key}
    assert told not in client.get(book, chosen).content
    assert told not in client.get(book).content


def test_the_filter_says_that_an_attempt_is_open_beside_what_was_passed() -> None:
    question = quizzes.single()
    course, _quiz = quizzes.course_with_quiz([question])
    learner = school.learner(course)
    school.hands_in(course, {question["id"]: school.choice(question, 0)}, learner)
    seat = school.seat_of(learner, course)
    attempts.start(seat=seat, pin=seat.lesson.quizzes[0])
    book = reverse("grading:gradebook", args=[course.pk])
    shown = school.signed_in(school.teacher(course)).get(book, {"state": "open"}).content.decode()
    assert '<option value="open" selected>With an open attempt</option>' in shown
    assert "another one is open" in shown


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
    like = school.hands_in(course, {question["id"]: school.choice(question, 0)})
    school.many(course, quiz, like, learners=5, each=2)
    few = figures(client, course, quiz)
    other = school.hands_in(course, {question["id"]: school.choice(question, 1)})
    school.many(course, quiz, other, learners=2_500, each=4)
    assert Attempt.objects.count() > 10_000
    assert figures(client, course, quiz) == few
    # Session, user, rights and menu included.
    assert few["gradebook"] <= 10
    assert few["filtered"] <= 10


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
