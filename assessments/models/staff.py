"""What staff do to attempts and grades: regrades, and a log of single changes."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assessments.models.attempts import Attempt
from core.fields import ExactCharField
from core.models import Snapshot
from course_pages.models import Course
from learning.models import Enrolment


class Regrade(models.Model):
    """A quiz of a course graded again by one released key. What it did are its effects."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for its turn")
        DONE = "done", _("Done")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+")
    quiz_lineage = models.UUIDField()
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    never_lower = models.BooleanField(default=True)
    reason = models.TextField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    done_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("regrade")
        verbose_name_plural = _("regrades")
        indexes = [models.Index(fields=["course", "quiz_lineage"], name="regrade_of_quiz")]

    def __str__(self) -> str:
        return f"{self.title} #{self.pk}"


class RegradeEffect(models.Model):
    """One attempt whose grade a regrade changed: the ledger's numbers before and after."""

    regrade = models.ForeignKey(Regrade, on_delete=models.PROTECT, related_name="effects")
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="+")
    before = models.PositiveIntegerField()
    after = models.PositiveIntegerField()
    score_before = models.DecimalField(max_digits=10, decimal_places=4, null=True)
    score_after = models.DecimalField(max_digits=10, decimal_places=4, null=True)
    passed_before = models.BooleanField(null=True)
    passed_after = models.BooleanField(null=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("effect of a regrade")
        verbose_name_plural = _("effects of regrades")
        constraints = [
            models.UniqueConstraint(fields=["regrade", "attempt"], name="regraded_once"),
            models.CheckConstraint(condition=Q(after__gt=F("before")), name="regrade_goes_on"),
        ]

    def __str__(self) -> str:
        return f"{self.regrade_id} {self.attempt_id}"


class StaffAction(models.Model):
    """What somebody on the staff did for or to a learner, and why. Append-only."""

    class Kind(models.TextChoices):
        GRADED = "graded", _("Graded by hand")
        VOIDED = "voided", _("Declared void")
        COUNTED = "counted", _("Counts again")
        ALLOWED = "allowed", _("Allowance changed")

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="staff_actions")
    attempt = models.ForeignKey(
        Attempt, null=True, blank=True, on_delete=models.PROTECT, related_name="staff_actions"
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    quiz: Any = ExactCharField(max_length=36, blank=True)
    before: Any = models.JSONField(default=dict)
    after: Any = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("staff action")
        verbose_name_plural = _("staff actions")

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.kind} {self.at}"
