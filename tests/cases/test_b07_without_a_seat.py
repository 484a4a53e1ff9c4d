"""B7: posting answers, attempts and completions without a seat: 403, nothing written.

Seen to fail: with `enrolment=place.enrolment` taken from `attempts.find`, with `to_study=True`
taken from `views.start`, and with the door of the lesson open to learners of any course.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from assessments.models import Attempt
from core import clock
from course_pages import releases
from course_pages.models import Course
from learning.models import AccessGrant, Enrolment, LessonCompletion, LessonProgress, QuizPass
from learning.services import enrolment
from tests.cases import measure
from tests.factories import attempts as taking
from tests.factories import courses as make
from tests.factories import quizzes

pytestmark = pytest.mark.django_db
LEARNT = [Attempt, QuizPass, LessonCompletion, LessonProgress, Enrolment, AccessGrant]
OTHER = "another-course"


def nobody(course: Course) -> User | None:
    return None


def registered(course: Course) -> User:
    return measure.person()


def left(course: Course) -> User:
    user = taking.learner(course)
    enrolment.leave(enrolment=Enrolment.objects.get(user=user))
    return user


def expired(course: Course) -> User:
    user = taking.learner(course)
    AccessGrant.objects.filter(enrolment__user=user).update(revoked_at=clock.now())
    return user


def elsewhere(course: Course) -> User:
    other, _quiz = quizzes.course_with_quiz(course_title="Elsewhere")
    return taking.learner(other)


PEOPLE = [nobody, registered, left, expired, elsewhere]


@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.__name__)
@pytest.mark.parametrize("htmx", [False, True], ids=["form", "htmx"])
def test_B07_without_a_seat_nothing_is_taken(
    who: Callable[[Course], User | None], htmx: bool
) -> None:
    course, quiz = quizzes.course_with_quiz()
    # Anybody may read this lesson: the quiz in it is for learners all the same.
    make.edit(make.lesson_page(course, "Lesson 1.1"), free_preview=True)
    releases.release(course=Course.objects.get(pk=course.pk), by=None)
    owner = taking.learner(course)
    attempt = taking.begin(owner, course)
    user = who(course)
    client = taking.signed_in(user) if user else Client()
    headers: dict[str, Any] = {"HTTP_HX_REQUEST": "true"} if htmx else {}
    base = f"{course.get_absolute_url()}lesson-11/"
    sent = {"token": attempt.token, "asked": [line["id"] for line in attempt.paper]}
    sent |= {f"a.{key}": [value] for key, value in taking.right(attempt).items()}
    with measure.nothing_changes(LEARNT):
        for address in (
            f"{base}quiz/{quiz.lineage}/start/", taking.url(attempt, "save"),
            taking.url(attempt, "submit"), f"{base}complete/", f"{base}opened/",
        ):  # fmt: skip
            assert client.post(address, sent, **headers).status_code == 403, address


def test_B07_another_learners_attempt_is_not_there() -> None:
    course, _quiz = quizzes.course_with_quiz()
    attempt = taking.begin(taking.learner(course), course)
    thief = taking.signed_in(taking.learner(course))
    sent = {"token": attempt.token, "asked": [attempt.paper[0]["id"]]}
    with measure.nothing_changes(LEARNT):
        for what in ("save", "submit"):
            assert thief.post(taking.url(attempt, what), sent).status_code == 404
        assert thief.get(taking.url(attempt)).status_code == 404


def test_B07_a_quiz_of_another_lesson_or_course_is_not_begun() -> None:
    course, _quiz = quizzes.course_with_quiz()
    other, foreign = quizzes.course_with_quiz(course_title="Foreign")
    client = taking.signed_in(taking.learner(course))
    base = f"{course.get_absolute_url()}lesson-11/"
    with measure.nothing_changes([Attempt]):
        assert client.post(f"{base}quiz/{foreign.lineage}/start/").status_code == 404
        address = f"{other.get_absolute_url()}lesson-11/quiz/{foreign.lineage}/start/"
        assert client.post(address).status_code == 403


def test_B07_a_lesson_is_not_completed_past_its_quiz() -> None:
    course, _quiz = quizzes.course_with_quiz(completion="done")
    client = taking.signed_in(taking.learner(course))
    base = f"{course.get_absolute_url()}lesson-11/"
    with measure.nothing_changes([LessonCompletion, QuizPass]):
        assert client.post(f"{base}complete/").status_code == 302
        answer = client.post(f"{base}complete/", HTTP_HX_REQUEST="true")
        assert "Pass the quiz" in answer.content.decode()
