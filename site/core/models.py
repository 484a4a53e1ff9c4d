"""Snapshots, the outbox and the schedule."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.fields import ExactCharField


class Snapshot(models.Model):
    """Immutable content under the digest of its canonical JSON; equal content is one row.

    Written by `core.snapshots` only; never changed, never holding personal data.
    """

    digest = ExactCharField(primary_key=True, max_length=64)
    kind = models.CharField(max_length=32)
    v = models.PositiveSmallIntegerField(help_text=_("Schema version; picks the renderer."))
    body = models.TextField(help_text=_("Canonical JSON, exactly the bytes that were hashed."))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")

    def __str__(self) -> str:
        return f"{self.kind} {self.digest[:12]}"


class SnapshotReference(models.Model):
    """A snapshot needs this thing: while the row stands, it cannot be deleted or replaced."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="references")
    kind = models.CharField(max_length=32, help_text=_("image, document, snapshot, …"))
    key = ExactCharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "kind", "key"], name="snapshot_reference_once"
            ),
        ]
        indexes = [models.Index(fields=["kind", "key"], name="snapshot_reference_target")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class OutboxMessage(models.Model):
    """News written in the transaction of its change, delivered at least once after it."""

    kind = models.CharField(max_length=64)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    gave_up_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("outbox message")
        verbose_name_plural = _("outbox messages")
        indexes = [models.Index(fields=["done_at", "gave_up_at", "due_at"], name="outbox_due")]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class ScheduledJob(models.Model):
    """When a regular job ran and is to run next; the row is the lock between schedulers."""

    name = ExactCharField(max_length=64, primary_key=True)
    next_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("scheduled job")
        verbose_name_plural = _("scheduled jobs")

    def __str__(self) -> str:
        return self.name
