"""The catalogue: released courses, filtered and searched, in a constant number of queries."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import QueryDict

from assets.models import Image
from course_pages.models.course import Course, Release
from course_pages.models.pages import CourseInstructor, CoursePage
from course_pages.models.snippets import InstructorProfile, Level, Topic

PER_PAGE = 12
LONGEST_QUERY = 100
MOST_WORDS = 8


@dataclass(frozen=True)
class CourseCard:
    """A course as lists show it. `minutes` is the sum of its lessons."""

    title: str
    url: str
    summary: str
    image: Image | None
    level: Level | None
    topics: list[Topic]
    instructors: list[InstructorProfile]
    lesson_count: int
    minutes: int


def published() -> QuerySet[CoursePage]:
    """Course pages that the public may see: published, released, not private."""
    released = Course.objects.filter(live_release__isnull=False).values("lineage")
    return CoursePage.objects.live().public().filter(translation_key__in=released)


def cards(pages: QuerySet[CoursePage]) -> list[CourseCard]:
    """The cards of these pages in their order: 6 queries for any number."""
    rows = list(
        pages.select_related("image", "level").prefetch_related(
            "topics",
            Prefetch("course_instructors", CourseInstructor.objects.select_related("instructor")),
            "image__renditions",
        )
    )
    releases: dict[Any, Release] = {
        course.lineage: course.live_release
        for course in Course.objects.filter(
            lineage__in=[page.translation_key for page in rows], live_release__isnull=False
        ).select_related("live_release")
        if course.live_release is not None
    }
    return [
        _card(page, releases[page.translation_key])
        for page in rows
        if page.translation_key in releases
    ]


def _card(page: CoursePage, release: Release) -> CourseCard:
    return CourseCard(
        title=page.title,
        url=page.get_url() or "",
        summary=page.summary,
        image=page.image,
        level=page.level,
        topics=list(page.topics.all()),
        instructors=[row.instructor for row in page.course_instructors.all()],
        lesson_count=release.lesson_count,
        minutes=release.minutes,
    )


def search(pages: QuerySet[CoursePage], text: str) -> QuerySet[CoursePage]:
    """Pages in which every word occurs.

    Plain containment: the same on every database, for "c++" and "ai" too.
    """
    for word in text[:LONGEST_QUERY].replace("\x00", "").split()[:MOST_WORDS]:
        pages = pages.filter(
            Q(title__icontains=word) | Q(summary__icontains=word) | Q(body__icontains=word)
        )
    return pages


def context(parameters: QueryDict) -> dict[str, Any]:
    """What the catalogue page shows for these filters; unknown ones are ignored."""
    query = parameters.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY]
    topics, levels = list(Topic.objects.all()), list(Level.objects.all())
    topic = next((one for one in topics if one.slug == parameters.get("topic")), None)
    level = next((one for one in levels if one.slug == parameters.get("level")), None)
    pages = search(published(), query)
    if topic:
        pages = pages.filter(topics=topic)
    if level:
        pages = pages.filter(level=level)
    paginator = Paginator(pages.order_by("path"), PER_PAGE)
    page = paginator.get_page(parameters.get("page"))
    page.object_list = cards(page.object_list)  # type: ignore[assignment, arg-type]
    chosen = {
        "q": query,
        "topic": topic.slug if topic else "",
        "level": level.slug if level else "",
    }
    return {
        "courses": page,
        "total": paginator.count,
        "topics": topics,
        "levels": levels,
        "query": query,
        "topic": topic,
        "level": level,
        "filters": urlencode({name: value for name, value in chosen.items() if value}),
    }
