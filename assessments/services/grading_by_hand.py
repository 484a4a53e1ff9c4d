"""Long answers, graded by people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from assessments.models import Attempt, Grade, StaffAction
from assessments.questions import paper
from assessments.questions.data import MANUAL, Question, fraction, items, points
from assessments.services import regraded
from assessments.services.attempts import Conflict, Refused
from core import clock, outbox, snapshots

GRADED = "attempt.graded"
LONGEST_COMMENT = 5_000
Quiz = Mapping[str, Any]


class NothingToGrade(Refused):
    """The attempt is open or has no answer that a person grades."""


class OutOfBounds(ValueError):
    """More points than there are to get, fewer than none, or a criterion that does not exist."""


@dataclass(frozen=True)
class Given:
    """What a person gives for one long answer: points by criterion, or as one number."""

    rubric: Mapping[str, Decimal] = field(default_factory=dict)
    points: Decimal | None = None
    comment: str = ""


def queue(courses: set[int] | None = None) -> QuerySet[Attempt]:
    """Attempts that wait for a person, oldest first; of all courses where none are named."""
    found = Attempt.objects.filter(state=Attempt.State.WAITING, voided_at=None)
    if courses is not None:
        found = found.filter(enrolment__course__in=courses)
    return found.order_by("submitted_at", "pk")


def by_hand(quiz: Quiz, attempt: Attempt) -> list[Question]:
    """The questions of an attempt that a person grades: those answered, in the paper's order."""
    asked = [paper.question_of(quiz, line) for line in attempt.paper]
    return [one for one in asked if one["type"] in MANUAL and one["id"] in attempt.answers]


def grade(
    *, attempt: int, token: str, given: Mapping[str, Given], by: User, reason: str = ""
) -> Attempt:
    """Give an attempt's long answers their points: grade, pass and completion in one transaction.

    Raises Conflict where somebody else graded it meanwhile, NothingToGrade, OutOfBounds; then
    nothing is changed. Works again on what was graded by hand before.
    """
    with transaction.atomic():
        row = regraded.locked(attempt)
        quiz = snapshots.load(row.snapshot_id)
        wanted = by_hand(quiz, row)
        if row.state == Attempt.State.OPEN or row.voided_at is not None or not wanted:
            raise NothingToGrade
        if row.token != token:
            raise Conflict
        now = clock.now()
        new = _result(quiz, row, {one["id"]: one for one in wanted}, given)
        before = {"score": _text(row.score), "passed": row.passed}
        key = key_of(row)
        cause = Grade.Cause.GRADED
        regraded.replace(row, new, token=token, cause=cause, key=key, by=by, reason=reason, now=now)
        StaffAction.objects.create(
            enrolment=row.enrolment,
            attempt=row,
            kind=StaffAction.Kind.GRADED,
            quiz=str(row.quiz_lineage),
            before=before,
            after={"score": _text(row.score), "passed": row.passed},
            reason=reason,
            by=by,
            at=now,
        )
        if row.state == Attempt.State.GRADED:
            outbox.publish(GRADED, {"attempt": row.pk, "grade": row.grade_number})
    return row


def key_of(attempt: Attempt) -> str:
    """The snapshot by whose key the attempt's other answers are graded."""
    last = attempt.grades.filter(number=attempt.grade_number).values_list("snapshot", flat=True)
    return last.first() or attempt.snapshot_id


def _text(score: Decimal | None) -> str | None:
    return None if score is None else str(score)


def _result(
    quiz: Quiz, attempt: Attempt, wanted: Mapping[str, Any], given: Mapping[str, Given]
) -> regraded.Result:
    if not set(given) <= set(wanted):
        raise OutOfBounds
    marks: regraded.Marks = {}
    sums: list[tuple[Fraction | None, Fraction]] = []
    for line in attempt.paper:
        key = line["id"]
        kept = attempt.marks.get(key, {})
        if key in given:
            got, of, said = _by_person(wanted[key], given[key])
            marks[key] = regraded.mark(got, of, said)
        else:
            got = regraded.exact(quiz, line, attempt)
            of = possible(quiz, line, attempt)
            marks[key] = kept
        sums.append((got, of))
    return regraded.result(quiz, marks, sums)


def possible(quiz: Quiz, line: Mapping[str, Any], attempt: Attempt) -> Fraction:
    """What a question is worth as it was last graded."""
    kept = attempt.marks.get(line["id"], {})
    if kept.get("possible") is not None:
        return fraction(kept["possible"])
    return points(paper.question_of(quiz, line))


def _by_person(
    question: Mapping[str, Any], given: Given
) -> tuple[Fraction | None, Fraction, dict[str, Any]]:
    """Points, what there was to get, and what is kept of how they came about."""
    of = points(question)
    said: dict[str, Any] = {}
    if given.comment.strip():
        said["comment"] = given.comment.strip()[:LONGEST_COMMENT]
    criteria = {key: fraction(row["points"]) for key, row in items(question.get("rubric"))}
    if not criteria:
        got = None if given.points is None else _within(given.points, of)
        return got, of, said
    if not set(given.rubric) <= set(criteria):
        raise OutOfBounds
    parts = {key: _within(value, criteria[key]) for key, value in given.rubric.items()}
    said["rubric"] = {key: str(given.rubric[key]) for key in parts}
    complete = set(parts) == set(criteria)
    return (sum(parts.values(), Fraction(0)) if complete else None), of, said


def _within(value: Decimal, most: Fraction) -> Fraction:
    if not value.is_finite() or not 0 <= Fraction(value) <= most:
        raise OutOfBounds
    return Fraction(value)
