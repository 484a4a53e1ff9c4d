"""“Your courses” on the admin's start page: what waits for whoever signed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q
from django.db.models.functions import Substr
from django.forms import Media
from laces.components import Component
from wagtail.permissions import policy_registry

from accounts.models import User
from course_pages import registries
from course_pages.models import Course, CoursePage, LessonPage
from course_pages.structure.views import learner_view

MOST = 10
"""Courses shown: those that somebody worked on last."""


@dataclass(frozen=True)
class CourseLine:
    """One course: `drafts` are lessons to be published, `ahead` lessons that learners wait for."""

    course: Course
    page: CoursePage
    drafts: int
    ahead: int

    @property
    def waits(self) -> bool:
        return self.course.dirty_since is not None or self.course.hold or bool(self.course.problem)

    @property
    def learner_view(self) -> str:
        return learner_view(self.page)


def lines(user: User) -> tuple[list[CourseLine], int]:
    """The courses that a person may edit, newest work first, and how many there are: 4 queries."""
    policy = policy_registry.get_by_type(CoursePage)
    pages = policy.instances_user_has_permission_for(user, "change")
    total = pages.count()
    shown = list(
        pages.defer_streamfields().order_by(
            F("latest_revision_created_at").desc(nulls_last=True), "pk"
        )[:MOST]
    )
    rows = {
        row.lineage: row
        for row in registries.with_learners(
            Course.objects.filter(
                lineage__in=[page.translation_key for page in shown]
            ).select_related("live_release")
        )
    }
    pairs = [(page, rows[page.translation_key]) for page in shown if page.translation_key in rows]
    counts = _counts(pairs)
    found = [CourseLine(course, page, *counts.get(page.path, (0, 0))) for page, course in pairs]
    return found, total


def _counts(pairs: list[tuple[CoursePage, Course]]) -> dict[str, tuple[int, int]]:
    """Path of a course → its lessons that are drafts, and those published since its release."""
    below = newer = Q(pk=None)
    for page, course in pairs:
        here = Q(path__startswith=page.path)
        below |= here
        if course.live_release is not None:
            newer |= here & Q(live=True, last_published_at__gt=course.live_release.at)
    length = len(pairs[0][0].path) if pairs else 1
    rows = (
        LessonPage.objects.filter(below)
        .annotate(top=Substr("path", 1, length))
        .order_by()
        .values("top")
        .annotate(
            drafts=Count("pk", filter=Q(has_unpublished_changes=True) | Q(live=False)),
            ahead=Count("pk", filter=newer),
        )
    )
    return {row["top"]: (row["drafts"], row["ahead"]) for row in rows}


class YourCourses(Component):
    """Nothing for people who neither have a course nor may begin one."""

    name = "your_courses"
    template_name = "course_pages/structure/your_courses.html"
    order = 10

    @property
    def media(self) -> Media:
        return Media(css={"all": ["structure.css"]})

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        user = (parent_context or {})["request"].user
        found, total = lines(user)
        return {
            "lines": found,
            "more": total > len(found),
            "may_begin": user.has_perm("course_pages.add_course"),
        }
