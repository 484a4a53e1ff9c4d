"""Long answers: a person grades them, once, and what follows comes with it."""

from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from assessments.models import Attempt, Grade, StaffAction
from assessments.services import grading_by_hand
from assessments.services.attempts import Conflict
from assessments.services.grading_by_hand import Given, OutOfBounds
from core import outbox
from learning.models import LessonCompletion, QuizPass
from tests.cases import measure
from tests.factories import quizzes
from tests.integration.assessments.staff import school

pytestmark = pytest.mark.django_db
RECORDS = (Attempt, Grade, StaffAction, QuizPass, LessonCompletion)


def essay() -> dict[str, Any]:
    return quizzes.long(("Idea", "3"), ("Style", "1"))


def rubric(question: dict[str, Any], *points: str) -> Given:
    keys = [row["id"] for row in question["value"]["rubric"]]
    given = dict(zip(keys, map(Decimal, points), strict=False))
    return Given(rubric=given, comment="Well said.")


def test_points_by_criterion_grade_the_attempt_and_complete_the_lesson() -> None:
    question = essay()
    course, _quiz = quizzes.course_with_quiz([question])
    attempt = school.hands_in(course, {question["id"]: "Because."})
    assert attempt.state == Attempt.State.WAITING
    teacher = school.teacher(course)
    done = grading_by_hand.grade(
        attempt=attempt.pk,
        token=attempt.token,
        given={question["id"]: rubric(question, "2", "0.5")},
        by=teacher,
    )
    done.refresh_from_db()
    assert (done.state, done.score, done.passed) == ("graded", Decimal("2.5"), True)
    assert done.marks[question["id"]]["comment"] == "Well said."
    assert QuizPass.objects.count() == LessonCompletion.objects.count() == 1
    ledger = list(Grade.objects.order_by("number").values_list("number", "cause", "score"))
    assert ledger == [(0, "submitted", None), (1, "graded", Decimal("2.5"))]
    assert StaffAction.objects.get().by == teacher


def test_points_left_open_keep_the_attempt_waiting() -> None:
    question = essay()
    course, _quiz = quizzes.course_with_quiz([question])
    attempt = school.hands_in(course, {question["id"]: "Because."})
    done = grading_by_hand.grade(
        attempt=attempt.pk,
        token=attempt.token,
        given={question["id"]: rubric(question, "2")},
        by=school.teacher(course),
    )
    assert (done.state, done.score) == (Attempt.State.WAITING, None)
    assert list(done.marks[question["id"]]["rubric"].values()) == ["2"]


def test_the_second_grader_overwrites_nothing_and_is_told() -> None:
    """Seen to fail with the comparison of the token taken from `grade` and from `replace`."""
    question = essay()
    course, _quiz = quizzes.course_with_quiz([question])
    attempt = school.hands_in(course, {question["id"]: "Because."})
    teacher = school.teacher(course)
    given = {question["id"]: rubric(question, "3", "1")}
    grading_by_hand.grade(attempt=attempt.pk, token=attempt.token, given=given, by=teacher)
    worse = {question["id"]: rubric(question, "0", "0")}
    with measure.nothing_changes(RECORDS), pytest.raises(Conflict):
        grading_by_hand.grade(attempt=attempt.pk, token=attempt.token, given=worse, by=teacher)
    keys = [row["id"] for row in question["value"]["rubric"]]
    with measure.nothing_changes(RECORDS):
        answer = school.signed_in(teacher).post(
            reverse("grading:grade", args=[course.pk, attempt.pk]),
            {"token": attempt.token} | {f"points.{question['id']}.{key}": "0" for key in keys},
        )
    assert answer.status_code == 409
    assert "Somebody else has graded this attempt meanwhile" in answer.content.decode()


@pytest.mark.parametrize("points", ["3.5", "-1", "NaN", "Infinity"])
def test_points_out_of_bounds_change_nothing(points: str) -> None:
    question = essay()
    course, _quiz = quizzes.course_with_quiz([question])
    attempt = school.hands_in(course, {question["id"]: "Because."})
    teacher = school.teacher(course)
    given = {question["id"]: rubric(question, points, "0")}
    with measure.nothing_changes(RECORDS), pytest.raises(OutOfBounds):
        grading_by_hand.grade(attempt=attempt.pk, token=attempt.token, given=given, by=teacher)
    key = question["value"]["rubric"][0]["id"]
    with measure.nothing_changes(RECORDS):
        answer = school.signed_in(teacher).post(
            reverse("grading:grade", args=[course.pk, attempt.pk]),
            {"token": attempt.token, f"points.{question['id']}.{key}": points},
        )
    assert answer.status_code == 422


def test_a_grade_given_by_hand_can_be_changed_and_the_pass_stays() -> None:
    question = essay()
    course, _quiz = quizzes.course_with_quiz([question])
    attempt = school.hands_in(course, {question["id"]: "Because."})
    teacher = school.teacher(course)
    for points in ("3", "0"):
        attempt = grading_by_hand.grade(
            attempt=attempt.pk,
            token=attempt.token,
            given={question["id"]: rubric(question, points, "0")},
            by=teacher,
        )
    assert (attempt.score, attempt.passed) == (Decimal(0), False)
    assert QuizPass.objects.count() == LessonCompletion.objects.count() == 1
    assert Grade.objects.count() == 3


def test_three_thirds_and_an_essay_are_all_the_points() -> None:
    """Exact, not summed from rounded marks: with a pass mark of 100 it passes."""
    thirds = [quizzes.multiple(["a"], ["b", "c"], scoring="partial") for _n in range(3)]
    question = essay()
    course, _quiz = quizzes.course_with_quiz([*thirds, question], pass_mark=0)
    # One of three choices wrong: two thirds each.
    answers: dict[str, Any] = {
        one["id"]: [school.choice(one, 0), school.choice(one, 1)] for one in thirds
    }
    attempt = school.hands_in(course, answers | {question["id"]: "Because."})
    done = grading_by_hand.grade(
        attempt=attempt.pk,
        token=attempt.token,
        given={question["id"]: rubric(question, "3", "1")},
        by=school.teacher(course),
    )
    assert done.score == Decimal(6)


def test_the_form_grades_and_the_learner_gets_one_mail() -> None:
    question = essay()
    course, _quiz = quizzes.course_with_quiz([question], title="Essays")
    learner = school.learner(course)
    attempt = school.hands_in(course, {question["id"]: "<b>Because</b>."}, learner)
    teacher = school.teacher(course)
    client = school.signed_in(teacher)
    queue = client.get(reverse("grading:queue")).content.decode()
    address = reverse("grading:grade", args=[course.pk, attempt.pk])
    assert address in queue
    form = client.get(address).content.decode()
    assert "&lt;b&gt;Because&lt;/b&gt;." in form
    keys = [row["id"] for row in question["value"]["rubric"]]
    data = {f"points.{question['id']}.{key}": "1" for key in keys}
    half = {"token": attempt.token, f"points.{question['id']}.{keys[0]}": "1"}
    kept = client.post(address, half)
    assert kept["Location"] == reverse("grading:attempt", args=[course.pk, attempt.pk])
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.WAITING
    answer = client.post(address, {"token": attempt.token, **data})
    assert answer.status_code == 302
    attempt.refresh_from_db()
    assert attempt.score == Decimal(2)
    outbox.drain()
    outbox.drain()
    assert [(one.to, one.subject) for one in mail.outbox] == [([learner.email], "Graded: Essays")]
    assert address not in client.get(reverse("grading:queue")).content.decode()
