"""What learning does when courses change, what it puts on course pages, and what it holds."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import ngettext_lazy

from core import outbox, schedule, slots
from course_pages import registries
from course_pages.models import Course, CoursePage
from course_pages.registries import Holding
from course_pages.releases import RELEASED
from learning.models import Enrolment
from learning.services import progress


@outbox.handler(RELEASED)
def recount_after_release(payload: dict[str, Any]) -> None:
    """A release may finish the course for some and reopen lessons for others."""
    progress.recount(Course.objects.get(pk=payload["course"]))


schedule.every(timedelta(hours=24), "check-progress-counters")(progress.check_counters)


@slots.fill("course.enrol")
def enrol_slot(context: Context, page: CoursePage) -> SafeString:
    """A button for everybody, replaced by what suits the visitor."""
    course, preview = context.get("course"), context.get("preview")
    if course is None and preview is None:
        return SafeString("")
    offers = slots.render("course.offers", context, course) if course else ""
    shown = {"course": course, "preview": preview, "offers": offers}
    return SafeString(render_to_string("learning/_enrol_slot.html", shown))


# From an enrolment to the lineages that it depends on, and what that is called.
HELD = {
    "completions__lineage__in": ngettext_lazy(
        "%(count)s learner has completed lessons here.",
        "%(count)s learners have completed lessons here.",
        "count",
    ),
    "progress__lineage__in": ngettext_lazy(
        "%(count)s learner has opened lessons here.",
        "%(count)s learners have opened lessons here.",
        "count",
    ),
    "course__lineage__in": ngettext_lazy(
        "%(count)s learner is enrolled in the course.",
        "%(count)s learners are enrolled in the course.",
        "count",
    ),
}


@registries.holders.append
def learners_held(lineages: set[str]) -> Iterable[Holding]:
    """Learners of the lessons and courses that somebody is about to remove."""
    for way, sentence in HELD.items():
        enrolments = Enrolment.objects.filter(**{way: lineages})
        count = enrolments.values("pk").distinct().count()
        yield Holding(sentence % {"count": count}, count)
