"""When lessons open, as authors set it. What has to be completed before is kept by lineage."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel

from core.pages import BasePage, PageForm
from course_pages.models.course import Course


def time_zones() -> list[tuple[str, str]]:
    """The site's, and those that browsers know too."""
    names = available_timezones() - {"Factory", "localtime"}
    site = _("The site’s: %(zone)s") % {"zone": settings.TIME_ZONE}
    return [("", site), *((name, name) for name in sorted(names))]


class DrippedPage(BasePage):
    """What may open later than the course: on a day, or some days after enrolling."""

    opens_on = models.DateField(
        _("opens on"),
        null=True,
        blank=True,
        help_text=_("From the first minute of this day, in the course’s time zone."),
    )
    opens_after_days = models.PositiveSmallIntegerField(
        _("opens days after enrolling"),
        null=True,
        blank=True,
        help_text=_("So many days after a learner enrolled."),
    )

    DRIP = FieldRowPanel([FieldPanel("opens_on"), FieldPanel("opens_after_days")])

    class Meta:
        abstract = True


class _WithNeeds(PageForm):
    """Asks by title for lineages; what is not there to be chosen any more is left out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "needs" not in self.fields:
            return
        field: Any = self.fields["needs"]
        field.choices = self.choices()
        if not field.choices:
            del self.fields["needs"]

    def choices(self) -> list[tuple[str, str]]:
        raise NotImplementedError


class CourseForm(_WithNeeds):
    needs = forms.MultipleChoiceField(
        label=_("Needs these courses"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Lessons are closed to learners who have not completed all of them."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        choices=time_zones,
        help_text=_("Where the days begin on which modules and lessons open."),
    )

    def choices(self) -> list[tuple[str, str]]:
        """Courses that learners can complete: released ones, but this."""
        others = Course.objects.filter(live_release__isnull=False).exclude(
            lineage=self.instance.translation_key
        )
        return [(str(lineage), title) for lineage, title in others.values_list("lineage", "title")]


class ModuleForm(_WithNeeds):
    needs = forms.MultipleChoiceField(
        label=_("Needs these modules"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Its lessons are closed until all required lessons of these are completed."),
    )

    def choices(self) -> list[tuple[str, str]]:
        """The other modules of the course, in its order."""
        siblings = self.parent_page.get_children().exclude(pk=self.instance.pk).order_by("path")
        return [
            (str(key), title) for key, title in siblings.values_list("translation_key", "title")
        ]
