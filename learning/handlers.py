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
from learning.models import Enrolment, LessonCompletion, LessonProgress
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


@registries.holders.append
def lessons_opened(lineages: set[str]) -> Iterable[Holding]:
    """People in the middle of lessons that somebody is about to remove."""
    learners = (
        LessonProgress.objects.filter(lineage__in=lineages).values("enrolment").distinct().count()
    )
    yield Holding(
        ngettext(
            "%(count)s learner has opened lessons here.",
            "%(count)s learners have opened lessons here.",
            learners,
        )
        % {"count": learners},
        learners,
    )


@registries.holders.append
def enrolments_held(lineages: set[str]) -> Iterable[Holding]:
    """People enrolled in courses whose page somebody is about to remove."""
    learners = Enrolment.objects.filter(course__lineage__in=lineages).count()
    yield Holding(
        ngettext(
            "%(count)s learner is enrolled in the course.",
            "%(count)s learners are enrolled in the course.",
            learners,
        )
        % {"count": learners},
        learners,
    )
