"""Mails kept instead of sent, and which were sent."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import ExactCharField


class KeptEmail(models.Model):
    """A mail that a demo or a developer's site wrote; nobody else got it."""

    to = models.TextField(_("to"))
    sender = models.CharField(_("from"), max_length=320)
    subject = models.TextField(_("subject"), blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("HTML"), blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("kept e-mail")
        verbose_name_plural = _("kept e-mails")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.subject


class SentEmail(models.Model):
    """A mail that the site's mail server took: to whom, about what and when; never what it said."""

    to = ExactCharField(_("to"), max_length=320, db_index=True)
    subject = models.CharField(_("subject"), max_length=255)
    at = models.DateTimeField(_("at"), default=timezone.now, db_index=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("sent e-mail")
        verbose_name_plural = _("sent e-mails")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"
