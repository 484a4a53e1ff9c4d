"""From a completed course to a certificate: once for an enrolment, whatever is delivered twice.

What decides is the release in which somebody completed the course, never a later one. Every change
of a certificate locks its row first.
"""

import secrets
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from assessments.services import scores
from assets.models import Image
from certificates import evidence, files
from certificates.evidence import Evidence
from certificates.models import Certificate, CertificateEvidence, CertificateIssue
from certificates.names import problem_with
from certificates.printing.design import Design
from certificates.services import prints
from core import clock, outbox, snapshots
from core.models import OutboxMessage, SnapshotReference
from core.text import one_line
from course_pages import outline as outlines
from course_pages.models import Course, Release
from course_pages.outline import CertificateRule, Outline
from learning.models import AccessGrant, Enrolment

ISSUED = "certificate.issued"
"""News: {"issue": pk}; its PDF is to be made."""
OWED = "certificate.owed"
"""News: {"enrolment": pk}; what was earned is not given yet."""
NAMED = "certificate.named"
"""News: {"user": pk}; somebody has a name now, and certificates that waited for one."""
# Crockford's base 32: nothing that is taken for something else. 26 letters are 130 bits.
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
PUBLIC_ID = 26
SERIAL = 8
LATE = timedelta(days=1)
AT_ONCE = 2000
SWEPT = "certificates.swept"
State = Certificate.State


class Refused(Exception):
    """It cannot be done; the message says why, for people."""


def rule_of(release: Release) -> tuple[Outline, CertificateRule] | None:
    """What a release says of certificates; None where it gives none."""
    outline = outlines.load(release.outline_id)
    return (outline, outline.certificate) if outline.certificate else None


def learners() -> QuerySet[Enrolment]:
    """Enrolments that count: whoever was let in as staff alone earns nothing."""
    grants = AccessGrant.objects.filter(enrolment=OuterRef("pk"))
    return Enrolment.objects.filter(Exists(grants.exclude(source=AccessGrant.Source.STAFF)))


def owed() -> QuerySet[Enrolment]:
    """Those who have completed a course and have no row here yet, whatever the rules say."""
    return learners().filter(completed_at__isnull=False, certificate=None)


def meeting(enrolments: Iterable[int], outline: Outline, rule: CertificateRule) -> list[int]:
    """Of people who have completed the course, those who have done all that the rule asks.

    One query where it asks for points, none else.
    """
    if rule.when != "score":
        return list(enrolments)
    reached = scores.percents_of(enrolments, outline)
    return [pk for pk, points in reached.items() if points is not None and points >= rule.percent]


def consider(enrolment: Enrolment, release: Release | None = None) -> Certificate | None:
    """Give a learner what they have earned, if so; harmless to repeat, at the same time too.

    By the release in which they completed the course, or by `release` where somebody decided so.
    """
    release = release or enrolment.completed_release
    if enrolment.completed_at is None or release is None or (said := rule_of(release)) is None:
        return None
    outline, rule = said
    found = Certificate.objects.filter(enrolment=enrolment).first()
    if found is not None:
        return found
    if not learners().filter(pk=enrolment.pk).exists():
        return None
    if not meeting([enrolment.pk], outline, rule):
        return None
    with transaction.atomic():
        made, new = Certificate.objects.get_or_create(
            enrolment=enrolment,
            defaults={
                "course_id": enrolment.course_id,
                "release": release,
                "public_id": _random(PUBLIC_ID),
                "serial": f"{clock.now():%Y}-{_random(SERIAL).upper()}",
                "state": State.WAITING if rule.when == "approved" else State.HELD,
                "earned_at": enrolment.completed_at,
            },
        )
        if not new:
            return made
        if made.state == State.WAITING:
            return made
        locked = lock(made.pk)
        _issue(locked, cause=CertificateIssue.Cause.EARNED)
    return locked


def lock(pk: int) -> Certificate:
    """The row, ours until the transaction ends; alone, for with a join MariaDB locks the course."""
    return Certificate.objects.select_for_update().get(pk=pk)


def _random(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _one in range(length))


def _issue(
    certificate: Certificate,
    *,
    cause: str,
    name: str = "",
    by: User | None = None,
    reason: str = "",
) -> bool:
    """Append a print of a locked certificate; held instead if it has no name that can be printed.

    Whether it was issued.
    """
    user = certificate.enrolment.user
    wanted = one_line(name or user.name)
    if problem := problem_with(wanted):
        if certificate.current_id is None:
            certificate.state, certificate.note = State.HELD, ""
            certificate.save(update_fields=["state", "note"])
            return False
        raise Refused(problem)
    said = rule_of(certificate.release)
    assert said is not None, "a certificate's release has a rule"
    outline, rule = said
    now = clock.now()
    issue = CertificateIssue.objects.create(
        certificate=certificate,
        number=certificate.issues.count() + 1,
        cause=cause,
        reason=reason,
        issued_at=now,
        expires_at=_expires_at(certificate, rule),
        by=by,
    )
    told = _corrected(certificate, issue, wanted)
    told = told or _evidence(certificate, issue, wanted, outline, rule)
    CertificateEvidence.objects.create(issue=issue, data=told.as_json())
    certificate.current = issue
    certificate.state, certificate.note = State.ISSUED, ""
    certificate.save(update_fields=["current", "state", "note"])
    outbox.publish(ISSUED, {"issue": issue.pk})
    return True


def _expires_at(certificate: Certificate, rule: CertificateRule) -> datetime | None:
    """As on the print before; of the first, reckoned from the approval where that was needed."""
    if certificate.current is not None:
        found: datetime | None = certificate.current.expires_at
        return found
    return expiry(certificate.decided_at or certificate.earned_at, rule)


def _corrected(certificate: Certificate, issue: CertificateIssue, name: str) -> Evidence | None:
    """What the print before said, under another name; None for none, or an erased one."""
    before = CertificateEvidence.objects.filter(issue=certificate.current_id).first()
    if before is None:
        return None
    return replace(
        evidence.of(before),
        name=name,
        serial=issue.printed_serial,
        issued_at=issue.issued_at.isoformat(),
    )


def expiry(earned_at: datetime, rule: CertificateRule) -> datetime | None:
    """The end of what was earned then, however late it is printed; None for ever."""
    if not rule.valid_months:
        return None
    years, month = divmod(earned_at.month - 1 + rule.valid_months, 12)
    year, month = earned_at.year + years, month + 1
    day = min(earned_at.day, monthrange(year, month)[1])
    return earned_at.replace(year=year, month=month, day=day)


def _evidence(
    certificate: Certificate,
    issue: CertificateIssue,
    name: str,
    outline: Outline,
    rule: CertificateRule,
) -> Evidence:
    user = certificate.enrolment.user
    design = Design.of(snapshots.load(rule.design))
    reached = scores.percent_of(certificate.enrolment, outline)
    pictures = Image.objects.filter(pk__in=design.images).values_list("pk", "sha256")
    return Evidence(
        name=name,
        course=outline.title,
        course_lineage=outline.course,
        release=certificate.release.number,
        outline=certificate.release.outline_id,
        completed_on=_day(certificate.earned_at, user),
        score="" if reached is None else str(int(reached)),
        serial=issue.printed_serial,
        design=rule.design,
        signatories=[{"name": one.name, "role": one.role} for one in design.signatories],
        images={str(pk): digest for pk, digest in pictures},
        issuer=settings.WAGTAIL_SITE_NAME,
        issuer_url=settings.BASE_URL,
        language=user.language or settings.LANGUAGE_CODE,
        issued_at=issue.issued_at.isoformat(),
        expires_at=issue.expires_at.isoformat() if issue.expires_at else "",
        expires_on=_day(issue.expires_at, user) if issue.expires_at else "",
    )


def _day(moment: datetime, user: User) -> str:
    """Where somebody is; where the site is, if that is not known."""
    try:
        zone = ZoneInfo(user.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo(settings.TIME_ZONE)
    return moment.astimezone(zone).date().isoformat()


# --- What people decide


@transaction.atomic
def approve(*, certificate: int, by: User, waiting_only: bool = False) -> Certificate:
    """A teacher has approved it: it is issued. Raises Refused where nothing waits.

    What was refused may be approved after all, but for `waiting_only`.
    """
    locked = lock(certificate)
    if locked.state not in {State.WAITING, *([] if waiting_only else [State.REFUSED])}:
        raise Refused(_("This certificate waits for nobody’s approval."))
    locked.decided_by, locked.decided_at = by, clock.now()
    locked.save(update_fields=["decided_by", "decided_at"])
    _issue(locked, cause=CertificateIssue.Cause.EARNED, by=by)
    return locked


@transaction.atomic
def refuse(*, certificate: int, reason: str, by: User) -> Certificate:
    """A teacher does not approve it; they may think again. Raises Refused."""
    locked = lock(certificate)
    if locked.state != State.WAITING:
        raise Refused(_("This certificate waits for nobody’s approval."))
    return _decide(locked, State.REFUSED, reason, by)


@transaction.atomic
def revoke(*, certificate: int, reason: str, by: User) -> Certificate:
    """It holds no longer, and its page says so with the reason. Raises Refused."""
    locked = lock(certificate)
    if locked.state != State.ISSUED:
        raise Refused(_("Only a certificate that was issued can be revoked."))
    return _decide(locked, State.REVOKED, reason, by)


@transaction.atomic
def restore(*, certificate: int, by: User) -> Certificate:
    """A revocation was a mistake: it holds again. Raises Refused."""
    locked = lock(certificate)
    if locked.state != State.REVOKED:
        raise Refused(_("This certificate is not revoked."))
    # Its holder was not told where it was revoked before the mail; the mail goes out once.
    outbox.publish(prints.PRINTED, {"issue": locked.current_id})
    return _decide(locked, State.ISSUED, "", by)


def _decide(locked: Certificate, state: str, reason: str, by: User) -> Certificate:
    said = one_line(reason)[:300]
    if not said and state != State.ISSUED:
        raise Refused(_("Say why."))
    locked.state, locked.note = state, said
    locked.decided_by, locked.decided_at = by, clock.now()
    locked.save(update_fields=["state", "note", "decided_by", "decided_at"])
    return locked


@transaction.atomic
def issue_again(
    *, certificate: int, reason: str, by: User, name: str = "", after: int | None = None
) -> Certificate:
    """A new print, e.g. with the right name; the one before says that it was replaced.

    Also for what could not be printed before. `after` is how many prints were there when somebody
    decided so: sent twice, it happens once. Raises Refused; then nothing is changed.
    """
    locked = lock(certificate)
    if after is not None and after != locked.issues.count():
        raise Refused(_("It was issued again since you looked. Nothing was done; look again."))
    if locked.state not in {State.ISSUED, State.HELD}:
        raise Refused(_("Only a certificate that was issued can be issued again."))
    said, wanted = one_line(reason)[:300], one_line(name or locked.enrolment.user.name)
    if locked.current_id is None:
        if problem := problem_with(wanted):
            raise Refused(problem)
        _issue(locked, cause=CertificateIssue.Cause.EARNED, name=name, by=by, reason=said)
        return locked
    if not said:
        raise Refused(_("Say why."))
    if locked.current.expired(clock.now()):
        raise Refused(_("This certificate has expired: another print would have expired, too."))
    before = CertificateEvidence.objects.filter(issue=locked.current_id).first()
    same = before is not None and before.data["name"] == wanted
    cause = CertificateIssue.Cause.AGAIN if same else CertificateIssue.Cause.NAME
    _issue(locked, cause=cause, name=name, by=by, reason=said)
    return locked


@transaction.atomic
def hide_name(*, certificate: int, hidden: bool) -> None:
    """Its holder's wish for the public page."""
    Certificate.objects.filter(pk=certificate).update(name_hidden=hidden)


def erase(*, certificate: int) -> None:
    """Forget what all prints say of a person, with their files; that they were issued stays."""
    with transaction.atomic():
        locked = lock(certificate)
        CertificateEvidence.objects.filter(issue__certificate=locked).delete()
        digests = list(locked.issues.exclude(pdf_sha256="").values_list("pdf_sha256", flat=True))
    for digest in digests:
        files.remove(digest)


# --- Many at once


def could_have(course: Course) -> QuerySet[Enrolment]:
    """Who has completed a course and got nothing for it: before it gave certificates, say."""
    return owed().filter(course=course).select_related("user", "course", "completed_release")


@transaction.atomic
def sweep() -> int:
    """Order what is owed and was lost on the way, and what was held for a name since given.

    Each as a message by itself, so one that fails is told in the log, tried again, and stops no
    other. Looks at `AT_ONCE` enrolments at the most, and goes on there the next time.
    """
    on_its_way = _on_its_way(OWED, "enrolment")
    wanted = [pk for pk in [*_lost(), *_named()] if pk not in on_its_way]
    outbox.publish_many(OWED, [{"enrolment": pk} for pk in wanted])
    return len(wanted)


def _lost() -> Iterator[int]:
    """Enrolments that meet the rule of their release, if it has one, and have no row here."""
    rows = owed().filter(completed_release__outline__in=_with_rule()).order_by("pk")
    rows = rows.filter(pk__gt=cache.get(SWEPT, 0)).select_related("completed_release")
    some = list(rows[:AT_ONCE])
    cache.set(SWEPT, some[-1].pk if len(some) == AT_ONCE else 0, None)
    by_release: dict[Release, list[int]] = defaultdict(list)
    for one in some:
        assert one.completed_release is not None
        by_release[one.completed_release].append(one.pk)
    for release, enrolments in by_release.items():
        if said := rule_of(release):
            yield from meeting(enrolments, *said)


def _with_rule() -> QuerySet[Any]:
    """The outlines that pin a design, and so have a rule."""
    designs = SnapshotReference.objects.filter(kind="certificate_design").values("snapshot")
    pinning = SnapshotReference.objects.filter(kind="snapshot", key__in=designs)
    return pinning.values("snapshot")


def _named() -> Iterator[int]:
    """Enrolments whose certificate is held and could be printed now."""
    held = Certificate.objects.filter(state=State.HELD)
    for enrolment, name in held.values_list("enrolment", "enrolment__user__name"):
        if not problem_with(one_line(name)):
            yield enrolment


def _on_its_way(kind: str, what: str) -> set[int]:
    """What the outbox still tries to deliver of a kind of news."""
    tried = OutboxMessage.objects.filter(kind=kind, done_at=None, gave_up_at=None)
    return {one[what] for one in tried.values_list("payload", flat=True)}


@transaction.atomic
def order_missing() -> int:
    """Order anew the files that a day did not bring, e.g. after a long time with a full disk.

    The outbox gives up after half a day; what it still tries is left to it.
    """
    late = CertificateIssue.objects.filter(
        pdf_sha256="", evidence__isnull=False, issued_at__lt=clock.now() - LATE
    )
    on_its_way = _on_its_way(ISSUED, "issue")
    wanted = [pk for pk in late.values_list("pk", flat=True) if pk not in on_its_way]
    outbox.publish_many(ISSUED, [{"issue": pk} for pk in wanted])
    return len(wanted)


@transaction.atomic
def print_held(pk: int) -> bool:
    """Issue what was held, if the name in the account can be printed now."""
    locked = lock(pk)
    return locked.state == State.HELD and _issue(locked, cause=CertificateIssue.Cause.EARNED)


@transaction.atomic
def name_given(user: User) -> None:
    """Somebody's name was saved: what is held for it is looked at again, soon."""
    if Certificate.objects.filter(enrolment__user=user, state=State.HELD).exists():
        outbox.publish(NAMED, {"user": user.pk})
