"""Q2: fifty parallel starts never make more attempts than allowed.

Seen to fail: with a key of its own for each attempt, as the control below gives.
"""

import multiprocessing
import secrets
import time
from typing import Any
from unittest.mock import patch

import pytest

from assessments.models import Attempt
from assessments.services import attempts
from assessments.services.attempts import Refused
from tests.factories import attempts as taking
from tests.factories import quizzes
from tests.factories.processes import forked

COPIES, EACH = 10, 5
PATIENCE_SECONDS = 30
pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def rush(limit: int) -> list[int]:
    """Fifty starts by ten processes at once, each handing in what it began."""
    course, _quiz = quizzes.course_with_quiz([quizzes.single()], attempts=limit)
    user = taking.learner(course)
    seat = taking.seat(user, course)
    barrier = multiprocessing.get_context("fork").Barrier(COPIES)

    def begin() -> None:
        barrier.wait(PATIENCE_SECONDS)
        for _ in range(EACH):
            try:
                attempt = attempts.start(seat=seat, pin=seat.lesson.quizzes[0])
            except Refused:
                continue
            fresh = Attempt.objects.get(pk=attempt.pk)
            try:
                attempts.submit(place=seat, pk=fresh.pk, token=fresh.token, sent=taking.form(fresh))
            except Refused:
                continue

    codes = forked(*[begin] * COPIES)
    assert set(codes) == {0}
    return list(Attempt.objects.order_by("number").values_list("number", flat=True))


@pytest.mark.parametrize("limit", [1, 3])
def test_Q02_fifty_parallel_starts_never_pass_the_limit(limit: int) -> None:
    assert rush(limit) == list(range(1, limit + 1))


def test_Q02_control_without_the_key_there_are_more() -> None:
    """The unique number alone does not hold it: an attempt that is open may be overtaken."""
    real: Any = Attempt.save

    def keyless(self: Attempt, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("force_insert"):
            # Everybody has looked by the time that the first one writes.
            time.sleep(0.5)
            self.open_key = secrets.token_hex(8)
            self.number = secrets.randbelow(2**30)
        real(self, *args, **kwargs)

    with patch.object(Attempt, "save", keyless):
        assert len(rush(1)) > 1
