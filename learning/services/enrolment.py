"""Enrolling and leaving."""

from django.db import transaction

from accounts.models import User
from core import clock
from course_pages.models import Course
from learning.models import AccessGrant, Enrolment


class NotOpen(Exception):
    """The course cannot be enrolled in: nothing of it is released."""


@transaction.atomic
def enrol(*, user: User, course: Course, source: str = AccessGrant.Source.FREE) -> Enrolment:
    """Enrol in a free course; one transaction, harmless to repeat.

    Whoever left or whose access has ended comes back in, and finds all progress again: the row is
    the same. A grant that was revoked opens again; beside one that has run out there is a new one.
    """
    if course.live_release_id is None:
        raise NotOpen
    enrolment, _ = Enrolment.objects.get_or_create(user=user, course=course)
    if enrolment.left_at is not None:
        enrolment.left_at = None
        enrolment.save(update_fields=["left_at"])
    now = clock.now()
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


@transaction.atomic
def leave(*, enrolment: Enrolment) -> None:
    """Leave a course: it goes from one's list and closes; progress and completions stay."""
    now = clock.now()
    Enrolment.objects.filter(pk=enrolment.pk, left_at=None).update(left_at=now)
    AccessGrant.objects.filter(
        enrolment=enrolment, source=AccessGrant.Source.FREE, revoked_at=None
    ).update(revoked_at=now)
