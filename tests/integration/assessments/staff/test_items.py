"""Item analysis, compared with the same figures worked out from lists."""

import random
import statistics
from typing import Any

import pytest
from django.urls import reverse

from assessments.models import Quiz
from assessments.services import attempts
from assessments.staff import items
from course_pages import releases
from course_pages.models import Course
from tests.factories import quizzes
from tests.integration.assessments.staff import school

pytestmark = pytest.mark.django_db


def test_figures_are_those_of_a_naive_computation() -> None:
    """Seen to fail with the question's own share left in the rest."""
    rng = random.Random(5)
    asked = [quizzes.single(f"Which {n}?", wrong=["B", "C"], points=str(n + 1)) for n in range(4)]
    course, quiz = quizzes.course_with_quiz(asked)
    learners: list[list[int]] = []
    for able in range(12):
        given = [0 if rng.random() < able / 12 else rng.choice([1, 2]) for _one in asked]
        learners.append(given)
        answers = {
            one["id"]: school.choice(one, place) for one, place in zip(asked, given, strict=True)
        }
        school.hands_in(course, answers)
    found = {one.question["id"]: one for one in items.analyse(course, quiz.lineage)}
    worth = [n + 1 for n in range(4)]
    for place, question in enumerate(asked):
        item = found[question["id"]]
        x = [float(given[place] == 0) for given in learners]
        y = [
            sum(worth[n] for n in range(4) if n != place and given[n] == 0)
            / (sum(worth) - worth[place])
            for given in learners
        ]
        assert item.facility == pytest.approx(statistics.mean(x), abs=1e-12)
        assert item.discrimination == pytest.approx(statistics.correlation(x, y), abs=1e-9)
        counts = [sum(given[place] == choice for given in learners) for choice in range(3)]
        assert [bar.count for bar in item.bars] == counts
        assert [bar.right for bar in item.bars] == [True, False, False]


def test_below_ten_attempts_no_figures_are_shown() -> None:
    question = quizzes.single()
    course, quiz = quizzes.course_with_quiz([question])
    client = school.signed_in(school.teacher(course))
    address = reverse("grading:items", args=[course.pk, quiz.lineage])
    assert b"Nobody has handed this quiz in yet." in client.get(address).content
    for _n in range(9):
        school.hands_in(course, {question["id"]: school.choice(question, 0)})
    shown = client.get(address).content.decode()
    assert "9 graded so far" in shown
    assert '<svg class="grading-bar' not in shown
    school.hands_in(course, {question["id"]: school.choice(question, 0)})
    shown = client.get(address).content.decode()
    assert "100 %" in shown
    assert "everybody earned the same" in shown


def test_each_version_of_a_question_has_figures_of_its_own() -> None:
    """Seen to fail with every question's version the same."""
    changed, same = quizzes.single("Changed?"), quizzes.single("Same?")
    course, quiz = quizzes.course_with_quiz([changed, same])

    def ten(*places: int) -> None:
        given = zip((changed, same), places, strict=True)
        answers = {one["id"]: school.choice(one, place) for one, place in given}
        for _learner in range(10):
            school.hands_in(course, answers)

    ten(0, 0)
    for choice in changed["value"]["choices"]:
        choice["value"]["correct"] = not choice["value"]["correct"]
    quiz.refresh_from_db()
    quiz.questions = Quiz._meta.get_field("questions").stream_block.to_python([changed, same])
    quiz.save_revision().publish()
    releases.release(course=Course.objects.get(), by=None)
    ten(0, 1)

    found = items.analyse(course, quiz.lineage)
    of = {one["id"]: [row for row in found if row.question["id"] == one["id"]]
          for one in (changed, same)}  # fmt: skip
    before, after = sorted(of[changed["id"]], key=lambda row: row.last_at)
    assert (before.asked, before.facility) == (10, 1)
    assert (after.asked, after.facility) == (10, 0)
    assert before.version != after.version
    [whole] = of[same["id"]]
    assert (whole.asked, whole.facility) == (20, 0.5)


def test_every_type_has_its_distribution() -> None:
    asked: list[dict[str, Any]] = [
        quizzes.multiple(["a"], ["b"]),
        quizzes.truefalse(),
        quizzes.short("Oslo"),
        quizzes.number("4"),
        quizzes.order("one", "two"),
        quizzes.match([("fr", "Paris"), ("no", "Oslo")]),
        quizzes.blanks("The [sky] is [blue]."),
        quizzes.long(("Idea", "1")),
    ]
    course, quiz = quizzes.course_with_quiz(asked)
    multiple, true, short, number, order, match, blanks, _long = asked
    pairs = [row["id"] for row in match["value"]["pairs"]]
    for _n in range(10):
        learner = school.learner(course)
        seat = school.seat_of(learner, course)
        begun = attempts.start(seat=seat, pin=seat.lesson.quizzes[0])
        options = next(line["order"] for line in begun.paper if line["id"] == match["id"])
        answers = {
            multiple["id"]: [school.choice(multiple, 0), school.choice(multiple, 1)],
            true["id"]: "false",
            short["id"]: "oslo",
            number["id"]: "5",
            order["id"]: [row["id"] for row in order["value"]["items"]],
            f"{match['id']}.{pairs[0]}": options[0],
            f"{blanks['id']}.0": "Sky",
            f"{blanks['id']}.1": "red",
        }
        school.hands_in(course, answers, learner)
    found = {one.question["id"]: one for one in items.analyse(course, quiz.lineage)}
    shown = {key: [(bar.count, bar.right) for bar in one.bars] for key, one in found.items()}
    assert shown[multiple["id"]] == [(10, True), (10, False)]
    assert shown[true["id"]] == [(0, True), (10, False)]
    assert shown[short["id"]] == [(10, True)]
    assert shown[number["id"]] == [(10, False)]
    assert shown[order["id"]] == [(10, True), (10, True)]
    assert sum(count for count, _right in shown[match["id"]]) == 10
    assert sorted(shown[blanks["id"]]) == [(10, False), (10, True)]
    address = reverse("grading:items", args=[course.pk, quiz.lineage])
    assert school.signed_in(school.teacher(course)).get(address).status_code == 200


def test_each_question_says_its_number_and_kind() -> None:
    """The number is that of the quiz as written, whatever order learners got."""
    course, _quiz = quizzes.course_with_quiz()
    bank = quizzes.bank(course, [quizzes.truefalse(), quizzes.truefalse("false")])
    written = [quizzes.single("Alike?"), quizzes.draw(bank, 2), quizzes.number("1.5")]
    again = quizzes.quiz(course, written, title="Numbered", shuffle_questions=True)
    quizzes.put_into(school.courses_lesson(course), again)
    school.hands_in(course, {})
    found = items.analyse(course, again.lineage)
    assert [(one.number, one.drawn, str(one.kind)) for one in found] == [
        (1, False, "Single choice"),
        (2, True, "True or false"),
        (2, True, "True or false"),
        (3, False, "Number"),
    ]
    address = reverse("grading:items", args=[course.pk, again.lineage])
    shown = school.signed_in(school.teacher(course)).get(address).content.decode()
    assert "<b>Question 1</b> · Single choice" in shown
    assert "<b>Question 2</b> (drawn) · True or false" in shown
