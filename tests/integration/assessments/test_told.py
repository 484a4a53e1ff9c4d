"""What a learner is told after an attempt: never the key while it can still be of use."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from assessments.models import Attempt, Quiz
from assessments.services import attempts
from core import clock, outbox
from course_pages import releases
from course_pages.models import Course
from learning.models import QuizPass
from tests.factories import attempts as taking
from tests.factories import courses as make
from tests.factories import quizzes
from tests.integration.assessments.staff.test_regrading import do, release_with, turned

pytestmark = pytest.mark.django_db
TOLD = "Right answer"


def again(course: Course, quiz: Quiz, **changes: Any) -> None:
    """The quiz released with other settings."""
    quiz.refresh_from_db()
    for name, value in changes.items():
        setattr(quiz, name, value)
    quiz.save()
    quiz.save_revision().publish()
    course.refresh_from_db()
    releases.release(course=course, by=None)
    course.refresh_from_db()


def result(user: User, attempt: Attempt) -> str:
    answer = taking.signed_in(user).get(taking.url(attempt))
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


def wrong(attempt: Attempt) -> dict[str, Any]:
    """The other choices of a paper of single choices with two each."""
    right = taking.right(attempt)
    return {
        line["id"]: next(one for one in line["order"] if one != right[line["id"]])
        for line in attempt.paper
    }


def test_a_later_closing_time_holds_the_key_back_again() -> None:
    """Seen to fail: by the rules of the attempt alone."""
    soon = clock.now() + timedelta(minutes=1)
    course, quiz = quizzes.course_with_quiz(
        closes_at=soon, show_answers="closed", show_feedback="closed"
    )
    user = taking.learner(course)
    attempt = taking.hand_in(user, taking.begin(user, course))
    past = attempt.snapshot_id
    again(course, quiz, closes_at=clock.now() - timedelta(seconds=1))
    ended = taking.seat(user, course).lesson.quizzes[0].digest
    assert ended != past
    Attempt.objects.filter(pk=attempt.pk).update(snapshot=ended)
    assert TOLD in result(user, attempt)
    again(course, quiz, closes_at=clock.now() + timedelta(days=7))
    assert TOLD not in result(user, attempt)


def test_more_attempts_hold_the_key_back_again() -> None:
    course, quiz = quizzes.course_with_quiz(attempts=1, show_answers="passed")
    user = taking.learner(course)
    attempt = taking.begin(user, course)
    taking.hand_in(user, attempt, wrong(attempt))
    assert TOLD in result(user, attempt)
    again(course, quiz, attempts=3)
    assert TOLD not in result(user, attempt)


def test_another_lesson_that_asks_the_quiz_holds_the_key_back() -> None:
    course, quiz = quizzes.course_with_quiz(attempts=1, show_answers="passed")
    quizzes.put_into(
        make.lesson(make.lesson_page(course, "Lesson 1.1").get_parent().specific, "Again"), quiz
    )
    user = taking.learner(course)
    attempt = taking.begin(user, course)
    taking.hand_in(user, attempt, wrong(attempt))
    assert TOLD not in result(user, attempt)
    other = taking.begin(user, course, number=2)
    taking.hand_in(user, other, wrong(other))
    assert TOLD in result(user, attempt)
    assert TOLD in result(user, other)


def test_nothing_is_told_while_an_attempt_is_open() -> None:
    course, _quiz = quizzes.course_with_quiz(counts="last", show_answers="passed")
    user = taking.learner(course)
    attempt = taking.begin(user, course)
    taking.hand_in(user, attempt, taking.right(attempt))
    assert TOLD in result(user, attempt)
    running = taking.begin(user, course)
    assert TOLD not in result(user, attempt)
    taking.hand_in(user, running)
    assert TOLD in result(user, attempt)


def test_after_a_regrade_the_key_that_graded_is_told() -> None:
    """Seen to fail: with the question as the attempt's own snapshot has it."""
    question = quizzes.single(right="Old key", wrong=["New key"])
    course, quiz = quizzes.course_with_quiz([question], show_answers="submitted")
    user = taking.learner(course)
    attempt = taking.begin(user, course)
    taking.hand_in(user, attempt, wrong(attempt))
    release_with(course, quiz, [turned(question)])
    do(course, quiz, never_lower=False)
    text = result(user, attempt)
    told = text[text.index(TOLD) :]
    assert "New key" in told
    assert "Old key" not in told


def test_where_the_first_attempt_counts_a_later_pass_is_no_pass() -> None:
    course, _quiz = quizzes.course_with_quiz(counts="first", show_answers="never")
    user = taking.learner(course)
    first = taking.begin(user, course)
    taking.hand_in(user, first, wrong(first))
    second = taking.begin(user, course)
    taking.hand_in(user, second, taking.right(second))
    assert not QuizPass.objects.exists()
    assert "It does not count" in result(user, second)
    assert "It does not count" not in result(user, first)
    seat = taking.seat(user, course)
    pin = seat.lesson.quizzes[0]
    overview = taking.signed_in(user).get(f"/learn/{course.slug}/lesson-11/quiz/{pin.lineage}/")
    assert overview.context["quiz"].passed is False


def test_a_hidden_score_is_not_told_by_the_way_on() -> None:
    course, _quiz = quizzes.course_with_quiz(show_score="never", show_answers="never")
    make.lesson(make.lesson_page(course, "Lesson 1.1").get_parent().specific, "Next one")
    releases.release(course=course, by=None)
    course.refresh_from_db()
    user = taking.learner(course)
    pair = [taking.begin(user, course)]
    taking.hand_in(user, pair[0], taking.right(pair[0]))
    pair.append(taking.begin(user, course))
    taking.hand_in(user, pair[1], wrong(pair[1]))
    assert ["Next lesson" in result(user, one) for one in pair] == [False, False]


def test_a_quiz_of_another_course_reaches_the_course_that_asks_it() -> None:
    """Seen to fail: while only the quiz's own course was marked."""
    owner = make.course(1, 1, title="Owner")
    bank = quizzes.bank(owner, [quizzes.single()])
    quiz = quizzes.quiz(owner, [quizzes.draw(bank, 1)])
    user_of = make.course(1, 1, title="Asks")
    quizzes.put_into(make.lesson_page(user_of, "Lesson 1.1"), quiz, release=False)
    # Wagtail's index of references is written by the workers.
    outbox.drain()
    for changed in (quiz, bank):
        user_of.refresh_from_db()
        before = user_of.dirty_mark
        changed.title = f"{changed.title}, mended"
        changed.save_revision().publish()
        user_of.refresh_from_db()
        assert user_of.dirty_mark > before


def test_one_attempt_that_cannot_be_closed_keeps_nobody_waiting() -> None:
    """Seen to fail: while the sweeper ended with the first error."""
    course, _quiz = quizzes.course_with_quiz(time_limit_minutes=1)
    three = [taking.begin(taking.learner(course), course) for _number in range(3)]
    Attempt.objects.update(deadline=clock.now() - timedelta(hours=1))
    Attempt.objects.filter(pk=three[0].pk).update(
        paper=[{"id": "gone"}], deadline=clock.now() - timedelta(hours=2)
    )
    assert attempts.close_all_overdue() == 2
    states = Attempt.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["open", "graded", "graded"]
