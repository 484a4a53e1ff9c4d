"""The PDF of an issue, and the mail about it: in the background, once each."""

import hashlib
import logging
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from assets.models import Image
from certificates import evidence, files, printing
from certificates.evidence import Evidence
from certificates.models import Certificate, CertificateIssue
from certificates.printing.design import Design
from certificates.printing.facts import Facts
from core import clock, outbox, snapshots
from core.text import one_line

logger = logging.getLogger(__name__)

PRINTED = "certificate.printed"
"""News: {"issue": pk}; its holder is to be told."""


def address(certificate: Certificate, issue: CertificateIssue | None = None) -> str:
    """The public page, absolute: of the certificate, or of one print of it."""
    if issue is None:
        path = reverse("certificates:certificate", args=[certificate.public_id])
    else:
        path = reverse("certificates:print", args=[certificate.public_id, issue.number])
    return settings.BASE_URL.rstrip("/") + path


class Lost(Exception):
    """The file of a print is gone and cannot be made again as it was."""


def make(pk: int) -> None:
    """Print an issue and keep the file's digest; harmless to repeat, at the same time too.

    Raises OSError where the disk is full: then nothing is kept, and it is tried again later.
    """
    issue = _with_all(pk)
    if issue.pdf_sha256 or not hasattr(issue, "evidence"):
        return
    content = _drawn(issue)
    digest = files.put(content)
    with transaction.atomic():
        rows = CertificateIssue.objects.filter(pk=pk, pdf_sha256="")
        if rows.update(pdf_sha256=digest):
            outbox.publish(PRINTED, {"issue": pk})
            return
    # Somebody else was first. A signed file is another one each time.
    if digest != CertificateIssue.objects.values_list("pdf_sha256", flat=True).get(pk=pk):
        files.remove(digest)


def _drawn(issue: CertificateIssue) -> bytes:
    """The file of a print whose evidence stands."""
    said = evidence.of(issue.evidence)
    design = Design.of(snapshots.load(said.design))
    return printing.render(
        design,
        facts(said, address(issue.certificate, issue)),
        pictures(design),
        signer=_signer(),
    )


def file_of(issue: CertificateIssue) -> bytes:
    """The bytes of a print that was made; drawn anew where the disk has lost them.

    Only if they come out the same to the last bit, for the digest is what others compare: a signed
    file, or one by another version, does not. Raises Lost; the page of the print stays true.
    """
    try:
        return files.read(issue.pdf_sha256)
    except FileNotFoundError:
        logger.warning("The file of certificate %s is missing.", issue.printed_serial)
    if hasattr(issue, "evidence"):
        content = _drawn(issue)
        if hashlib.sha256(content).hexdigest() == issue.pdf_sha256:
            files.put(content)
            return content
    raise Lost


def _with_all(pk: int) -> CertificateIssue:
    rows = CertificateIssue.objects.select_related("certificate__enrolment__user", "evidence")
    return rows.get(pk=pk)


def facts(said: Evidence, verify_url: str) -> Facts:
    """What is printed, of what is kept."""
    return Facts(
        name=said.name,
        course=said.course,
        completed_on=said.completed,
        score=f"{said.score} %" if said.score else "",
        serial=said.serial,
        verify_url=verify_url,
        issuer=said.issuer,
        language=said.language,
        expires_on=said.last_day,
    )


def pictures(design: Design) -> dict[int, bytes]:
    """The bytes of a design's pictures; a release keeps them while it stands."""
    return {key: _picture(key, name) for key, name in _names(design)}


def _names(design: Design) -> list[tuple[int, str]]:
    wanted = design.images
    return list(Image.objects.filter(pk__in=wanted).values_list("pk", "file")) if wanted else []


@lru_cache(maxsize=16)
def _picture(key: int, name: str) -> bytes:
    """By name, which is a digest: another file has another."""
    try:
        with Image._meta.get_field("file").storage.open(name) as file:
            return bytes(file.read())
    except FileNotFoundError as error:
        raise printing.BrokenPicture(key, "its file is gone") from error


@lru_cache(maxsize=1)
def _signer() -> printing.Signer | None:
    """From settings.CERTIFICATE_SIGNING_FILE (PKCS#12), where there is one."""
    if not settings.CERTIFICATE_SIGNING_FILE:
        return None
    key = Path(settings.CERTIFICATE_SIGNING_FILE).read_bytes()
    return printing.Signer.of(key, settings.CERTIFICATE_SIGNING_PASSPHRASE)


def tell(pk: int) -> None:
    """The mail to the holder, in their language; noted in the transaction that sends it.

    None of what was revoked meanwhile, nor before there is a file: it follows when both are mended.
    """
    issue = _with_all(pk)
    if not hasattr(issue, "evidence") or not issue.pdf_sha256:
        return
    if issue.certificate.state != Certificate.State.ISSUED:
        return
    with transaction.atomic():
        if not CertificateIssue.objects.filter(pk=pk, mailed_at=None).update(mailed_at=clock.now()):
            return
        if issue.certificate.current_id == pk and issue.certificate.enrolment.user.is_active:
            _send(issue, evidence.of(issue.evidence))


def _send(issue: CertificateIssue, said: Evidence) -> None:
    user = issue.certificate.enrolment.user
    with translation.override(user.language or settings.LANGUAGE_CODE):
        context = {
            "user": user,
            "course": said.course,
            "again": issue.number > 1,
            "address": address(issue.certificate),
            "wallet": settings.BASE_URL.rstrip("/") + reverse("certificates:wallet"),
            "site": settings.WAGTAIL_SITE_NAME,
        }
        subject = one_line(_("Your certificate: %(course)s") % {"course": said.course})[:200]
        body = render_to_string("certificates/email/issued.txt", context)
    # The same number for the same print: a mailbox that gets it twice shows it once.
    host = settings.BASE_URL.split("//")[-1].split("/")[0].split(":")[0]
    number = f"<certificate-{issue.printed_serial.lower()}@{host}>"
    EmailMessage(subject, body, None, [user.email], headers={"Message-ID": number}).send()
