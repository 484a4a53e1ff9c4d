"""Grades that change after handing in: exact marks, the ledger, one statement that writes.

Every change of a grade goes through `replace`, by hand and by a new key alike. A mark keeps its
`exact` points besides the rounded ones, so that three thirds stay one however often one regrades.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from accounts.models import User
from assessments.models import Attempt, Grade
from assessments.questions import grading, paper
from assessments.questions.data import MANUAL, fraction
from assessments.services import attempts
from assessments.services.attempts import Conflict, rounded, shown
from core import snapshots
from course_pages.models import Course
from learning.services import access

Quiz = Mapping[str, Any]
Marks = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Result:
    """A grade: the sum of its marks and what follows from it."""

    marks: Marks
    score: Decimal | None
    possible: Decimal
    passed: bool | None

    @property
    def state(self) -> Attempt.State:
        return Attempt.State.WAITING if self.score is None else Attempt.State.GRADED


def locked(pk: int) -> Attempt:
    """The attempt with its enrolment, both locked by one statement."""
    return Attempt.objects.select_for_update().select_related("enrolment").get(pk=pk)


def exact(quiz: Quiz, line: Mapping[str, Any], attempt: Attempt) -> Fraction | None:
    """The points of a question as they stand, not rounded; None while a person has to grade it.

    A mark without `exact` is one of handing in: it follows from the attempt's own snapshot.
    """
    kept = attempt.marks.get(line["id"], {})
    if kept.get("exact"):
        return Fraction(kept["exact"])
    question = paper.question_of(quiz, line)
    if question["type"] in MANUAL:
        return None if kept.get("points") is None else fraction(kept["points"])
    return grading.mark(question, attempt.answers.get(line["id"])).points


def mark(points: Fraction | None, possible: Fraction, kept: Mapping[str, Any]) -> dict[str, Any]:
    """A stored mark that keeps what a person wrote beside it."""
    text = None if points is None else shown(points)
    made: dict[str, Any] = {"possible": shown(possible), "points": text}
    # Only where rounding lost something; whatever is short stays short.
    if points is not None and fraction(text) != points:
        made["exact"] = str(points)
    return with_words(made, kept)


def with_words(mark: dict[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """The mark with what a person wrote beside the one it replaces."""
    said = {key: kept[key] for key in ("comment", "rubric") if key in kept}
    return mark | said if said else mark


def total(values: Iterable[Fraction]) -> Fraction:
    """The exact sum; most marks are whole numbers or halves, so equal denominators come first."""
    parts: dict[int, int] = {}
    for value in values:
        parts[value.denominator] = parts.get(value.denominator, 0) + value.numerator
    return sum((Fraction(above, below) for below, above in parts.items()), Fraction(0))


def result(quiz: Quiz, marks: Marks, points: list[tuple[Fraction | None, Fraction]]) -> Result:
    """The grade that these (points, possible) make, by the pass mark of the attempt's own quiz."""
    possible = total(of for _got, of in points)
    if any(got is None for got, _of in points):
        return Result(marks, None, rounded(possible), None)
    score = total(got for got, _of in points if got is not None)
    passed = attempts.passes(score, possible, quiz["settings"]["pass_mark"])
    return Result(marks, rounded(score), rounded(possible), passed)


def replace(
    attempt: Attempt,
    new: Result,
    *,
    token: str,
    cause: Grade.Cause,
    key: str,
    by: User | None,
    reason: str,
    now: datetime,
) -> None:
    """Write a new grade over the one with this token, and into the ledger.

    Part of the caller's transaction, which holds the attempt's lock. Raises Conflict where the
    attempt has changed since. A pass that is won is recorded; one that is lost was the learner's
    and stays.
    """
    numbers = write_ledger(attempt, now)
    after = secrets.token_hex(32)
    graded = new.state == Attempt.State.GRADED
    changes = {
        "token": after,
        "state": new.state,
        "marks": new.marks,
        "score": new.score,
        "possible": new.possible,
        "passed": new.passed,
        "grade_number": numbers + 1,
        "graded_at": now if graded else None,
    }
    changed = (
        Attempt.objects.filter(pk=attempt.pk, token=token)
        .exclude(state=Attempt.State.OPEN)
        .update(**changes)
    )
    if not changed:
        raise Conflict
    for name, value in changes.items():
        setattr(attempt, name, value)
    Grade.objects.create(
        attempt=attempt,
        number=attempt.grade_number,
        cause=cause,
        snapshot_id=key,
        score=new.score,
        possible=new.possible,
        passed=new.passed,
        marks=new.marks,
        by=by,
        reason=reason,
        at=now,
    )
    settle(attempt)


def write_ledger(attempt: Attempt, now: datetime) -> int:
    """The number of the grade that stands; writes that of handing in before the first change."""
    if attempt.grade_number == 0 and not attempt.grades.exists():
        Grade.objects.create(
            attempt=attempt,
            number=0,
            cause=Grade.Cause.SUBMITTED,
            snapshot_id=attempt.snapshot_id,
            score=attempt.score,
            possible=attempt.possible,
            passed=attempt.passed,
            marks=attempt.marks,
            at=attempt.submitted_at or now,
        )
    return attempt.grade_number


def settle(attempt: Attempt) -> None:
    """Record the pass of the attempt, where it has one and counts, and that results changed."""
    attempts.tell_score(attempt.enrolment)
    if not attempt.passed or attempt.voided_at is not None:
        return
    quiz = snapshots.load(attempt.snapshot_id)
    enrolment = attempt.enrolment
    # Read without a lock: releases hold the course's row for longer than one attempt may wait.
    course = Course.objects.select_related("live_release").get(pk=enrolment.course_id)
    place = access.place(course, enrolment)
    attempts.record_pass(attempt, quiz, place, enrolment)
