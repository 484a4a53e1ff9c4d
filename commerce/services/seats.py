"""Access that staff give, move and end by hand, each act with its reason in the log."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from accounts.models import User
from core import clock
from course_pages.models import Course
from learning.models import AccessGrant
from learning.services import enrolment

GIFT = AccessGrant.Source.GIFT
ENDED_BY_HAND = frozenset({GIFT, AccessGrant.Source.FREE})
"""What was bought ends with its order: a grant ended here would open again."""
AT_ONCE = 500


class CannotGive(Exception):
    """Nothing was changed; the message says why."""


@transaction.atomic
def give(
    *, user: User, course: Course, until: datetime | None, reason: str, act: str, by: User
) -> AccessGrant:
    """Let somebody into a course; one transaction. The same `act` again gives nothing more."""
    now = clock.now()
    _check(until, reason, now)
    if course.live_release_id is None:
        raise CannotGive(_("Nothing of this course is released yet."))
    if not user.is_active:
        raise CannotGive(_("This account is switched off."))
    key = f"hand:{user.pk}:{course.pk}:{act}"
    if (known := AccessGrant.objects.filter(source=GIFT, source_key=key).first()) is not None:
        return known
    made = enrolment.grant(
        user=user, course=course, source=GIFT, source_key=key, starts_at=now, ends_at=until,
        by=by, reason=reason.strip()[:300],
    )  # fmt: skip
    _log(made, "commerce.give", by, f" → {_until(until)}", reason)
    return made


@transaction.atomic
def move_end(*, grant: AccessGrant, until: datetime | None, reason: str, by: User) -> AccessGrant:
    """Set anew when access given by hand ends, None for never; one transaction."""
    now = clock.now()
    _check(until, reason, now)
    locked = _lock(grant)
    if locked.source != GIFT or locked.revoked_at is not None:
        raise CannotGive(_("Only access that was given by hand, and not ended, can be moved."))
    before = _until(locked.ends_at)
    moved = enrolment.grant(
        user=locked.enrolment.user, course=locked.enrolment.course, source=locked.source,
        source_key=locked.source_key, starts_at=locked.starts_at, ends_at=until,
    )  # fmt: skip
    _log(moved, "commerce.move_end", by, f" {before} → {_until(until)}", reason)
    return moved


@transaction.atomic
def end(*, grant: AccessGrant, reason: str, by: User) -> AccessGrant:
    """End access now; one transaction. Progress stays. Raises CannotGive for what was bought."""
    if not reason.strip():
        raise CannotGive(_("Please write down why."))
    locked = _lock(grant)
    if locked.source not in ENDED_BY_HAND:
        raise CannotGive(_("What was bought ends by its order: give the money back there."))
    if not enrolment.revoke(source=locked.source, source_key=locked.source_key):
        raise CannotGive(_("It has ended already."))
    locked.refresh_from_db()
    _log(locked, "commerce.end", by, "", reason)
    return locked


def give_many(
    *,
    users: Sequence[User],
    course: Course,
    until: datetime | None,
    reason: str,
    act: str,
    by: User,
) -> int:
    """Let many in, some hundred to a transaction; the same `act` again gives nothing more.

    How many are new. Cut short, the same call goes on where it stopped.
    """
    now = clock.now()
    _check(until, reason, now)
    if course.live_release_id is None:
        raise CannotGive(_("Nothing of this course is released yet."))
    new = 0
    for start in range(0, len(users), AT_ONCE):
        new += enrolment.grant_many(
            users=users[start : start + AT_ONCE], course=course, source=GIFT,
            key=lambda user: f"list:{user.pk}:{course.pk}:{act}", starts_at=now, ends_at=until,
            by=by, reason=reason.strip()[:300],
        )  # fmt: skip
    if new:
        said = f"{new} → {_until(until)}. {reason.strip()}"
        log(instance=course, action="commerce.give_many", user=by, data={"said": said})
    return new


def _check(until: datetime | None, reason: str, now: datetime) -> None:
    if until is not None and until <= now:
        raise CannotGive(_("The end lies in the past."))
    if not reason.strip():
        raise CannotGive(_("Please write down why."))


def _lock(grant: AccessGrant) -> AccessGrant:
    return AccessGrant.objects.select_for_update().get(pk=grant.pk)


def _until(until: datetime | None) -> str:
    return until.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if until else "∞"


def _log(grant: AccessGrant, action: str, by: User, what: str, reason: str) -> None:
    said = f"“{grant.enrolment.course}”{what}. {reason.strip()}"
    log(instance=grant, action=action, user=by, data={"said": said})
