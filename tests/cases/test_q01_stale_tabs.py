"""Q1: the same attempt in two tabs: one counts, the other gets a clear conflict, nothing is lost.

Seen to fail: with `token=token` taken from the UPDATE in `attempts.save` (the control of the race
below does without, too), and with `secrets.compare_digest` taken from `attempts.submit`.
"""

import multiprocessing
from typing import Any

import pytest

from accounts.models import User
from assessments.models import Attempt
from assessments.services import attempts
from assessments.services.attempts import Conflict
from course_pages.models import Course
from tests.cases import measure
from tests.factories import attempts as taking
from tests.factories import quizzes
from tests.factories.processes import forked

PATIENCE_SECONDS = 20
LOST = 3


def taken() -> tuple[User, Course, Attempt, list[str]]:
    questions = [quizzes.short("one"), quizzes.short("two")]
    course, _quiz = quizzes.course_with_quiz(questions)
    user = taking.learner(course)
    return user, course, taking.begin(user, course), [one["id"] for one in questions]


@pytest.mark.django_db
def test_Q01_a_stale_tab_overwrites_nothing_and_is_told() -> None:
    user, _course, attempt, (first, second) = taken()
    here, there = taking.signed_in(user), taking.signed_in(user)
    stale = attempt.token
    assert taking.post(here, attempt, "save", {first: "one", second: "two"}).status_code == 302
    with measure.nothing_changes([Attempt]):
        # The other tab was opened before, and its boxes are empty.
        answer = taking.post(there, attempt, "save", token=stale)
        assert answer.status_code == 409
        assert "went on elsewhere" in answer.content.decode()
        answer = taking.post(there, attempt, "submit", token=stale)
        assert answer.status_code == 409
    assert Attempt.objects.get().answers == {first: "one", second: "two"}


@pytest.mark.django_db
def test_Q01_the_same_request_again_is_no_conflict() -> None:
    user, _course, attempt, (first, _second) = taken()
    client = taking.signed_in(user)
    sent: dict[str, Any] = {"given": {first: "one"}, "token": attempt.token}
    assert taking.post(client, attempt, "save", **sent).status_code == 302
    with measure.nothing_changes([Attempt]):
        assert taking.post(client, attempt, "save", **sent).status_code == 302


def race(attempt: Attempt, question: str, save: Any) -> list[int]:
    """Two copies of this process save different answers, having read the same token."""
    barrier = multiprocessing.get_context("fork").Barrier(2)

    def saver(text: str) -> Any:
        def act() -> None:
            mine = Attempt.objects.get(pk=attempt.pk)
            barrier.wait(PATIENCE_SECONDS)
            try:
                save(attempt=mine, token=mine.token, sent=taking.form(mine, {question: text}))
            except Conflict:
                raise SystemExit(LOST) from None

        return act

    return forked(_exit_code(saver("here")), _exit_code(saver("there")))


def _exit_code(act: Any) -> Any:
    def run() -> None:
        import os

        try:
            act()
        except SystemExit as gone:
            os._exit(int(gone.code or 0))

    return run


@pytest.mark.services
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_Q01_of_two_at_once_one_counts() -> None:
    _user, _course, attempt, (first, _second) = taken()
    assert sorted(race(attempt, first, attempts.save)) == [0, LOST]
    assert Attempt.objects.get().answers[first] in {"here", "there"}


def save_without_comparing(*, attempt: Attempt, token: str, sent: Any) -> None:
    """The control: read, change, write, as one would without a token."""
    changes = attempts.read(attempt, sent)
    attempt.answers |= changes["answers"]
    attempt.save(update_fields=["answers"])


@pytest.mark.services
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_Q01_control_without_the_token_both_believe_that_they_won() -> None:
    _user, _course, attempt, (first, _second) = taken()
    assert race(attempt, first, save_without_comparing) == [0, 0]
