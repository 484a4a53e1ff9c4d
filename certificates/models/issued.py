"""Certificates: a promise each, and the prints that were made of it.

A promise belongs to an enrolment, once. What was printed is never changed: a correction is a new
issue. What an issue says of a person stands on a row of its own, which alone is erased.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from certificates.names import problem_with
from core.fields import ExactCharField
from core.text import one_line
from course_pages.models import Course, Release
from learning.models import Enrolment


class Certificate(models.Model):
    """What somebody has earned by completing a course: one row for an enrolment, for ever.

    `public_id` is the secret in its address (130 bits), `serial` the number for people. `current`
    is the print that counts; there is none before it is issued.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for approval")
        REFUSED = "refused", _("Not approved")
        HELD = "held", _("Cannot be printed yet")
        ISSUED = "issued", _("Issued")
        REVOKED = "revoked", _("Revoked")

    enrolment = models.OneToOneField(
        Enrolment, on_delete=models.PROTECT, related_name="certificate"
    )
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="certificates")
    release = models.ForeignKey(
        Release,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Whose rule and design count."),
    )
    public_id = ExactCharField(max_length=26, unique=True, editable=False)
    serial = ExactCharField(_("number"), max_length=16, unique=True, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    note = models.CharField(
        _("note"), max_length=300, blank=True, help_text=_("Why it is refused or revoked.")
    )
    earned_at = models.DateTimeField(_("earned"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Who approved, refused or revoked it."),
    )
    name_hidden = models.BooleanField(
        _("name hidden"), default=False, help_text=_("By its holder, on the public page.")
    )
    current: Any = models.OneToOneField(
        "certificates.CertificateIssue",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["-pk"]
        permissions = [
            ("decide_certificate", "Can approve and refuse certificates"),
            ("give_certificate", "Can give certificates to many at once"),
            ("reissue_certificate", "Can issue certificates again and correct names"),
            ("revoke_certificate", "Can revoke and restore certificates"),
        ]
        indexes = [models.Index(fields=["course", "state"], name="certificate_of_course")]
        constraints = [
            models.CheckConstraint(
                condition=Q(current__isnull=False) | ~Q(state__in=["issued", "revoked"]),
                name="certificate_issued_has_print",
            ),
        ]

    def __str__(self) -> str:
        return self.serial

    @property
    def why(self) -> str:
        """Why it is refused or revoked, as somebody wrote; why it is held, in the reader's words.

        "" where the state says it all, and once the account's name can be printed.
        """
        if self.state == self.State.HELD:
            return problem_with(one_line(self.enrolment.user.name))
        return self.note


class CertificateIssue(models.Model):
    """One print. Appended, never changed: only the digest of its file is written later, once."""

    class Cause(models.TextChoices):
        EARNED = "earned", _("Earned")
        NAME = "name", _("Name corrected")
        AGAIN = "again", _("Issued again")

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="issues")
    number = models.PositiveSmallIntegerField()
    cause = models.CharField(_("cause"), max_length=8, choices=Cause.choices)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    issued_at = models.DateTimeField(_("issued"))
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    pdf_sha256 = ExactCharField(max_length=64, blank=True, editable=False)
    mailed_at = models.DateTimeField(_("mailed"), null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("issue of a certificate")
        verbose_name_plural = _("issues of certificates")
        ordering = ["certificate", "number"]
        constraints = [
            models.UniqueConstraint(fields=["certificate", "number"], name="issue_number_once")
        ]

    def __str__(self) -> str:
        return self.printed_serial

    @property
    def printed_serial(self) -> str:
        """The certificate's number, from the second print on with that print's own."""
        serial = self.certificate.serial
        return serial if self.number == 1 else f"{serial}-{self.number}"

    def expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


class CertificateEvidence(models.Model):
    """All that an issue says, by itself: `certificates.evidence.Evidence` as JSON.

    Holds personal data and is erased alone; then its issue says that something was issued and no
    longer to whom.
    """

    issue = models.OneToOneField(
        CertificateIssue, on_delete=models.CASCADE, primary_key=True, related_name="evidence"
    )
    data = models.JSONField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("evidence of a certificate")
        verbose_name_plural = _("evidence of certificates")

    def __str__(self) -> str:
        return str(self.issue)
