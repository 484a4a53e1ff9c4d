"""What is true of a print at a moment."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from certificates import evidence
from certificates.evidence import Evidence
from certificates.models import Certificate, CertificateIssue
from core import clock


class Status(models.TextChoices):
    VALID = "valid", _("Valid")
    SUPERSEDED = "superseded", _("Replaced by a newer one")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")


@dataclass(frozen=True)
class Standing:
    """A print, whether it holds, and what it says: None once that was erased."""

    certificate: Certificate
    issue: CertificateIssue
    status: Status
    evidence: Evidence | None


def find(public_id: str, number: int | None = None) -> Standing | None:
    """What the database says of a certificate, or of one print of it: one query.

    None for one that was never issued, or is not known.
    """
    rows = CertificateIssue.objects.select_related(
        "certificate__enrolment", "certificate__course", "evidence"
    ).filter(certificate__public_id=public_id)
    if number is None:
        rows = rows.filter(pk=models.F("certificate__current"))
    else:
        rows = rows.filter(number=number)
    issue = rows.first()
    return None if issue is None else of(issue)


def of(issue: CertificateIssue, now: datetime | None = None) -> Standing:
    """The standing of a print whose certificate and evidence were read along."""
    certificate = issue.certificate
    said = evidence.of(issue.evidence) if hasattr(issue, "evidence") else None
    return Standing(certificate, issue, status_of(certificate, issue, now or clock.now()), said)


def status_of(certificate: Certificate, issue: CertificateIssue, now: datetime) -> Status:
    """Whether a print holds at a moment, and why not."""
    if certificate.state == Certificate.State.REVOKED:
        return Status.REVOKED
    if certificate.current_id != issue.pk:
        return Status.SUPERSEDED
    return Status.EXPIRED if issue.expired(now) else Status.VALID
