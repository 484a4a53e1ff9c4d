"""What learners have: enrolments, grants of access, progress and completions.

Rows refer to content by lineage, never by a key to a page: no editor's action can delete them.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Least
from django.utils.translation import gettext_lazy as _

from core.fields import ExactCharField
from course_pages.models import Course, Release


def _active(now: datetime, grant: str = "") -> Q:
    """Grants that are active at this moment; `grant` is the way to them."""
    begun = Q(**{f"{grant}starts_at__lte": now, f"{grant}revoked_at": None})
    return begun & (Q(**{f"{grant}ends_at": None}) | Q(**{f"{grant}ends_at__gt": now}))


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def open_at(self, now: datetime) -> "EnrolmentQuerySet":
        """Those that a grant opens; one that several open comes several times."""
        return self.filter(_active(now, "grants__"))

    def with_access(self, now: datetime) -> "EnrolmentQuerySet":
        """Each with `open` and `ended_at`, when the last grant ended: None while none has."""
        grants = AccessGrant.objects.filter(enrolment=OuterRef("pk"))
        return self.annotate(
            open=Exists(grants.active(now)), ended_at=Subquery(grants.ends(now)[:1])
        )


class Enrolment(models.Model):
    """A person in a course: one row for ever. Access comes and goes by grants; this stays."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="enrolments"
    )
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="enrolments")
    enrolled_at = models.DateTimeField(auto_now_add=True)
    left_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Left by the learner; progress is kept.")
    )
    completed_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Sticky: stays whatever is released later.")
    )
    completed_release = models.ForeignKey(
        Release, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # For lists; the truth is in the completions, compared nightly.
    done_count = models.PositiveIntegerField(default=0)
    last_lineage = models.UUIDField(null=True, blank=True, help_text=_("The lesson to resume."))
    last_at = models.DateTimeField(null=True, blank=True)

    # Read by `with_access`.
    open: bool
    ended_at: datetime | None

    objects: ClassVar[models.Manager["Enrolment"]] = EnrolmentQuerySet.as_manager()

    # Points at nothing that editors look up by use; a queue row for each completion is too many.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints = [models.UniqueConstraint(fields=["user", "course"], name="enrolled_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.course}"


class GrantQuerySet(models.QuerySet["AccessGrant"]):
    def active(self, now: datetime) -> "GrantQuerySet":
        """Grants that open the course at this moment."""
        return self.filter(_active(now))

    def ends(self, now: datetime) -> "models.QuerySet[AccessGrant, Any]":
        """When the grants that are over ran out or were revoked, as `ended_at`, latest first."""
        ended_at = Least(Coalesce("ends_at", "revoked_at"), Coalesce("revoked_at", "ends_at"))
        return (
            self.annotate(ended_at=ended_at)
            .filter(ended_at__lte=now)
            .order_by("-ended_at")
            .values("ended_at")
        )


class AccessGrant(models.Model):
    """A reason why somebody may study, with start and end. One is in while any grant is active."""

    class Source(models.TextChoices):
        FREE = "free", _("Free course")
        ORDER = "order", _("Bought")
        GIFT = "gift", _("Given by hand")
        STAFF = "staff", _("Staff")

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="grants")
    source = models.CharField(max_length=16, choices=Source.choices)
    source_key = ExactCharField(max_length=100)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Who gave it by hand."),
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("access grant")
        verbose_name_plural = _("access grants")
        constraints = [
            models.UniqueConstraint(fields=["source", "source_key"], name="grant_once_per_source"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="grant_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.source_key}"


class LessonProgress(models.Model):
    """Where a learner is in a lesson."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="progress")
    lineage = models.UUIDField()
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = _("lesson progress")
        verbose_name_plural = _("lesson progress")
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "lineage"], name="progress_once_per_lesson"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.lineage}"


class QuizPass(models.Model):
    """A quiz of a lesson passed, at the lesson's era of then. Append-only."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="quiz_passes")
    lineage = models.UUIDField(help_text=_("The lesson's."))
    quiz_lineage = models.UUIDField()
    era = models.PositiveIntegerField()
    digest = ExactCharField(max_length=64, help_text=_("The quiz's snapshot."))
    at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("quiz pass")
        verbose_name_plural = _("quiz passes")
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "lineage", "quiz_lineage", "era"], name="passed_once_per_era"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.quiz_lineage} {self.era}"


class Watch(models.Model):
    """What a learner watched of a film in a lesson: the union of what was played, and where it is.

    `ranges` are merged, `[[from_ms, to_ms], …]`, and only grow, until the lesson has to be done
    again: a higher `era` begins anew. Whoever writes compares `version` in the same statement.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="watches")
    lineage = models.UUIDField(help_text=_("The lesson's."))
    video = models.UUIDField(help_text=_("The video's uid."))
    era = models.PositiveIntegerField()
    ranges = models.JSONField(default=list)
    watched_ms = models.PositiveBigIntegerField(default=0)
    position_ms = models.PositiveBigIntegerField(default=0)
    position_at = models.DateTimeField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("watched video")
        verbose_name_plural = _("watched videos")
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "lineage", "video"], name="watched_once_per_lesson"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.video} {self.watched_ms}"


class LessonCompletion(models.Model):
    """The ledger: a lesson completed, tied to the content it was completed on. Append-only."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="completions")
    lineage = models.UUIDField()
    era = models.PositiveIntegerField()
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+")
    digest = ExactCharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("lesson completion")
        verbose_name_plural = _("lesson completions")
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "lineage", "era"], name="completed_once_per_era"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.lineage} {self.era}"


class NoteQuerySet(models.QuerySet["Note"]):
    def containing(self, words: Iterable[str]) -> "NoteQuerySet":
        """Those that contain each of the words."""
        found = self
        for word in words:
            found = found.filter(text__icontains=word)
        return found


class Note(models.Model):
    """What a learner wrote for themselves. Kept whatever becomes of the lesson."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="notes")
    lineage = models.UUIDField(help_text=_("The lesson's."))
    lesson_title = models.CharField(
        max_length=255, help_text=_("Of then: shown once the lesson has left the course.")
    )
    video = models.UUIDField(null=True, blank=True)
    at_ms = models.PositiveIntegerField(null=True, blank=True, help_text=_("Place in the video."))
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = NoteQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        indexes = [models.Index(fields=["enrolment", "lineage"], name="notes_of_a_lesson")]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.lineage} {self.at_ms}"


def learners_of_course() -> Coalesce:
    """Over a course row: how many are enrolled, without those who left and without staff."""
    staff = AccessGrant.objects.filter(enrolment=OuterRef("pk"), source=AccessGrant.Source.STAFF)
    learners = Enrolment.objects.filter(~Exists(staff), course=OuterRef("pk"), left_at=None)
    # Values before the count, so that it is one figure for the course.
    counted = learners.order_by().values("course").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)
