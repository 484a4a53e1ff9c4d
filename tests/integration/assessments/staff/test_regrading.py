"""A newer key: looked at, applied, repeated, undone."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from assessments.models import Attempt, Grade, Quiz, Regrade, RegradeEffect
from assessments.services import corrections, grading_by_hand, regrading
from assessments.services.attempts import Conflict
from core import outbox
from course_pages import releases
from course_pages.models import Course
from learning.models import Enrolment, LessonCompletion, QuizPass
from tests.cases import measure
from tests.factories import quizzes
from tests.integration.assessments.staff import school

pytestmark = pytest.mark.django_db
RECORDS = (Attempt, Grade, Regrade, RegradeEffect, QuizPass, LessonCompletion)


def release_with(course: Course, quiz: Quiz, questions: list[dict[str, Any]]) -> None:
    stream = Quiz._meta.get_field("questions").stream_block
    quiz.refresh_from_db()
    quiz.questions = stream.to_python(questions)
    quiz.save()
    quiz.save_revision().publish()
    course.refresh_from_db()
    releases.release(course=course, by=None)
    course.refresh_from_db()


def turned(question: dict[str, Any]) -> dict[str, Any]:
    """The question with its key the other way round."""
    choices = [
        item | {"value": item["value"] | {"correct": not item["value"]["correct"]}}
        for item in question["value"]["choices"]
    ]
    return question | {"value": question["value"] | {"choices": choices}}


def do(course: Course, quiz: Quiz, by: User | None = None, *, never_lower: bool) -> Regrade:
    made = regrading.ask(
        course=course,
        quiz=quiz.lineage,
        digest=regrading.key_of(course, quiz.lineage),
        never_lower=never_lower,
        reason="The key was wrong.",
        by=by or school.teacher(course),
    )
    outbox.drain()
    made.refresh_from_db()
    return made


def test_the_forecast_is_what_the_regrade_does_and_a_second_run_does_nothing() -> None:
    question = quizzes.single()
    course, quiz = quizzes.course_with_quiz([question])
    was_right = school.hands_in(course, {question["id"]: school.choice(question, 0)})
    was_wrong = school.hands_in(course, {question["id"]: school.choice(question, 1)})
    blank = school.hands_in(course, {})
    release_with(course, quiz, [turned(question)])
    with measure.nothing_changes(RECORDS):
        told = regrading.forecast(course, quiz.lineage, never_lower=False)
    assert (told.looked_at, told.unchanged, told.won, told.lost) == (3, 1, 1, 1)
    made = do(course, quiz, never_lower=False)
    assert made.state == Regrade.State.DONE
    summary = regrading.summary(made)
    assert (summary["changed"], summary["won"], summary["lost"]) == (2, 1, 1)
    for attempt, passed in ((was_right, False), (was_wrong, True), (blank, False)):
        attempt.refresh_from_db()
        assert attempt.passed is passed
    # The pass of the one who lost it stays, the won one came with its completion.
    assert QuizPass.objects.count() == LessonCompletion.objects.count() == 2
    assert Enrolment.objects.filter(completed_at__isnull=False).count() == 2
    with measure.nothing_changes((Attempt, Grade, RegradeEffect, QuizPass)):
        do(course, quiz, never_lower=False)
        regrading.run(made.pk)


def test_never_lower_spares_those_who_would_lose() -> None:
    """Seen to fail with `never_lower` taken from `_apply`."""
    question = quizzes.single()
    course, quiz = quizzes.course_with_quiz([question])
    was_right = school.hands_in(course, {question["id"]: school.choice(question, 0)})
    was_wrong = school.hands_in(course, {question["id"]: school.choice(question, 1)})
    release_with(course, quiz, [turned(question)])
    told = regrading.forecast(course, quiz.lineage, never_lower=True)
    assert (told.spared, told.won, told.lost) == (1, 1, 0)
    do(course, quiz, never_lower=True)
    was_right.refresh_from_db()
    was_wrong.refresh_from_db()
    assert (was_right.passed, was_wrong.passed) == (True, True)


def test_undone_everybody_has_the_grade_from_before_and_the_ledger_tells_all() -> None:
    question = quizzes.single()
    course, quiz = quizzes.course_with_quiz([question])
    attempt = school.hands_in(course, {question["id"]: school.choice(question, 0)})
    before = (attempt.score, attempt.possible, attempt.passed, attempt.marks)
    release_with(course, quiz, [turned(question)])
    made = do(course, quiz, never_lower=False)
    teacher = school.teacher(course)
    assert regrading.ask_undo(regrade=made, by=teacher)
    outbox.drain()
    attempt.refresh_from_db()
    assert (attempt.score, attempt.possible, attempt.passed, attempt.marks) == before
    causes = list(Grade.objects.order_by("number").values_list("cause", flat=True))
    assert causes == ["submitted", "regraded", "undone"]
    made.refresh_from_db()
    assert (made.state, made.undone_by) == (Regrade.State.UNDONE, teacher)
    with measure.nothing_changes(RECORDS):
        assert not regrading.ask_undo(regrade=made, by=teacher)
        regrading.undo(made.pk)


def test_undoing_leaves_what_was_graded_once_more_since() -> None:
    question = quizzes.single()
    course, quiz = quizzes.course_with_quiz([question])
    attempt = school.hands_in(course, {question["id"]: school.choice(question, 0)})
    release_with(course, quiz, [turned(question)])
    first = do(course, quiz, never_lower=False)
    release_with(course, quiz, [question])
    do(course, quiz, never_lower=False)
    attempt.refresh_from_db()
    assert (attempt.passed, attempt.grade_number) == (True, 2)
    regrading.ask_undo(regrade=first, by=school.teacher(course))
    outbox.drain()
    attempt.refresh_from_db()
    assert (attempt.passed, attempt.grade_number) == (True, 2)


def test_questions_that_are_gone_keep_their_marks_and_manual_ones_stay() -> None:
    gone, kept = quizzes.single("Gone?"), quizzes.single("Kept?")
    essay = quizzes.long(("Idea", "2"))
    course, quiz = quizzes.course_with_quiz([gone, kept, essay], pass_mark=50)
    answers = {
        gone["id"]: school.choice(gone, 0),
        kept["id"]: school.choice(kept, 1),
        essay["id"]: "Because.",
    }
    attempt = school.hands_in(course, answers)
    key = essay["value"]["rubric"][0]["id"]
    attempt = grading_by_hand.grade(
        attempt=attempt.pk,
        token=attempt.token,
        given={essay["id"]: grading_by_hand.Given(rubric={key: Decimal("1.5")}, comment="Good.")},
        by=school.teacher(course),
    )
    assert attempt.score == Decimal("2.5")
    longer = turned(kept)
    longer["value"] |= {"points": "3"}
    release_with(course, quiz, [longer, quizzes.long(("Idea", "9"))])
    do(course, quiz, never_lower=False)
    attempt.refresh_from_db()
    assert (attempt.score, attempt.possible) == (Decimal("5.5"), Decimal(6))
    assert attempt.marks[essay["id"]]["comment"] == "Good."


def test_a_key_released_since_one_looked_is_not_applied() -> None:
    """Seen to fail with the comparison of digests taken from `ask`."""
    question = quizzes.single()
    course, quiz = quizzes.course_with_quiz([question])
    school.hands_in(course, {question["id"]: school.choice(question, 0)})
    looked_at = regrading.key_of(course, quiz.lineage)
    release_with(course, quiz, [turned(question)])
    teacher = school.teacher(course)
    with measure.nothing_changes(RECORDS), pytest.raises(Conflict):
        regrading.ask(
            course=course,
            quiz=quiz.lineage,
            digest=looked_at,
            never_lower=True,
            reason="Why",
            by=teacher,
        )


def test_void_attempts_are_left_alone() -> None:
    question = quizzes.single()
    course, quiz = quizzes.course_with_quiz([question])
    attempt = school.hands_in(course, {question["id"]: school.choice(question, 1)})
    corrections.void(attempt=attempt.pk, reason="Cheated", by=school.teacher(course))
    release_with(course, quiz, [turned(question)])
    do(course, quiz, never_lower=False)
    attempt.refresh_from_db()
    assert attempt.passed is False
    assert not QuizPass.objects.exists()


def test_the_screens_from_the_look_to_the_undoing() -> None:
    question = quizzes.single()
    course, quiz = quizzes.course_with_quiz([question])
    attempt = school.hands_in(course, {question["id"]: school.choice(question, 1)})
    release_with(course, quiz, [turned(question)])
    client = school.signed_in(school.teacher(course))
    address = reverse("grading:regrade", args=[course.pk, quiz.lineage])
    seen = client.get(address)
    assert "now passed" in seen.content.decode()
    digest = regrading.key_of(course, quiz.lineage)
    data = {"digest": digest, "never_lower": "False"}
    with measure.nothing_changes(RECORDS):
        assert client.post(address, data).status_code == 422
    answer = client.post(address, data | {"reason": "The key was wrong."})
    made = Regrade.objects.get()
    assert (made.never_lower, made.reason) == (False, "The key was wrong.")
    assert answer["Location"] == reverse("grading:regraded", args=[course.pk, made.pk])
    assert "background" in client.get(answer["Location"]).content.decode()
    outbox.drain()
    assert "Undo this regrade" in client.get(answer["Location"]).content.decode()
    attempt.refresh_from_db()
    assert attempt.passed is True
    client.post(reverse("grading:undo", args=[course.pk, made.pk]))
    outbox.drain()
    attempt.refresh_from_db()
    assert attempt.passed is False
    assert "Undone" in client.get(answer["Location"]).content.decode()
