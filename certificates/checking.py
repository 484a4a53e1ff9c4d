"""What the public page of a certificate says: one print, and all prints beside it."""

import re
from dataclasses import dataclass
from functools import cached_property

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef
from wagtail.models import PageViewRestriction

from certificates import standing
from certificates.evidence import Evidence
from certificates.models import Certificate, CertificateIssue
from certificates.services import prints
from certificates.services.issuing import PUBLIC_ID
from certificates.standing import Standing, Status
from course_pages import catalogue
from course_pages import outline as outlines
from course_pages.outline import Outline

# What people read for another letter of Crockford's base 32, and write between groups of letters.
READ_AS = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None, " ": None})
ADDRESS = re.compile(r"certificates/([0-9a-z]+)(?:/(\d{1,5}))?", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """A print as it stands, and every print of its certificate, newest first."""

    standing: Standing
    prints: tuple[CertificateIssue, ...]

    @property
    def certificate(self) -> Certificate:
        return self.standing.certificate

    @property
    def issue(self) -> CertificateIssue:
        return self.standing.issue

    @property
    def said(self) -> Evidence | None:
        return self.standing.evidence

    @property
    def status(self) -> Status:
        return self.standing.status

    @property
    def name(self) -> str:
        """As printed; "" where its holder hides it, or where it was erased."""
        return "" if self.said is None or self.certificate.name_hidden else self.said.name

    @property
    def reason(self) -> str:
        """Why it was revoked; "" while it is not."""
        return self.certificate.note if self.status == Status.REVOKED else ""

    @property
    def newer(self) -> CertificateIssue | None:
        """The print that took this one's place."""
        return self.prints[0] if self.status == Status.SUPERSEDED else None

    @property
    def printed(self) -> list[CertificateIssue]:
        """The prints whose file is known by its digest."""
        return [one for one in self.prints if one.pdf_sha256]

    @property
    def address(self) -> str:
        return prints.address(self.certificate, self.issue)

    @cached_property
    def outline(self) -> Outline | None:
        """The course as it was taken."""
        return outlines.load(self.said.outline) if self.said else None

    @cached_property
    def course_url(self) -> str:
        """The course's page, if it is in the catalogue today; else "". One query."""
        closed = PageViewRestriction.objects.annotate(
            path=ExpressionWrapper(OuterRef("path"), output_field=CharField())
        )
        pages = catalogue.published([]).filter(
            ~Exists(closed.filter(path__startswith=F("page__path"))),
            translation_key=self.certificate.course.lineage,
        )
        page = pages.first()
        return (page.get_url() or "") if page else ""


def look_up(public_id: str, number: int | None = None) -> Found | None:
    """A certificate, or one print of it, by one query; None for what was never issued."""
    rows = CertificateIssue.objects.filter(certificate__public_id=public_id)
    known = ("certificate__course", "certificate__enrolment__user", "evidence")
    found = list(rows.select_related(*known).order_by("-number"))
    for issue in found:
        current = issue.certificate.current_id
        if issue.pk == current if number is None else issue.number == number:
            return Found(standing.of(issue), tuple(found))
    return None


def place(typed: str) -> tuple[str, int | None] | None:
    """Code and number of print in what somebody typed: a code, or an address that holds one."""
    if match := ADDRESS.search(typed):
        return match[1].lower(), int(match[2]) if match[2] else None
    code = typed.strip().lower().translate(READ_AS)
    return (code, None) if len(code) == PUBLIC_ID and code.isascii() and code.isalnum() else None
