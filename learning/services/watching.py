"""Watching: beats of a player become ranges that were really possible, and complete by rule.

A beat costs two statements: one reads the row and whether the enrolment is open, one writes it if
nobody else did in between. The beat with which a film has been watched far enough completes the
lesson in the same transaction.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from core import clock
from course_pages.models import Course
from course_pages.outline import VideoPin
from learning.models import Enrolment, Watch
from learning.services import access, progress, watch_rows
from learning.services.access import Seat
from learning.watching import ranges as parts
from learning.watching.ranges import Ranges
from learning.watching.rule import enough, percent_of
from learning.watching.samples import Sample
from learning.watching.token import Token, milliseconds

MAX_SPEED = 2
SLACK_MS = 5_000
"""Clocks of two web servers, and rounding."""
TRIES = 10
OLDEST = timedelta(days=7)
AT_THE_END_MS = 1_000


class AccessEnded(Exception):
    """The enrolment is not open any more; nothing was written."""


class Busy(Exception):
    """Others wrote the same row each time; nothing was written, and it may be sent again."""


class _Overtaken(Exception):
    """Somebody else wrote in between."""


@dataclass(frozen=True)
class Beat:
    """How far somebody is after a beat; `token` is a new one where the old is half used up."""

    watched_ms: int
    percent: int
    completed: bool
    token: str | None


@dataclass(frozen=True)
class Resume:
    """Where a film goes on, and what of it was watched."""

    position_ms: int
    ranges: Ranges


@dataclass(frozen=True)
class _State:
    """A row of `Watch` as read; `pk` is None before the first beat."""

    pk: int | None
    version: int
    era: int
    ranges: Ranges
    position_ms: int
    position_at: datetime
    first_at: datetime
    completed: bool

    @property
    def watched_ms(self) -> int:
        return parts.length(self.ranges)


def token_for(seat: Seat, video: VideoPin, now: datetime) -> str:
    """The proof for beats of a learner's film, from the door."""
    assert seat.enrolment is not None
    token = Token(
        user=seat.enrolment.user_id,
        enrolment=seat.enrolment.pk,
        lineage=seat.lesson.lineage,
        era=seat.lesson.era,
        release=seat.release.pk,
        video=video.uid,
        duration_ms=video.duration_ms,
        percent=seat.lesson.watch_percent if video in seat.lesson.to_watch else 0,
        issued_ms=milliseconds(now),
    )
    return token.sign()


def resume(seat: Seat, video: VideoPin) -> Resume:
    """Where a learner goes on, on any device; from the beginning after the end. One query."""
    row = (
        Watch.objects.filter(
            enrolment=seat.enrolment, lineage=seat.lesson.lineage, video=video.uid
        ).first()
        if seat.enrolment
        else None
    )
    if row is None:
        return Resume(0, ())
    ended = row.position_ms >= video.duration_ms - AT_THE_END_MS
    kept = row.ranges if row.era >= seat.lesson.era else ()
    return Resume(0 if ended else row.position_ms, parts.clip(map(tuple, kept), video.duration_ms))


def beat(*, token: Token, samples: list[Sample]) -> Beat:
    """Add what was played to what is known; harmless to repeat, in any order.

    Two statements, more only when it completes the lesson: then all of it is one transaction.
    Raises AccessEnded, and Busy when others were faster each time.
    """
    for _try in range(TRIES):
        with suppress(_Overtaken):
            return _beat(token, samples)
    raise Busy


def _beat(token: Token, samples: list[Sample]) -> Beat:
    now = clock.now()
    before = _read(token, now)
    after = _grown(before, token, samples, now)
    if token.percent and not before.completed and _crosses(token, before, after):
        after = _write_and_complete(token, before, after, now)
    else:
        _write(token, before, after, now)
    return Beat(
        watched_ms=after.watched_ms,
        percent=percent_of(after.watched_ms, token.duration_ms),
        completed=after.completed,
        token=token.renewed(now),
    )


def _read(token: Token, now: datetime) -> _State:
    """The row, and whether the enrolment is open: one statement."""
    found = watch_rows.read(
        enrolment=token.enrolment,
        user=token.user,
        lineage=token.lineage,
        era=token.era,
        video=token.video,
        now=now,
    )
    if found is None:
        raise AccessEnded
    pk, version, era, ranges, position_ms, position_at, first_at, completed = found
    if pk is None:
        return _State(None, 0, token.era, (), 0, token.issued, token.issued, completed)
    kept = tuple((start, end) for start, end in ranges)
    state = _State(pk, version, era, kept, position_ms, position_at, first_at, completed)
    # The lesson has to be done again: what was watched before does not count.
    return (
        replace(state, era=token.era, ranges=(), first_at=token.issued)
        if (token.era > era)
        else state
    )


def _grown(before: _State, token: Token, samples: list[Sample], now: datetime) -> _State:
    """Pure: what the row holds after these samples.

    Of a page from before the lesson had to be done again only the position.
    """
    elapsed = max(milliseconds(now) - milliseconds(before.first_at), 0)
    ranges = before.ranges
    if token.era == before.era:
        ranges = parts.clamp(
            before.ranges,
            (one for sample in samples for one in sample.played),
            duration=token.duration_ms,
            most=SLACK_MS + MAX_SPEED * elapsed,
        )
    last = min(samples, key=lambda sample: sample.age_ms)
    taken_at = now - min(timedelta(milliseconds=min(last.age_ms, 10**12)), OLDEST)
    if before.pk is not None and taken_at < before.position_at:
        return replace(before, ranges=ranges)
    position = min(last.position_ms, token.duration_ms)
    return replace(before, ranges=ranges, position_ms=position, position_at=taken_at)


def _crosses(token: Token, before: _State, after: _State) -> bool:
    return enough(after.watched_ms, token.duration_ms, token.percent) and not enough(
        before.watched_ms, token.duration_ms, token.percent
    )


def _write(token: Token, before: _State, after: _State, now: datetime) -> None:
    """One statement; raises _Overtaken unless the row is what was read."""
    values: dict[str, Any] = {
        "era": after.era,
        "ranges": [list(one) for one in after.ranges],
        "watched_ms": after.watched_ms,
        "position_ms": after.position_ms,
        "position_at": after.position_at,
        "first_at": after.first_at,
        "last_at": now,
    }
    if before.pk is None:
        try:
            with transaction.atomic():
                Watch.objects.create(
                    enrolment_id=token.enrolment, lineage=token.lineage, video=token.video, **values
                )
        except IntegrityError as error:
            raise _Overtaken from error
        return
    if not watch_rows.write(pk=before.pk, version=before.version, values=values):
        raise _Overtaken


@transaction.atomic
def _write_and_complete(token: Token, before: _State, after: _State, now: datetime) -> _State:
    """The beat that crosses the line: the row, and the lesson if nothing else is missing.

    The enrolment's row is locked first, as everywhere: the last film and the last quiz at the same
    moment must not both see "one left".
    """
    locked = Enrolment.objects.select_for_update().get(pk=token.enrolment)
    _write(token, before, after, now)
    course = Course.objects.select_related("live_release").get(pk=locked.course_id)
    completed = progress.complete_by_rule(
        place=access.place(course, locked), lineage=token.lineage, locked=locked
    )
    return replace(after, completed=completed)
