"""Attempts: what learners answered, on exactly the questions that they were asked."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import ExactCharField
from core.models import Snapshot
from course_pages.models import Release
from learning.models import Enrolment


class Attempt(models.Model):
    """One try of a learner at a quiz, on the snapshot that was live at its start.

    Every change compares `token` and replaces it in the same statement: whoever holds an old one
    changes nothing. `open_key` is unique and NULL once closed: one open attempt, at the most.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        WAITING = "waiting", _("Waits for grading")
        GRADED = "graded", _("Graded")

    class ClosedBy(models.TextChoices):
        LEARNER = "learner", _("Handed in")
        DEADLINE = "deadline", _("Time was up")

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="attempts")
    lesson_lineage = models.UUIDField()
    quiz_lineage = models.UUIDField()
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(help_text=_("1 for the first, void ones included."))
    open_key: Any = ExactCharField(max_length=120, null=True, blank=True, unique=True)  # type: ignore[misc]
    token = ExactCharField(max_length=64)
    seed = ExactCharField(max_length=32)
    # See assessments.questions.paper; answers and flags by question id.
    paper = models.JSONField()
    answers = models.JSONField(default=dict)
    flags = models.JSONField(default=list)

    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    started_at = models.DateTimeField()
    last_at = models.DateTimeField()
    deadline = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=8, choices=ClosedBy.choices, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    # The grade that stands; every change of it is a row of `Grade`.
    grade_number = models.PositiveIntegerField(default=0)
    score = models.DecimalField(max_digits=10, decimal_places=4, null=True, blank=True)
    possible = models.DecimalField(max_digits=10, decimal_places=4, null=True, blank=True)
    passed = models.BooleanField(null=True)
    # Question id → {"points": "0.5" | null, "possible": "1", "comment"?, "rubric"?}.
    marks = models.JSONField(default=dict)
    graded_at = models.DateTimeField(null=True, blank=True)

    # Editors look up no learner's rows by use.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "lesson_lineage", "quiz_lineage", "number"],
                name="attempt_number_once",
            ),
            models.CheckConstraint(
                condition=Q(state="open", open_key__isnull=False, submitted_at__isnull=True)
                | (~Q(state="open") & Q(open_key__isnull=True, submitted_at__isnull=False)),
                name="attempt_open_or_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "deadline"], name="attempt_overdue"),
            models.Index(fields=["quiz_lineage", "state"], name="attempt_of_quiz"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.quiz_lineage} #{self.number}"

    @property
    def percent(self) -> int | None:
        """The score in percent, rounded down; None where there is none or nothing to earn."""
        if self.score is None or not self.possible:
            return None
        return int(100 * self.score / self.possible)


class Grade(models.Model):
    """The ledger: a grade that an attempt got, by whom and why. Append-only.

    `number` 0 is the grade at handing in; it is written when the first change is made.
    """

    class Cause(models.TextChoices):
        SUBMITTED = "submitted", _("Handed in")
        GRADED = "graded", _("Graded by a person")
        REGRADED = "regraded", _("Graded again")
        UNDONE = "undone", _("Grading undone")

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="grades")
    number = models.PositiveIntegerField()
    cause = models.CharField(max_length=10, choices=Cause.choices)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")
    score = models.DecimalField(max_digits=10, decimal_places=4, null=True)
    possible = models.DecimalField(max_digits=10, decimal_places=4, null=True)
    passed = models.BooleanField(null=True)
    marks: Any = models.JSONField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("grade")
        verbose_name_plural = _("grades")
        constraints = [
            models.UniqueConstraint(fields=["attempt", "number"], name="grade_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id} #{self.number}"


class Allowance(models.Model):
    """More time or attempts for one learner; takes effect at once."""

    EVERY_QUIZ = "all"

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="allowances")
    scope = ExactCharField(
        max_length=36, default=EVERY_QUIZ, help_text=_("A quiz's lineage, or all.")
    )
    extra_time_percent = models.PositiveSmallIntegerField(_("extra time in percent"), default=0)
    extra_attempts = models.PositiveSmallIntegerField(_("extra attempts"), default=0)
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(auto_now=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("allowance")
        verbose_name_plural = _("allowances")
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "scope"], name="allowance_once_per_quiz")
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.scope}"
