"""An attempt from its start to what it means for the lesson."""

from decimal import Decimal

import pytest
from django.http import QueryDict

from accounts.models import User
from assessments.models import Attempt
from assessments.services import attempts
from course_pages.models import Course
from learning.models import Enrolment, LessonCompletion, QuizPass
from learning.services import access, enrolment
from learning.services.access import Seat
from tests.factories import quizzes
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def form(attempt: Attempt, **values: str | list[str]) -> QueryDict:
    sent = QueryDict(mutable=True)
    sent.setlist("asked", [line["id"] for line in attempt.paper])
    for key, value in values.items():
        sent.setlist(key, value if isinstance(value, list) else [value])
    return sent


def learner(course: Course) -> User:
    user = UserFactory()
    enrolment.enrol(user=user, course=course)
    return user


def seat_of(user: User, course: Course) -> Seat:
    course.refresh_from_db()
    address = access.enter_course(user, course.slug).outline.lessons[0].address
    return access.enter_lesson(user, course.slug, address, to_study=True)


def test_a_right_answer_passes_the_quiz_and_completes_the_lesson() -> None:
    question = quizzes.single(right="Yes", wrong=["No", "Perhaps"])
    course, quiz = quizzes.course_with_quiz([question])
    seat = seat_of(learner(course), course)
    assert [pin.lineage for pin in seat.lesson.quizzes] == [quiz.lineage]
    attempt = attempts.start(seat=seat, pin=seat.lesson.quizzes[0])
    right = question["value"]["choices"][0]["id"]
    sent = form(attempt, **{f"a.{question['id']}": right})
    done = attempts.submit(place=seat, pk=attempt.pk, token=attempt.token, sent=sent)
    assert (done.state, done.score, done.passed) == (Attempt.State.GRADED, Decimal(1), True)
    assert QuizPass.objects.count() == LessonCompletion.objects.count() == 1
    assert Enrolment.objects.get().completed_at is not None


def test_a_wrong_answer_leaves_the_lesson_open() -> None:
    question = quizzes.single()
    course, quiz = quizzes.course_with_quiz([question])
    seat = seat_of(learner(course), course)
    attempt = attempts.start(seat=seat, pin=seat.lesson.quizzes[0])
    wrong = question["value"]["choices"][1]["id"]
    sent = form(attempt, **{f"a.{question['id']}": wrong})
    done = attempts.submit(place=seat, pk=attempt.pk, token=attempt.token, sent=sent)
    assert (done.score, done.passed) == (Decimal(0), False)
    assert not QuizPass.objects.exists()
    assert not LessonCompletion.objects.exists()
