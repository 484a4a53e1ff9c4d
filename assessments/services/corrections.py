"""Single corrections by staff: attempts that do not count, more time, more attempts."""

import secrets
from typing import Any

from django.db import transaction

from accounts.models import User
from assessments.models import Allowance, Attempt, StaffAction
from assessments.services import attempts, regraded
from assessments.services.attempts import Refused
from core import clock, snapshots
from learning.models import Enrolment

MOST_TIME = 400
MOST_ATTEMPTS = 100


class StillOpen(Refused):
    """The attempt is not handed in; there is nothing to declare void."""


class NoReason(Refused):
    """Nobody said why."""


def void(*, attempt: int, reason: str, by: User) -> Attempt:
    """An attempt no longer counts, neither for the result nor as one used up; repeatable."""
    return _set_void(attempt, True, reason, by)


def count_again(*, attempt: int, reason: str, by: User) -> Attempt:
    """A void attempt counts as it did; repeatable."""
    return _set_void(attempt, False, reason, by)


def _set_void(pk: int, void: bool, reason: str, by: User) -> Attempt:
    """One transaction. A pass that was recorded stays; one that now counts is recorded."""
    if not reason.strip():
        raise NoReason
    with transaction.atomic():
        row = regraded.locked(pk)
        if row.state == Attempt.State.OPEN:
            raise StillOpen
        if (row.voided_at is not None) == void:
            return row
        now = clock.now()
        row.voided_at = now if void else None
        row.token = secrets.token_hex(32)
        row.save(update_fields=["voided_at", "token"])
        kind = StaffAction.Kind.VOIDED if void else StaffAction.Kind.COUNTED
        _log(row.enrolment, row, kind, str(row.quiz_lineage), {}, {}, reason, by)
        _settle_what_counts(row)
    return row


def _settle_what_counts(row: Attempt) -> None:
    """With one attempt more or less, another may be the one that counts."""
    known = attempts.standing(row.enrolment, str(row.lesson_lineage), str(row.quiz_lineage))
    counted = attempts.counted(snapshots.load(row.snapshot_id), known)
    if counted is not None:
        counted.enrolment = row.enrolment
        regraded.settle(counted)


def allow(
    *,
    enrolment: Enrolment,
    scope: str,
    extra_time: int | None,
    extra_attempts: int | None,
    reason: str,
    by: User,
) -> Allowance:
    """What a learner gets on top, at once and for running attempts too.

    One transaction. `scope` is a quiz's lineage, or all. What is None stays as it stands there.
    No attempt ends earlier by it.
    """
    if not reason.strip():
        raise NoReason
    if not (0 <= (extra_time or 0) <= MOST_TIME and 0 <= (extra_attempts or 0) <= MOST_ATTEMPTS):
        raise ValueError("out of bounds")
    with transaction.atomic():
        row, made = Allowance.objects.select_for_update().get_or_create(
            enrolment=enrolment, scope=scope
        )
        before = {} if made else _values(row)
        if extra_time is not None:
            row.extra_time_percent = extra_time
        if extra_attempts is not None:
            row.extra_attempts = extra_attempts
        row.reason, row.by = reason.strip(), by
        row.save()
        kind, after = StaffAction.Kind.ALLOWED, _values(row)
        _log(enrolment, None, kind, scope, before, after, reason, by)
        attempts.give_time(enrolment)
    return row


def _values(row: Allowance) -> dict[str, Any]:
    return {"time": row.extra_time_percent, "attempts": row.extra_attempts}


def _log(
    enrolment: Enrolment,
    attempt: Attempt | None,
    kind: StaffAction.Kind,
    quiz: str,
    before: dict[str, Any],
    after: dict[str, Any],
    reason: str,
    by: User,
) -> None:
    StaffAction.objects.create(
        enrolment=enrolment,
        attempt=attempt,
        kind=kind,
        quiz=quiz,
        before=before,
        after=after,
        reason=reason.strip(),
        by=by,
        at=clock.now(),
    )
