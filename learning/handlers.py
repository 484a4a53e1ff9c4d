"""What learning does when courses change, what it puts on course pages, and what it holds."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from core import outbox, schedule, slots
from course_pages import registries
from course_pages.models import Course, CoursePage
from course_pages.registries import Holding
from course_pages.releases import RELEASED
from learning.models import LessonCompletion
from learning.services import progress


@outbox.handler(RELEASED)
def recount_after_release(payload: dict[str, Any]) -> None:
    """A release may finish the course for some and reopen lessons for others."""
    progress.recount(Course.objects.get(pk=payload["course"]))


schedule.every(timedelta(hours=24), "check-progress-counters")(progress.check_counters)


@slots.fill("course.enrol")
def enrol_slot(context: Context, page: CoursePage) -> SafeString:
    """A button for everybody, replaced by what suits the visitor."""
    course = context.get("course")
    if course is None:
        return SafeString("")
    return SafeString(render_to_string("learning/_enrol_slot.html", {"course": course}))


@registries.holders.append
def completions_held(lineages: set[str]) -> Iterable[Holding]:
    """Completions of the lessons that somebody is about to remove."""
    learners = (
        LessonCompletion.objects.filter(lineage__in=lineages).values("enrolment").distinct().count()
    )
    yield Holding(
        ngettext(
            "%(count)s learner has completed lessons here.",
            "%(count)s learners have completed lessons here.",
            learners,
        )
        % {"count": learners},
        learners,
    )
