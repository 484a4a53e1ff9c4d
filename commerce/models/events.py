"""What Stripe told us, each event once."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.fields import ExactCharField


class StripeEvent(models.Model):
    """A webhook's body, kept before anything is done with it, by one statement.

    `commerce.services.events.take_up` makes a message of it, and the outbox sees to the rest.
    """

    class State(models.TextChoices):
        NEW = "new", _("Waits")
        TAKEN = "taken", _("Taken up")
        DONE = "done", _("Done")
        IGNORED = "ignored", _("Not ours")
        FAILED = "failed", _("Failed")

    event_id = ExactCharField(_("event"), max_length=255, unique=True)
    type = models.CharField(_("type"), max_length=100)
    api_version = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(_("at Stripe"))
    received_at = models.DateTimeField(_("received"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.NEW)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    order: Any = models.ForeignKey(
        "commerce.Order", null=True, blank=True, on_delete=models.SET_NULL, related_name="events"
    )
    body = models.JSONField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("Stripe event")
        verbose_name_plural = _("Stripe events")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "received_at"], name="event_waiting")]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
