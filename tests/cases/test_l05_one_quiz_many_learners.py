"""L5: many learners begin and hand in one quiz at the same time: every result is right.

`small` here; 500 learners by `bin/test --full=l05`. The figures of the full size, with their time,
stand in docs/full-runs.md.

Seen to fail: with `paper.draw` seeded by the quiz instead of the attempt, whose answers then are
those of another learner's paper.
"""

import multiprocessing
from collections.abc import Callable

import pytest

from assessments.models import Attempt
from core import snapshots
from learning.models import LessonCompletion
from tests.cases import measure
from tests.factories import attempts as taking
from tests.factories import quizzes
from tests.factories.processes import forked

COPIES = 8
PATIENCE_SECONDS = 60


@pytest.mark.services
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_L05_every_learner_gets_the_right_result(full_size: Callable[..., int]) -> None:
    number = full_size("l05", small=48, full=500)
    questions = [quizzes.single(f"Question {index}?", wrong=["b", "c"]) for index in range(10)]
    course, _quiz = quizzes.course_with_quiz(questions, shuffle_questions=True)
    users = measure.learners(course, number)
    LessonCompletion.objects.all().delete()
    barrier = multiprocessing.get_context("fork").Barrier(COPIES)

    def some(which: int) -> Callable[[], None]:
        def work() -> None:
            barrier.wait(PATIENCE_SECONDS)
            mine = list(enumerate(users))[which::COPIES]
            begun = [(index, user, taking.begin(user, course)) for index, user in mine]
            for index, user, attempt in begun:
                right = taking.right(attempt)
                wanted = {key: right[key] for key in sorted(right)[: index % 11]}
                client = taking.signed_in(user)
                assert taking.post(client, attempt, "submit", wanted).status_code == 302

        return work

    assert set(forked(*[some(which) for which in range(COPIES)])) == {0}
    snapshots.forget()
    scores = {
        attempt.enrolment.user_id: (int(attempt.score or 0), attempt.passed)
        for attempt in Attempt.objects.select_related("enrolment")
    }
    assert scores == {user.pk: (index % 11, index % 11 >= 6) for index, user in enumerate(users)}
    assert LessonCompletion.objects.count() == sum(index % 11 >= 6 for index in range(number))
