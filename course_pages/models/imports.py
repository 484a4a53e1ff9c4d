"""Imports of courses that somebody asked for on the screen: the job, and the report that stays."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from assets.storage import digest_of, path_for, private_storage
from core import clock
from course_pages.models.course import Course


def archive_path(record: "CourseImport", filename: str) -> str:
    return path_for("imports", digest_of(record.file), filename)


class CourseImportQuerySet(models.QuerySet["CourseImport"]):
    def visible_to(self, user: User) -> QuerySet["CourseImport"]:
        """One's own; everybody's with the right to view imports."""
        if user.has_perm("course_pages.view_courseimport"):
            return self
        return self.filter(by=user)

    def open(self) -> QuerySet["CourseImport"]:
        """Not at an end yet."""
        return self.filter(state__in=[CourseImport.State.WAITING, CourseImport.State.RUNNING])

    def held(self) -> QuerySet["CourseImport"]:
        """A worker is at it, as far as one can tell."""
        return self.filter(state=CourseImport.State.RUNNING, lease_until__gt=clock.now())

    def free(self) -> QuerySet["CourseImport"]:
        """Waiting for a worker, or lost by one."""
        lost = Q(state=CourseImport.State.RUNNING, lease_until__lte=clock.now())
        return self.filter(Q(state=CourseImport.State.WAITING) | lost)


class CourseImport(models.Model):
    """One package that somebody handed in, and what became of it.

    `attempts` numbers the claims: a worker whose lease ran out writes nothing here any more.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")
        FAILED = "failed", _("Failed")
        BROKEN_OFF = "broken_off", _("Broken off")

    class Step(models.TextChoices):
        READING = "reading", _("Reading the package")
        WRITING = "writing", _("Writing pages")

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    requested_at = models.DateTimeField(default=clock.now)
    original_name = models.CharField(max_length=255)
    file = models.FileField(
        upload_to=archive_path,
        storage=private_storage,
        max_length=255,
        blank=True,
        help_text=_("Gone once it is not needed any more."),
    )
    publish = models.BooleanField(default=False)
    dry_run = models.BooleanField(default=False)

    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=100, blank=True, help_text=_("Machine and process."))
    lease_until = models.DateTimeField(null=True, blank=True)
    step = models.CharField(max_length=16, choices=Step.choices, blank=True)
    pages = models.PositiveIntegerField(default=0, help_text=_("How many the package makes."))
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    title = models.CharField(max_length=255, blank=True, help_text=_("Of the course found."))
    problem = models.TextField(blank=True, help_text=_("Why it came to nothing."))
    report = models.JSONField(default=dict, help_text=_("What was found; see importing.report."))
    result = models.JSONField(default=dict, help_text=_("What was changed, as titles and counts."))
    course = models.ForeignKey(
        Course, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects: Any = CourseImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("course import")
        verbose_name_plural = _("course imports")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "lease_until"], name="course_import_open")]

    def __str__(self) -> str:
        return self.title or self.original_name

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.WAITING, self.State.RUNNING}

    @property
    def may_be_repeated(self) -> bool:
        """A trial whose package is still here."""
        return self.state == self.State.DONE and self.dry_run and bool(self.file)
