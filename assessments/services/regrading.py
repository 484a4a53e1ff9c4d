"""A quiz graded again by the key that is released now: looked at first, then done, then undone.

By the newer key are graded the questions that it still has (by id and type); for those that are
gone the old marks stand, and what a person gave stays given. An attempt goes on with the pass mark
under which it began. A pass that is lost takes nothing back: it was the learner's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from accounts.models import User
from assessments.models import Attempt, Grade, Regrade, RegradeEffect
from assessments.questions import grading, paper
from assessments.questions.data import MANUAL, Question, fraction
from assessments.services import grading_by_hand, regraded
from assessments.services.attempts import Conflict, Refused
from core import clock, outbox, snapshots
from core.snapshots import canonical
from course_pages import outline
from course_pages.models import Course

REGRADE = "regrade.asked"
UNDO = "regrade.undo"
SHOWN = 100
CHUNK = 200
Quiz = Mapping[str, Any]
Marked = tuple[grading.Mark, dict[str, Any]]


class NotReleased(Refused):
    """The quiz is in no lesson of the live release: there is no newer key."""


@dataclass(frozen=True)
class Change:
    """What would become of one attempt."""

    attempt: Attempt
    new: regraded.Result

    @property
    def lost(self) -> bool:
        return bool(self.attempt.passed) and self.new.passed is False

    @property
    def won(self) -> bool:
        return bool(self.new.passed) and self.attempt.passed is False

    @property
    def difference(self) -> Decimal | None:
        if self.attempt.score is None or self.new.score is None:
            return None
        return self.new.score - self.attempt.score


@dataclass
class Forecast:
    """What a regrade would do; of the changes the first `SHOWN` in full, flips first."""

    looked_at: int = 0
    unchanged: int = 0
    spared: int = 0
    won: int = 0
    lost: int = 0
    higher: int = 0
    lower: int = 0
    changes: list[Change] = field(default_factory=list)

    @property
    def changed(self) -> int:
        return self.looked_at - self.unchanged - self.spared


def key_of(course: Course, quiz: str) -> str:
    """The digest of a quiz in the live release; raises NotReleased."""
    if course.live_release is not None:
        for lesson in outline.load(course.live_release.outline_id).lessons:
            for pin in lesson.quizzes:
                if pin.lineage == quiz:
                    return pin.digest
    raise NotReleased


def concerned(course: Course, quiz: str) -> QuerySet[Attempt]:
    """Attempts that a regrade looks at: handed in, and not void."""
    return Attempt.objects.filter(
        enrolment__course=course, quiz_lineage=quiz, voided_at=None
    ).exclude(state=Attempt.State.OPEN)


@dataclass
class Key:
    """A quiz by which attempts are graded; remembers what an answer earns: most are given often."""

    quiz: Quiz
    marks: dict[tuple[str, ...], Marked | None] = field(default_factory=dict)

    def mark(self, quiz: Quiz, attempt: Attempt, line: Mapping[str, Any]) -> Marked | None:
        """What a question's answer earns by the key, with the mark to store; None where the mark
        that stands stays as it is.
        """
        answer = attempt.answers.get(line["id"])
        text = answer if isinstance(answer, str) else f"\n{canonical(answer)}"
        known = (attempt.snapshot_id, line["id"], line.get("points") or "", text)
        if known not in self.marks:
            question = newer(quiz, self.quiz, line)
            self.marks[known] = self._by_key(question, answer) if question else None
        return self.marks[known]

    def _by_key(self, question: Question, answer: Any) -> Marked:
        found = grading.mark(question, answer)
        return found, regraded.mark(found.points, found.possible, {})


def regrade_of(attempt: Attempt, key: Key) -> regraded.Result:
    """The grade of an attempt by another key."""
    quiz = snapshots.load(attempt.snapshot_id)
    marks: regraded.Marks = {}
    sums: list[tuple[Fraction | None, Fraction]] = []
    for line in attempt.paper:
        kept = attempt.marks.get(line["id"], {})
        found = key.mark(quiz, attempt, line)
        if found is not None:
            got, of = found[0].points, found[0].possible
            marks[line["id"]] = regraded.with_words(found[1], kept)
        else:
            got = regraded.exact(quiz, line, attempt)
            of = grading_by_hand.possible(quiz, line, attempt)
            marks[line["id"]] = kept
        sums.append((got, of))
    return regraded.result(quiz, marks, sums)


def newer(quiz: Quiz, key: Quiz, line: Mapping[str, Any]) -> Question | None:
    """The question as the newer key has it, if a machine grades it by that."""
    old = quiz["questions"][line["id"]]
    new = key["questions"].get(line["id"])
    if new is None or new["type"] != old["type"] or new["type"] in MANUAL:
        return None
    return paper.question_of(key, line)


def change_of(attempt: Attempt, key: Key) -> Change | None:
    """What the key changes, or None; equal marks are no change."""
    new = regrade_of(attempt, key)
    old = attempt.marks
    same = (
        (new.score, new.possible, new.passed) == (attempt.score, attempt.possible, attempt.passed)
        and new.marks.keys() == old.keys()
        and all(
            one == old[name] or _plain(one) == _plain(old[name]) for name, one in new.marks.items()
        )
    )
    return None if same else Change(attempt, new)


def _plain(mark: Mapping[str, Any]) -> tuple[Fraction | None, Fraction]:
    points = mark.get("points")
    return None if points is None else fraction(points), fraction(mark.get("possible") or 0)


def is_lower(change: Change) -> bool:
    """Whether the learner would stand worse: fewer points of all, in parts of the whole."""
    if change.lost:
        return True
    old, new = change.attempt, change.new
    if old.score is None or new.score is None:
        return False
    return new.score * (old.possible or 1) < old.score * (new.possible or 1)


def forecast(course: Course, quiz: str, *, never_lower: bool) -> Forecast:
    """What a regrade would do now; writes nothing, holds a chunk of attempts in memory."""
    key = Key(snapshots.load(key_of(course, quiz)))
    found = Forecast()
    flips: list[Change] = []
    others: list[Change] = []
    rows = (
        concerned(course, quiz)
        .select_related("enrolment__user")
        .defer("flags")
        .order_by("pk")
        .iterator(chunk_size=CHUNK)
    )
    for attempt in rows:
        found.looked_at += 1
        change = change_of(attempt, key)
        if change is None:
            found.unchanged += 1
            continue
        lower = is_lower(change)
        if never_lower and lower:
            found.spared += 1
            continue
        found.won += change.won
        found.lost += change.lost
        found.lower += lower
        found.higher += not lower and bool(change.difference)
        kept = flips if change.won or change.lost else others
        if len(kept) < SHOWN:
            kept.append(change)
    found.changes = (flips + others)[:SHOWN]
    return found


def ask(
    *, course: Course, quiz: str, digest: str, never_lower: bool, reason: str, by: User
) -> Regrade:
    """Order a regrade by the key that was looked at; done in the background.

    Raises Conflict where another key has been released since, NotReleased.
    """
    if key_of(course, quiz) != digest:
        raise Conflict
    with transaction.atomic():
        made = Regrade.objects.create(
            course=course,
            quiz_lineage=quiz,
            snapshot_id=digest,
            title=snapshots.load(digest)["title"][:200],
            never_lower=never_lower,
            reason=reason,
            by=by,
            at=clock.now(),
        )
        outbox.publish(REGRADE, {"regrade": made.pk})
    return made


def _chunks(rows: QuerySet[Any]) -> Iterator[list[int]]:
    """Primary keys, some at a time, each once."""
    keys, last = rows.order_by("pk").values_list("pk", flat=True), 0
    while chunk := list(keys.filter(pk__gt=last)[:CHUNK]):
        yield chunk
        last = chunk[-1]


def run(pk: int) -> int:
    """Carry a regrade out, an attempt a transaction; returns how many it changed now.

    Goes on where it was cut short; what stands as it should is left alone.
    """
    order = Regrade.objects.select_related("course", "by").get(pk=pk)
    if order.state != Regrade.State.WAITING:
        return 0
    key = Key(snapshots.load(order.snapshot_id))
    changed = 0
    for chunk in _chunks(concerned(order.course, str(order.quiz_lineage))):
        done = set(order.effects.filter(attempt__in=chunk).values_list("attempt", flat=True))
        for attempt in chunk:
            if attempt not in done:
                changed += _apply(order, attempt, key)
    Regrade.objects.filter(pk=pk, state=Regrade.State.WAITING).update(
        state=Regrade.State.DONE, done_at=clock.now()
    )
    return changed


def _apply(order: Regrade, pk: int, key: Key) -> bool:
    with transaction.atomic():
        attempt = regraded.locked(pk)
        if attempt.voided_at is not None:
            return False
        change = change_of(attempt, key)
        if change is None or (order.never_lower and is_lower(change)):
            return False
        before = (attempt.grade_number, attempt.score, attempt.passed)
        regraded.replace(
            attempt,
            change.new,
            token=attempt.token,
            cause=Grade.Cause.REGRADED,
            key=order.snapshot_id,
            by=order.by,
            reason=order.reason,
            now=clock.now(),
        )
        RegradeEffect.objects.create(
            regrade=order,
            attempt=attempt,
            before=before[0],
            after=attempt.grade_number,
            score_before=before[1],
            score_after=attempt.score,
            passed_before=before[2],
            passed_after=attempt.passed,
        )
    return True


def ask_undo(*, regrade: Regrade, by: User) -> bool:
    """Order that a regrade be undone; False where it is not done or is undone already."""
    with transaction.atomic():
        ordered = Regrade.objects.filter(pk=regrade.pk, state=Regrade.State.DONE).update(
            state=Regrade.State.UNDOING, undone_by=by
        )
        if ordered:
            outbox.publish(UNDO, {"regrade": regrade.pk})
    return bool(ordered)


def undo(pk: int) -> int:
    """Give each attempt the grade it had, by a new row of the ledger; returns how many.

    An attempt that was graded once more since keeps that grade.
    """
    order = Regrade.objects.select_related("undone_by").get(pk=pk)
    if order.state != Regrade.State.UNDOING:
        return 0
    undone = 0
    for chunk in _chunks(order.effects.filter(undone_at=None)):
        undone += sum(_undo(order, effect) for effect in chunk)
    Regrade.objects.filter(pk=pk, state=Regrade.State.UNDOING).update(
        state=Regrade.State.UNDONE, undone_at=clock.now()
    )
    return undone


def _undo(order: Regrade, pk: int) -> bool:
    with transaction.atomic():
        effect = RegradeEffect.objects.get(pk=pk)
        attempt = regraded.locked(effect.attempt_id)
        if effect.undone_at is not None or attempt.grade_number != effect.after:
            return False
        old = Grade.objects.get(attempt=attempt, number=effect.before)
        now = clock.now()
        regraded.replace(
            attempt,
            regraded.Result(old.marks, old.score, old.possible or Decimal(0), old.passed),
            token=attempt.token,
            cause=Grade.Cause.UNDONE,
            key=old.snapshot_id,
            by=order.undone_by,
            reason=order.reason,
            now=now,
        )
        RegradeEffect.objects.filter(pk=pk).update(undone_at=now)
    return True


def summary(regrade: Regrade) -> dict[str, int]:
    """What a regrade did, counted from its effects in one query."""
    won = Q(passed_after=True) & ~Q(passed_before=True)
    lost = Q(passed_before=True, passed_after=False)
    return regrade.effects.aggregate(
        changed=Count("pk"),
        won=Count("pk", filter=won),
        lost=Count("pk", filter=lost),
        undone=Count("pk", filter=Q(undone_at__isnull=False)),
    )
