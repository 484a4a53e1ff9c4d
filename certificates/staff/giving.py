"""Certificates for those who completed a course before it gave any: looked at first, then given.

What decides is the live release, and it stays the one that was looked at.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from assessments.services import scores
from certificates.names import problem_with
from certificates.services import issuing
from certificates.services.issuing import Refused
from certificates.staff import logbook
from core import clock, outbox
from core.models import OutboxMessage
from core.text import one_line
from course_pages.models import Course, Release
from course_pages.outline import CertificateRule, Outline
from learning.models import Enrolment

GIVE = "certificate.give"
"""News: {"course": pk, "release": pk, "enrolments": [pk, …]}."""
AT_ONCE = 100
MOST_SHOWN = 200
T = TypeVar("T")


class Outcome(StrEnum):
    GETS = "gets"
    WAITS = "waits"
    HELD = "held"
    POINTS = "points"
    OVER = "over"
    STAFF = "staff"


WORDS: dict[Outcome, Any] = {
    Outcome.GETS: _("get a certificate"),
    Outcome.WAITS: _("wait for a teacher’s approval then"),
    Outcome.HELD: _("have no name that can be printed: kept until they have one"),
    Outcome.POINTS: _("have too few points"),
    Outcome.OVER: _("completed it so long ago that it would have expired by now"),
    Outcome.STAFF: _("were let in as staff and earn none"),
}
GIVEN = (Outcome.GETS, Outcome.WAITS, Outcome.HELD)


@dataclass(frozen=True)
class Line:
    """Somebody who has completed the course, and what would become of it."""

    enrolment: Enrolment
    outcome: Outcome
    why: str = ""

    @property
    def words(self) -> str:
        return str(WORDS[self.outcome])


@dataclass(frozen=True)
class Forecast:
    """`open` are those who have not completed the course; they get theirs by themselves."""

    release: Release
    rule: CertificateRule
    lines: list[Line]
    counts: list[tuple[str, int]]
    given: list[int] = field(repr=False)
    open: int
    left_out: int


def forecast(course: Course) -> Forecast | None:
    """What giving would do now; writes nothing. None where the live release gives no certificate.

    A constant number of statements for every 100 people who have none.
    """
    release = course.live_release
    if release is None or (said := issuing.rule_of(release)) is None:
        return None
    outline, rule = said
    lines = list(_lines(course, outline, rule))
    tally = Counter(line.outcome for line in lines)
    return Forecast(
        release=release,
        rule=rule,
        lines=sorted(lines, key=lambda line: line.outcome in GIVEN)[:MOST_SHOWN],
        counts=[(WORDS[one], tally[one]) for one in Outcome if tally[one]],
        given=[line.enrolment.pk for line in lines if line.outcome in GIVEN],
        open=Enrolment.objects.filter(course=course, completed_at=None, left_at=None).count(),
        left_out=max(0, len(lines) - MOST_SHOWN),
    )


def _lines(course: Course, outline: Outline, rule: CertificateRule) -> Iterator[Line]:
    completed = Enrolment.objects.filter(
        course=course, completed_at__isnull=False, certificate=None
    ).select_related("user")
    learners = set(issuing.could_have(course).values_list("pk", flat=True))
    for some in _batches(list(completed.order_by("pk"))):
        points = (
            scores.percents_of([one.pk for one in some], outline) if rule.when == "score" else {}
        )
        for one in some:
            yield _line(one, one.pk in learners, points.get(one.pk), rule)


def _batches(things: Sequence[T]) -> Iterator[list[T]]:
    return (list(things[start : start + AT_ONCE]) for start in range(0, len(things), AT_ONCE))


def _line(enrolment: Enrolment, learns: bool, points: Any, rule: CertificateRule) -> Line:
    if not learns:
        return Line(enrolment, Outcome.STAFF)
    if rule.when == "score" and (points is None or points < rule.percent):
        return Line(enrolment, Outcome.POINTS, _points(points, rule.percent))
    assert enrolment.completed_at is not None
    ends = issuing.expiry(enrolment.completed_at, rule)
    if ends is not None and ends <= clock.now():
        return Line(enrolment, Outcome.OVER)
    if rule.when == "approved":
        return Line(enrolment, Outcome.WAITS)
    if problem := problem_with(one_line(enrolment.user.name)):
        return Line(enrolment, Outcome.HELD, problem)
    return Line(enrolment, Outcome.GETS)


def _points(reached: Any, needed: int) -> str:
    if reached is None:
        return _t("no quiz has a result")
    return _t("%(reached)s of %(needed)s percent") % {"reached": int(reached), "needed": needed}


@transaction.atomic
def ask(*, course: Course, release: int, by: User) -> int:
    """Order what a forecast by this release told; how many it is about.

    Raises Refused where another release is live by now. The work is done in the background.
    """
    locked = Course.objects.select_for_update().select_related("live_release").get(pk=course.pk)
    if locked.live_release_id != release:
        raise Refused(
            _t("The course was released anew since you looked. Nothing was done; look again.")
        )
    found = forecast(locked)
    if found is None or not found.given:
        raise Refused(_t("There is nobody to give a certificate to."))
    for some in _batches(found.given):
        outbox.publish(GIVE, {"course": course.pk, "release": release, "enrolments": some})
    logbook.write(course, "give", by, str(len(found.given)))
    return len(found.given)


def give(payload: dict[str, Any]) -> None:
    """Those of a list who still have none and meet the rule; harmless to repeat."""
    course = Course.objects.get(pk=payload["course"])
    release = Release.objects.get(pk=payload["release"])
    for one in issuing.could_have(course).filter(pk__in=payload["enrolments"]):
        issuing.consider(one, release)


def under_way(course: Course) -> int:
    """How many people are still to be looked at of what was ordered."""
    rows = OutboxMessage.objects.filter(
        kind=GIVE, done_at=None, gave_up_at=None, payload__course=course.pk
    )
    return sum(len(one["enrolments"]) for one in rows.values_list("payload", flat=True))
