"""Attempts: begun, saved and handed in. The learner's side of the engine.

Every change of an attempt compares its token and replaces it in one statement, so a stale tab, a
double click and a repeated request change nothing. Lock order: attempt with its enrolment (one
statement), then what `learning` records.
"""

import hashlib
import logging
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from assessments.models import Allowance, Attempt
from assessments.models.authoring import Counts
from assessments.questions import answers as reading
from assessments.questions import grading, paper
from assessments.questions.answers import NotAnAnswer, Sent
from core import clock, outbox, snapshots
from core.prepared import Prepared
from core.snapshots import canonical
from course_pages.outline import QuizPin
from learning.models import Enrolment
from learning.services import access, progress
from learning.services.access import Place, Seat

logger = logging.getLogger("lectern.assessments")
GRACE = timedelta(seconds=15)
"""How long after its deadline an attempt still takes what comes: networks are slow."""
WAITING = "attempt.waiting"
SCORE_CHANGED = "quizzes.score_changed"
"""News: {"enrolment": pk}; only of those who have completed the course."""
BATCH = 200


class Refused(Exception):
    """The attempt cannot be begun or changed; nothing was."""


class NotOpenYet(Refused):
    """The quiz opens later."""


class QuizClosed(Refused):
    """The quiz has closed."""


class NoAttemptsLeft(Refused):
    """All attempts are used up."""


@dataclass
class CoolingDown(Refused):
    """The next attempt is possible `at`."""

    at: datetime


class Conflict(Refused):
    """The attempt went on elsewhere: another tab, another device."""


class Over(Refused):
    """The attempt is handed in."""


@dataclass(frozen=True)
class Standing:
    """What a learner has done of a quiz, and whether they may begin; read in two queries."""

    attempts: list[Attempt]
    extra_attempts: int
    extra_time_percent: int

    @property
    def open(self) -> Attempt | None:
        return next((one for one in self.attempts if one.state == Attempt.State.OPEN), None)

    @property
    def counted(self) -> list[Attempt]:
        """Attempts that use one up: all but void ones."""
        return [one for one in self.attempts if one.voided_at is None]


def standing(enrolment: Enrolment, lesson: str, quiz: str) -> Standing:
    """A learner's attempts at a quiz of a lesson, first one first, without their answers."""
    return standings(enrolment, quiz, [lesson])[lesson]


def standings(enrolment: Enrolment, quiz: str, lessons: Iterable[str]) -> dict[str, Standing]:
    """As `standing`, for each lesson (a lineage) that asks the quiz; two queries for all."""
    asked = dict.fromkeys(lessons)
    rows = (
        Attempt.objects.filter(enrolment=enrolment, quiz_lineage=quiz, lesson_lineage__in=asked)
        .defer("paper", "answers", "marks", "flags")
        .order_by("number")
    )
    found: dict[str, list[Attempt]] = {lesson: [] for lesson in asked}
    for one in rows:
        found[str(one.lesson_lineage)].append(one)
    extra = allowed(enrolment, quiz)
    return {lesson: Standing(attempts, *extra) for lesson, attempts in found.items()}


def allowed(enrolment: Enrolment, quiz: str) -> tuple[int, int]:
    """Attempts and percent of time that a learner gets on top at a quiz: one query."""
    rows = list(
        Allowance.objects.filter(
            Q(scope=quiz) | Q(scope=Allowance.EVERY_QUIZ), enrolment=enrolment
        ).values_list("extra_attempts", "extra_time_percent")
    )
    return sum(extra for extra, _time in rows), max((time for _extra, time in rows), default=0)


def refusal(quiz: Mapping[str, Any], known: Standing, now: datetime) -> Refused | None:
    """Why no attempt can be begun now, or None."""
    settings = quiz["settings"]
    if settings["opens_at"] and now < datetime.fromisoformat(settings["opens_at"]):
        return NotOpenYet()
    if settings["closes_at"] and now >= datetime.fromisoformat(settings["closes_at"]):
        return QuizClosed()
    allowed = settings["attempts"] + known.extra_attempts if settings["attempts"] else None
    if allowed is not None and len(known.counted) >= allowed:
        return NoAttemptsLeft()
    ends = [one.submitted_at for one in known.counted if one.submitted_at]
    if settings["cooldown_minutes"] and ends:
        at = max(ends) + timedelta(minutes=settings["cooldown_minutes"])
        if now < at:
            return CoolingDown(at)
    return None


def start(*, seat: Seat, pin: QuizPin) -> Attempt:
    """Begin an attempt, or return the one that is open; raises Refused.

    Safe to race: one attempt is open at the most (`open_key`), and each number is given once.
    """
    assert seat.enrolment is not None
    quiz = snapshots.load(pin.digest)
    known = standing(seat.enrolment, seat.lesson.lineage, pin.lineage)
    now = clock.now()
    if known.open is not None:
        if not is_overdue(known.open, now):
            return known.open
        close_overdue(known.open.pk, now)
        known = standing(seat.enrolment, seat.lesson.lineage, pin.lineage)
    if refused := refusal(quiz, known, now):
        raise refused
    seed = secrets.token_hex(16)
    attempt = Attempt(
        enrolment=seat.enrolment,
        lesson_lineage=seat.lesson.lineage,
        quiz_lineage=pin.lineage,
        snapshot_id=pin.digest,
        release=seat.release,
        number=max((one.number for one in known.attempts), default=0) + 1,
        open_key=f"{seat.enrolment.pk}:{seat.lesson.lineage}:{pin.lineage}",
        token=secrets.token_hex(32),
        seed=seed,
        paper=paper.draw(quiz, seed),
        started_at=now,
        last_at=now,
        deadline=_deadline(quiz["settings"], now, known.extra_time_percent),
    )
    try:
        with transaction.atomic():
            attempt.save(force_insert=True)
    except IntegrityError:
        # Begun in another tab a moment ago, and perhaps handed in there already.
        found = standing(seat.enrolment, seat.lesson.lineage, pin.lineage).open
        if found is None:
            raise Conflict from None
        return found
    return attempt


def _deadline(settings: Mapping[str, Any], now: datetime, extra_percent: int) -> datetime | None:
    """The earlier of the time limit, with extra time, and the closing time; in UTC."""
    now = now.astimezone(UTC)
    ends = []
    if settings["time_limit_minutes"]:
        seconds = settings["time_limit_minutes"] * 60 * (100 + extra_percent) / 100
        ends.append(now + timedelta(seconds=seconds))
    if settings["closes_at"]:
        ends.append(datetime.fromisoformat(settings["closes_at"]))
    return min(ends, default=None)


def give_time(enrolment: Enrolment) -> None:
    """Let running attempts end later by what is allowed now; never earlier.

    Part of the caller's transaction, which has not locked the enrolment before.
    """
    running = _locked().filter(
        enrolment=enrolment, state=Attempt.State.OPEN, deadline__isnull=False
    )
    for attempt in running:
        settings = snapshots.load(attempt.snapshot_id)["settings"]
        _extra, percent = allowed(enrolment, str(attempt.quiz_lineage))
        deadline = _deadline(settings, attempt.started_at, percent)
        assert attempt.deadline is not None
        if deadline is not None and deadline > attempt.deadline:
            Attempt.objects.filter(pk=attempt.pk).update(deadline=deadline)


def is_overdue(attempt: Attempt, now: datetime) -> bool:
    """Whether an open attempt's time is up, grace included."""
    return attempt.deadline is not None and now > attempt.deadline + GRACE


def find(place: Place, pk: int) -> Attempt | None:
    """One of the learner's own attempts in this course."""
    return Attempt.objects.filter(pk=pk, enrolment=place.enrolment).first()


def save(*, attempt: Attempt, token: str, sent: Sent) -> str:
    """Keep the answers that a page sent; returns the token for the next change.

    `sent` names the questions that its page shows (`asked`); the others stay as they are. Raises
    Over, Conflict, or NotAnAnswer; then nothing is kept. The same request again is no conflict.
    """
    _refuse_if_over(attempt)
    changes = read(attempt, sent)
    after = _next_token(token, changes)
    if secrets.compare_digest(attempt.token.encode(), after.encode()):
        return after
    kept = attempt.answers | changes["answers"]
    updated = Attempt.objects.filter(pk=attempt.pk, token=token, state=Attempt.State.OPEN).update(
        answers={key: value for key, value in kept.items() if value is not None},
        flags=_flags(attempt, changes),
        token=after,
        last_at=clock.now(),
    )
    if not updated:
        raise Conflict
    return after


def read(attempt: Attempt, sent: Sent) -> dict[str, Any]:
    """What a page sent: `{"answers": {question: answer}, "flags": {question: bool}}`."""
    quiz = snapshots.load(attempt.snapshot_id)
    lines = {line["id"]: line for line in attempt.paper}
    asked = sent.getlist("asked")
    if len(asked) > len(lines) or not set(asked) <= set(lines):
        raise NotAnAnswer("no such question")
    return {
        "answers": {
            key: reading.read(paper.question_of(quiz, lines[key]), lines[key], sent, f"a.{key}")
            for key in asked
        },
        "flags": {key: f"flag.{key}" in sent for key in asked},
    }


def _flags(attempt: Attempt, changes: Mapping[str, Any]) -> list[str]:
    flags: dict[str, bool] = dict.fromkeys(attempt.flags, True) | changes["flags"]
    return sorted(key for key, flagged in flags.items() if flagged)


def _next_token(token: str, changes: Mapping[str, Any]) -> str:
    """Follows from the old one and what was sent: a repeated request is known by it."""
    return hashlib.sha256(f"{token}\n{canonical(changes)}".encode()).hexdigest()


def _refuse_if_over(attempt: Attempt) -> None:
    if attempt.state != Attempt.State.OPEN:
        raise Over
    if is_overdue(attempt, clock.now()):
        close_overdue(attempt.pk, clock.now())
        raise Over


def submit(*, place: Place, pk: int, token: str, sent: Sent) -> Attempt:
    """Hand an attempt in, with what its last page holds; graded at once where no person has to.

    One transaction: grade, pass and completion come together. Handing in what is handed in already
    changes nothing and returns it. Raises Conflict or NotAnAnswer, and Attempt.DoesNotExist for
    one that is not the learner's own.
    """
    with transaction.atomic():
        assert place.enrolment is not None
        locked = next(iter(OWN(attempt=pk, enrolment=place.enrolment.pk)), None)
        if locked is None:
            raise Attempt.DoesNotExist
        if locked.state == Attempt.State.OPEN and not is_overdue(locked, clock.now()):
            changes = read(locked, sent)
            if not secrets.compare_digest(locked.token.encode(), token.encode()):
                raise Conflict
            kept = locked.answers | changes["answers"]
            locked.answers = {key: value for key, value in kept.items() if value is not None}
            locked.token = _next_token(token, changes)
            now = clock.now()
            at = min(now, locked.deadline) if locked.deadline else now
            _close(locked, place, at, Attempt.ClosedBy.LEARNER)
            return locked
    if locked.state == Attempt.State.OPEN:
        close_overdue(locked.pk, clock.now())
        locked.refresh_from_db()
    return locked


def _locked() -> QuerySet[Attempt]:
    """Attempts and their enrolments, both locked by the one statement that reads them."""
    return Attempt.objects.select_for_update().select_related("enrolment")


OWN = Prepared(
    lambda attempt, enrolment: _locked().filter(pk=attempt, enrolment=enrolment),
    attempt=int,
    enrolment=int,
)


def close_overdue(pk: int, now: datetime) -> bool:
    """Hand in an attempt whose time is up, as of its deadline, with the answers saved so far."""
    with transaction.atomic():
        locked = _locked().get(pk=pk)
        if locked.state != Attempt.State.OPEN or not is_overdue(locked, now):
            return False
        assert locked.deadline is not None
        place = access.place(locked.enrolment.course, locked.enrolment)
        _close(locked, place, locked.deadline, Attempt.ClosedBy.DEADLINE)
        return True


def close_all_overdue() -> int:
    """Sweeper: every attempt whose time is up, one by one; returns how many were closed.

    One that cannot be closed is logged with its error and keeps nobody else waiting.
    """
    now = clock.now()
    due = Attempt.objects.filter(state=Attempt.State.OPEN, deadline__lt=now - GRACE)
    closed = 0
    # The newest first: those that fail again and again fall behind, and fill no batch.
    for pk in list(due.order_by("-deadline").values_list("pk", flat=True)[:BATCH]):
        try:
            closed += close_overdue(pk, now)
        except Exception:
            logger.exception("Attempt %s could not be handed in at its deadline", pk)
    return closed


def _close(attempt: Attempt, place: Place, at: datetime, by: str) -> None:
    """Grade a locked attempt and record what follows from it."""
    quiz = snapshots.load(attempt.snapshot_id)
    marks = mark_all(quiz, attempt)
    apply_marks(attempt, quiz, marks)
    attempt.open_key = None
    attempt.submitted_at = at
    attempt.closed_by = by
    attempt.last_at = clock.now()
    if attempt.state == Attempt.State.GRADED:
        attempt.graded_at = attempt.last_at
    attempt.save(
        update_fields=[
            *("answers", "token", "open_key", "submitted_at", "closed_by", "last_at", "state"),
            *("score", "possible", "passed", "marks", "graded_at"),
        ]
    )
    if attempt.state == Attempt.State.WAITING:
        outbox.publish(WAITING, {"attempt": attempt.pk})
        return
    tell_score(attempt.enrolment)
    if attempt.passed:
        record_pass(attempt, quiz, place, attempt.enrolment)


def tell_score(enrolment: Enrolment) -> None:
    """A result of somebody who has completed the course may count; in the caller's transaction."""
    if enrolment.completed_at is not None:
        outbox.publish(SCORE_CHANGED, {"enrolment": enrolment.pk})


def mark_all(quiz: Mapping[str, Any], attempt: Attempt) -> dict[str, grading.Mark]:
    """Question id → mark, for all that the paper asks."""
    return {
        line["id"]: grading.mark(paper.question_of(quiz, line), attempt.answers.get(line["id"]))
        for line in attempt.paper
    }


def apply_marks(
    attempt: Attempt, quiz: Mapping[str, Any], marks: Mapping[str, grading.Mark]
) -> None:
    """Set an attempt's grade from its marks; the sum is exact before it is rounded."""
    attempt.marks = {
        key: {
            "points": None if one.points is None else shown(one.points),
            "possible": shown(one.possible),
        }
        for key, one in marks.items()
    }
    possible = sum((one.possible for one in marks.values()), Fraction(0))
    attempt.possible = rounded(possible)
    if any(one.points is None for one in marks.values()):
        attempt.state = Attempt.State.WAITING
        attempt.score = attempt.passed = None
        return
    score = sum((one.points for one in marks.values() if one.points is not None), Fraction(0))
    attempt.state = Attempt.State.GRADED
    attempt.score = rounded(score)
    attempt.passed = passes(score, possible, quiz["settings"]["pass_mark"])


def passes(score: Fraction, possible: Fraction, pass_mark: int) -> bool:
    """Whether a score reaches the pass mark, exactly: 60 of 100 passes at 60 percent."""
    return score * 100 >= pass_mark * possible


def rounded(value: Fraction) -> Decimal:
    """To four decimal places, halves up, for showing and listing."""
    scaled = value * 10_000
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole).scaleb(-4)


@lru_cache(maxsize=4096)
def shown(value: Fraction) -> str:
    """Rounded, as it is stored with a mark."""
    return str(rounded(value))


def record_pass(attempt: Attempt, quiz: Mapping[str, Any], place: Place, locked: Enrolment) -> None:
    """Tell `learning` that the quiz is passed, if this attempt is one that counts."""
    if quiz["settings"]["counts"] == Counts.FIRST and not _is_first(attempt):
        return
    progress.pass_quiz(
        place=place,
        lineage=str(attempt.lesson_lineage),
        quiz=str(attempt.quiz_lineage),
        digest=attempt.snapshot_id,
        locked=locked,
    )


def _is_first(attempt: Attempt) -> bool:
    if attempt.number == 1:
        return True
    return not Attempt.objects.filter(
        enrolment=attempt.enrolment_id,
        lesson_lineage=attempt.lesson_lineage,
        quiz_lineage=attempt.quiz_lineage,
        number__lt=attempt.number,
        voided_at=None,
    ).exists()


def has_passed(quiz: Mapping[str, Any], known: Standing) -> bool:
    """Whether a pass was recorded: by any attempt, or by the first where only that one counts."""
    if quiz["settings"]["counts"] == Counts.FIRST:
        return any(one.passed for one in known.counted[:1])
    return any(one.passed for one in known.counted)


def counted(quiz: Mapping[str, Any], known: Standing) -> Attempt | None:
    """The attempt whose result stands, of those that are graded."""
    graded = [one for one in known.counted if one.state == Attempt.State.GRADED]
    if not graded:
        return None
    rule = quiz["settings"]["counts"]
    if rule == Counts.FIRST:
        return graded[0] if graded[0] is known.counted[0] else None
    if rule == Counts.LAST:
        return graded[-1]
    return max(graded, key=lambda one: (one.score or 0) / (one.possible or 1))
