"""L8 for quizzes: beginning, saving and handing in take the same statements at 5 and 50 questions.

Seen to fail: with the words of questions read one by one, and with a row written for each answer.
"""

from typing import Any

import pytest

from assessments.models import Attempt
from learning.models import LessonCompletion
from tests.cases import measure
from tests.factories import attempts as taking
from tests.factories import quizzes

pytestmark = pytest.mark.django_db
BOUNDS = {"begin": 7, "page": 5, "save": 5, "hand in": 10, "result": 6, "overview": 6}


def figures(number: int) -> dict[str, int]:
    questions = [quizzes.single(f"Question {index}?") for index in range(number)]
    course, quiz = quizzes.course_with_quiz(questions, course_title=f"Of {number}")
    user = taking.learner(course)
    client = taking.signed_in(user)
    base = f"{course.get_absolute_url()}lesson-11/quiz/{quiz.lineage}/"

    def count(action: Any) -> int:
        return len(measure.statements(action))

    def post(what: str) -> Any:
        attempt = Attempt.objects.get(enrolment__course=course)
        given, token = taking.right(attempt), attempt.token
        taking.url(attempt)
        return lambda: taking.post(client, attempt, what, given, token=token)

    client.get(base)
    found = {"overview": count(lambda: client.get(base))}
    found["begin"] = count(lambda: client.post(f"{base}start/"))
    attempt = Attempt.objects.get(enrolment__course=course)
    client.get(taking.url(attempt))
    found["page"] = count(lambda: client.get(taking.url(attempt)))
    found["save"] = count(post("save"))
    found["hand in"] = count(post("submit"))
    assert Attempt.objects.get(enrolment__course=course).passed
    assert LessonCompletion.objects.filter(enrolment__course=course).exists()
    client.get(taking.url(attempt))
    found["result"] = count(lambda: client.get(taking.url(attempt)))
    return found


def test_L08_a_quiz_takes_the_same_statements_with_5_and_50_questions() -> None:
    few, many = figures(5), figures(50)
    assert few == many
    for name, number in many.items():
        assert number <= BOUNDS[name], (name, number)
