"""What a member of the staff decides, each with its entry in the log in the same transaction.

All raise `issuing.Refused`; then nothing is changed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from certificates.models import Certificate, CertificateIssue
from certificates.services import issuing
from certificates.services.issuing import Refused
from certificates.staff import logbook


@transaction.atomic
def approve(*, certificate: int, by: User, waiting_only: bool = False) -> Certificate:
    done = issuing.approve(certificate=certificate, by=by, waiting_only=waiting_only)
    logbook.write(done, "approve", by, done.note)
    return done


@transaction.atomic
def refuse(*, certificate: int, reason: str, by: User) -> Certificate:
    done = issuing.refuse(certificate=certificate, reason=reason, by=by)
    logbook.write(done, "refuse", by, done.note)
    return done


@transaction.atomic
def issue_again(
    *, certificate: int, name: str, reason: str, by: User, after: int | None = None
) -> Certificate:
    """With this name, or with that of the account where there is none."""
    done = issuing.issue_again(
        certificate=certificate, name=name, reason=reason, by=by, after=after
    )
    corrected = done.current.cause == CertificateIssue.Cause.NAME
    logbook.write(done, "name" if corrected else "again", by, done.current.reason)
    return done


@transaction.atomic
def revoke(*, certificate: int, reason: str, by: User) -> Certificate:
    done = issuing.revoke(certificate=certificate, reason=reason, by=by)
    logbook.write(done, "revoke", by, done.note)
    return done


@transaction.atomic
def restore(*, certificate: int, by: User) -> Certificate:
    before = Certificate.objects.values_list("note", flat=True).get(pk=certificate)
    done = issuing.restore(certificate=certificate, by=by)
    logbook.write(done, "restore", by, _("it had been revoked: %s") % before)
    return done


@dataclass(frozen=True)
class Decided:
    """How many of a list were decided; `held` cannot be printed yet, `missed` waited no more."""

    done: int
    held: int
    missed: int


def decide(certificates: Iterable[int], *, approved: bool, reason: str, by: User) -> Decided:
    """Several at once, each by itself: one that somebody else decided meanwhile stops no other."""
    states: list[str] = []
    keys: Sequence[int] = list(certificates)
    for pk in keys:
        try:
            if approved:
                states.append(approve(certificate=pk, by=by, waiting_only=True).state)
            else:
                states.append(refuse(certificate=pk, reason=reason, by=by).state)
        except Refused:
            continue
    return Decided(len(states), states.count(Certificate.State.HELD), len(keys) - len(states))
