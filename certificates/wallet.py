"""A holder's certificates as cards: what each is, what can be done with it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from certificates import evidence, standing
from certificates.evidence import Evidence
from certificates.models import Certificate, CertificateIssue
from certificates.services import prints
from certificates.standing import Status
from core import clock

LINKEDIN = "https://www.linkedin.com/profile/add"
State = Certificate.State


@dataclass(frozen=True)
class Card:
    """One certificate of its holder. `said` is None before it is issued, and once it was erased."""

    certificate: Certificate
    issue: CertificateIssue | None
    said: Evidence | None
    status: Status | None

    @property
    def title(self) -> str:
        return self.said.course if self.said else self.certificate.course.title

    @property
    def being_printed(self) -> bool:
        return self.certificate.state == State.ISSUED and self.said is not None and not self._file

    @property
    def _file(self) -> str:
        return self.issue.pdf_sha256 if self.issue else ""

    @property
    def label(self) -> str:
        """The state in a word or two."""
        if self.being_printed:
            return _("Being printed")
        return str(self.status.label if self.status else self.certificate.get_state_display())

    @property
    def kind(self) -> str:
        """How its badge looks."""
        if self.status == Status.VALID:
            return "accent"
        return "danger" if self.certificate.state == State.REVOKED else "warning"

    @property
    def held(self) -> bool:
        return self.certificate.state == State.HELD

    @property
    def explained(self) -> str:
        """What the state means, in a sentence; "" where it needs none."""
        note = self.certificate.why
        if self.held:
            return note
        if self.certificate.state == State.WAITING:
            return _("You have done all that is needed. A teacher looks at it and approves it.")
        if self.certificate.state == State.REFUSED:
            return _("It was not approved: %(reason)s") % {"reason": note}
        if self.status == Status.REVOKED:
            return _("It holds no longer: %(reason)s") % {"reason": note}
        if self.status == Status.EXPIRED and self.last_day:
            return _("It was valid until %(day)s.") % {"day": date_format(self.last_day)}
        if self.being_printed:
            return _("The file is ready in a moment, and a mail tells you so.")
        return ""

    @property
    def last_day(self) -> date | None:
        """As printed; the day in UTC once that was erased."""
        if self.said:
            return self.said.last_day
        return self.issue.expires_at.date() if self.issue and self.issue.expires_at else None

    @property
    def valid(self) -> bool:
        return self.status == Status.VALID

    @property
    def address(self) -> str:
        """Of the public page; "" before it is issued."""
        return prints.address(self.certificate) if self.issue else ""

    @property
    def pdf_url(self) -> str:
        if self.issue is None or self.said is None or not self._file:
            return ""
        args = [self.certificate.public_id, self.issue.number]
        return reverse("certificates:pdf", args=args)

    @property
    def badge_url(self) -> str:
        if self.issue is None or self.said is None:
            return ""
        args = [self.certificate.public_id, self.issue.number]
        return reverse("certificates:badge", args=args)

    @property
    def linkedin_url(self) -> str:
        """LinkedIn's form "add a certification", filled in; nothing is sent before it is opened."""
        if self.said is None or not self.valid:
            return ""
        issued, expires = self.said.issued, self.last_day
        asked: dict[str, Any] = {
            "startTask": "CERTIFICATION_NAME",
            "name": self.said.course,
            "organizationName": self.said.issuer,
            "issueYear": issued.year,
            "issueMonth": issued.month,
        }
        if expires:
            asked |= {"expirationYear": expires.year, "expirationMonth": expires.month}
        asked |= {"certUrl": self.address, "certId": self.said.serial}
        return f"{LINKEDIN}?{urlencode(asked)}"


def cards(user: User) -> list[Card]:
    """Everything that somebody has earned, newest first: one query."""
    rows = Certificate.objects.filter(enrolment__user=user)
    return [_card(one) for one in _with_all(rows)]


def _with_all(rows: QuerySet[Certificate]) -> QuerySet[Certificate]:
    return rows.select_related("current__evidence", "course", "enrolment__user")


def card(user: Any, public_id: str) -> Card | None:
    """One that belongs to this person; None for any other."""
    if not user.is_authenticated:
        return None
    rows = Certificate.objects.filter(enrolment__user=user.pk, public_id=public_id)
    found = _with_all(rows).first()
    return _card(found) if found else None


def _card(certificate: Certificate) -> Card:
    issue = certificate.current
    if issue is None:
        return Card(certificate, None, None, None)
    said = evidence.of(issue.evidence) if hasattr(issue, "evidence") else None
    return Card(certificate, issue, said, standing.status_of(certificate, issue, clock.now()))
