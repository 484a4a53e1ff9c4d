"""The course as learners know it: a row that outlives its page, and its releases."""

import uuid
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.models import Collection

from core.fields import ExactCharField
from core.models import Snapshot


class ReleaseMode(models.TextChoices):
    ON_PUBLISH = "on_publish", _("Learners see what is published, a few seconds later")
    BY_RELEASE = "by_release", _("Learners see changes when somebody releases them")


class Course(models.Model):
    """What people enrol in; refers to its page by lineage, so deleting the page leaves it whole."""

    lineage = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = ExactCharField(_("address"), max_length=100, unique=True)
    title = models.CharField(
        _("title"), max_length=255, help_text=_("As last released; a draft's title before that.")
    )
    mode = models.CharField(
        _("release mode"),
        max_length=16,
        choices=ReleaseMode.choices,
        default=ReleaseMode.ON_PUBLISH,
    )
    live_release = models.ForeignKey(
        "Release", null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    hold = models.BooleanField(
        _("on hold"),
        default=False,
        help_text=_("Nothing is released by itself until somebody releases again."),
    )
    # The dirty mark: counted up in the transaction of every change below the course.
    dirty_mark = models.PositiveBigIntegerField(default=0, editable=False)
    dirty_since = models.DateTimeField(null=True, blank=True, editable=False)
    dirty_at = models.DateTimeField(null=True, blank=True, editable=False, db_index=True)
    problem = models.TextField(
        blank=True, editable=False, help_text=_("Why the last automatic release was refused.")
    )
    teachers_group = models.OneToOneField(
        Group, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    collection = models.OneToOneField(
        Collection,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    created_at = models.DateTimeField(auto_now_add=True)

    # Read by `registries.with_learners`.
    learners: int

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The learner's home of the course; works whatever happens to the page."""
        return _home_url(self.slug)


@lru_cache(maxsize=1024)
def _home_url(slug: str) -> str:
    return reverse("learning:course", args=[slug])


class TeachingRight(models.Model):
    """Who may edit a course. Its own table: publishing an old revision gives nobody rights back."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="teaching_rights")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="teaching_rights"
    )
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    granted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "user"], name="teaching_right_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.course}"


class LessonAddress(models.Model):
    """A lesson's address in its course: given at its first release, never to another lesson.

    `era` is the highest ever used for the lesson, so that a new one is above all completions.
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="addresses")
    lineage = models.UUIDField()
    address = ExactCharField(max_length=120)
    era = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "lineage"], name="address_once_per_lesson"),
            models.UniqueConstraint(fields=["course", "address"], name="address_unique_in_course"),
        ]

    def __str__(self) -> str:
        return self.address


class Release(models.Model):
    """One state of a course as learners see or saw it. Never changed, never deleted."""

    class Cause(models.TextChoices):
        PUBLISHED = "published", _("Followed a publish")
        RELEASED = "released", _("Released by a person")
        ROLLED_BACK = "rolled_back", _("Rolled back")

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="releases")
    locale = models.CharField(max_length=16)
    number = models.PositiveIntegerField()
    outline = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=16, choices=Cause.choices)
    from_number = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("The release a roll back returned to.")
    )
    notes = models.TextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()
    lesson_count = models.PositiveIntegerField()
    required_count = models.PositiveIntegerField()
    minutes = models.PositiveIntegerField()
    changes = models.JSONField(
        default=dict, help_text=_("Lineages added, removed, changed and to be done again.")
    )

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["course", "number"], name="release_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.course} · {self.number}"
