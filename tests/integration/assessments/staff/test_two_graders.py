"""Two graders press at the same moment, on a database with rows to lock."""

import threading
from decimal import Decimal

import pytest
from django.db import connection

from assessments.models import Attempt, Grade
from assessments.services import grading_by_hand
from assessments.services.attempts import Conflict
from assessments.services.grading_by_hand import Given
from tests.factories import quizzes
from tests.integration.assessments.staff import school


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_of_two_graders_at_once_one_is_kept_and_the_other_told() -> None:
    essay = quizzes.long()
    course, _quiz = quizzes.course_with_quiz([essay])
    attempt = school.hands_in(course, {essay["id"]: "Because."})
    teacher = school.teacher(course)
    gate = threading.Barrier(2)
    outcomes: list[str] = []

    def grade(points: str) -> None:
        try:
            gate.wait(timeout=10)
            grading_by_hand.grade(
                attempt=attempt.pk,
                token=attempt.token,
                given={essay["id"]: Given(points=Decimal(points))},
                by=teacher,
            )
            outcomes.append(points)
        except Conflict:
            outcomes.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=grade, args=[points]) for points in ("0", "1")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert outcomes.count("conflict") == 1
    kept = next(one for one in outcomes if one != "conflict")
    attempt.refresh_from_db()
    assert attempt.score == Decimal(kept)
    assert Grade.objects.count() == 2
    assert Attempt.objects.get().grade_number == 1
