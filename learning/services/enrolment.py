"""Enrolling and leaving, and the grants by which others let somebody in."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from core import clock
from course_pages.models import Course
from learning.models import AccessGrant, Enrolment

sellers: list[Callable[[Iterable[int]], set[int]]] = []
"""Filled by apps above: of which of these courses they give the seats out, so that nobody just
takes one. One statement for any number of courses."""


class NotOpen(Exception):
    """The course cannot be enrolled in: nothing of it is released."""


class NotFree(Exception):
    """The course is sold: nobody enrols in it by themselves."""


def sold(courses: Iterable[int]) -> set[int]:
    """Those of these courses whose seats are given out elsewhere."""
    asked = set(courses)
    return {one for seller in sellers for one in seller(asked)} if asked else set()


def is_sold(course: Course) -> bool:
    """Whether seats are given out elsewhere."""
    return bool(sold([course.pk]))


def is_theirs(user: User, course: Course) -> bool:
    """Whether something else than a free seat opens the course, left or not: `enrol` goes back."""
    return _given(user, course).exists()


def _given(user: User, course: Course) -> QuerySet[AccessGrant]:
    """What opens a course to somebody now, but for free seats."""
    given = AccessGrant.objects.active(clock.now()).exclude(source=AccessGrant.Source.FREE)
    return given.filter(enrolment__user=user, enrolment__course=course)


@transaction.atomic
def enrol(*, user: User, course: Course, source: str = AccessGrant.Source.FREE) -> Enrolment:
    """Enrol in a free course; one transaction, harmless to repeat.

    Whoever left or whose access has ended comes back in, and finds all progress again: the row is
    the same. A grant that was revoked opens again; beside one that has run out there is a new one.
    Whoever left a course that is theirs by another grant just comes back. Raises NotFree for others
    where it is sold.
    """
    if course.live_release_id is None:
        raise NotOpen
    now = clock.now()
    if source == AccessGrant.Source.FREE:
        theirs = _given(user, course).select_related("enrolment").first()
        if theirs is not None:
            _come_back(theirs.enrolment)
            return theirs.enrolment
        if is_sold(course):
            raise NotFree
    enrolment, _ = Enrolment.objects.get_or_create(user=user, course=course)
    _come_back(enrolment)
    # The key tells how many came before, so that two tabs make the same grant.
    past = AccessGrant.objects.filter(enrolment=enrolment, source=source, ends_at__lte=now).count()
    grant, _ = AccessGrant.objects.get_or_create(
        source=source,
        source_key=f"enrolment:{enrolment.pk}" + (f":{past + 1}" if past else ""),
        defaults={"enrolment": enrolment, "starts_at": now},
    )
    if grant.revoked_at is not None or grant.starts_at > now:
        AccessGrant.objects.filter(pk=grant.pk).update(
            revoked_at=None, starts_at=min(grant.starts_at, now)
        )
    return enrolment


def _come_back(enrolment: Enrolment) -> None:
    if enrolment.left_at is not None:
        enrolment.left_at = None
        enrolment.save(update_fields=["left_at"])


@transaction.atomic
def grant(
    *,
    user: User,
    course: Course,
    source: str,
    source_key: str,
    starts_at: datetime,
    ends_at: datetime | None = None,
    by: User | None = None,
    reason: str = "",
) -> AccessGrant:
    """Let somebody in from one moment to another; one transaction, harmless to repeat.

    The same (source, key) is the same grant: a second call sets its end anew and takes a revocation
    back. Only a new grant brings back somebody who has left. `ends_at` lies after `starts_at`.
    """
    enrolment, _ = Enrolment.objects.get_or_create(user=user, course=course)
    row, made = AccessGrant.objects.get_or_create(
        source=source,
        source_key=source_key,
        defaults={
            "enrolment": enrolment, "starts_at": starts_at, "ends_at": ends_at,
            "by": by, "reason": reason,
        },
    )  # fmt: skip
    if made:
        _come_back(enrolment)
    elif (row.ends_at, row.revoked_at) != (ends_at, None):
        row.ends_at, row.revoked_at = ends_at, None
        row.save(update_fields=["ends_at", "revoked_at"])
    return row


@transaction.atomic
def grant_many(
    *,
    users: Iterable[User],
    course: Course,
    source: str,
    key: Callable[[User], str],
    starts_at: datetime,
    ends_at: datetime | None = None,
    by: User | None = None,
    reason: str = "",
) -> int:
    """`grant` for many at once, in few statements; one transaction, harmless to repeat.

    What was given before under the same key stays as it is. How many are new.
    """
    people = {user.pk: user for user in users}
    Enrolment.objects.bulk_create(
        (Enrolment(user_id=pk, course=course) for pk in people), ignore_conflicts=True
    )
    rows = list(Enrolment.objects.filter(course=course, user__in=people))
    keys = {row.pk: key(people[row.user_id]) for row in rows}
    before = set(
        AccessGrant.objects.filter(source=source, source_key__in=keys.values())
        .values_list("source_key", flat=True)
    )  # fmt: skip
    new = [row for row in rows if keys[row.pk] not in before]
    AccessGrant.objects.bulk_create(
        (
            AccessGrant(
                enrolment=row, source=source, source_key=keys[row.pk], starts_at=starts_at,
                ends_at=ends_at, by=by, reason=reason,
            )
            for row in new
        ),
        ignore_conflicts=True,
    )  # fmt: skip
    Enrolment.objects.filter(pk__in=[row.pk for row in new]).exclude(left_at=None).update(
        left_at=None
    )
    return len(new)


@transaction.atomic
def revoke(*, source: str, source_key: str) -> bool:
    """End a grant now; one transaction. False where it is not, or has ended already."""
    changed = AccessGrant.objects.filter(
        source=source, source_key=source_key, revoked_at=None
    ).update(revoked_at=clock.now())
    return bool(changed)


@transaction.atomic
def leave(*, enrolment: Enrolment) -> None:
    """Leave a course: it goes from one's list and closes; progress and completions stay."""
    now = clock.now()
    Enrolment.objects.filter(pk=enrolment.pk, left_at=None).update(left_at=now)
    AccessGrant.objects.filter(
        enrolment=enrolment, source=AccessGrant.Source.FREE, revoked_at=None
    ).update(revoked_at=now)
