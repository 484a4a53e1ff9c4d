"""The catalogue: released courses, filtered and searched, in a constant number of queries."""

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.core.cache import cache
from django.core.paginator import Page as ResultsPage
from django.core.paginator import Paginator
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value, Window
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from wagtail.models import Page

from assets.models import Image
from core import searching
from course_pages import registries
from course_pages.models.course import Course
from course_pages.models.pages import CourseInstructor, CoursePage
from course_pages.models.snippets import Level, Topic

PER_PAGE = 12
FEW_PAGES = 50
FILTERS = "catalogue-filters"
KEEP_SECONDS = 60


@dataclass(frozen=True)
class CourseCard:
    """A course as lists show it. `minutes` is the sum of its lessons.

    `price` is in the reader's words: "" where the course is sold, and not just now.
    """

    title: str
    url: str
    summary: str
    image: Image | None
    level: Level | None
    topics: tuple[str, ...]
    instructors: tuple[str, ...]
    lesson_count: int
    minutes: int
    price: str

    @property
    def kept_as(self) -> tuple[Any, ...]:
        """What the card shows (`{% kept %}`)."""
        image = self.image.kept_as if self.image else None
        words = (self.title, self.url, self.summary, str(self.level or ""), self.price)
        return (*words, self.topics, self.instructors, image, self.lesson_count, self.minutes)


def published(private: list[Page] | None = None) -> QuerySet[CoursePage]:
    """Course pages that the public may see: published, released, not private.

    `private` are all private pages, where they are known; else they are asked for.
    """
    released = Course.objects.filter(live_release__isnull=False).values("lineage")
    pages: Any = CoursePage.objects.live().filter(translation_key__in=released)
    if private is None:
        return cast(QuerySet[CoursePage], pages.public())
    for page in private:
        pages = pages.exclude(path__startswith=page.path)
    return cast(QuerySet[CoursePage], pages)


def cards(pages: QuerySet[CoursePage]) -> list[CourseCard]:
    """The cards of these pages in their order: 4 queries for any number."""
    return _cards(list(_rows(pages)), None)


def _rows(pages: QuerySet[CoursePage]) -> QuerySet[CoursePage]:
    released = Course.objects.filter(
        lineage=OuterRef("translation_key"), live_release__isnull=False
    )
    return (
        pages.defer_streamfields()  # type: ignore[attr-defined]
        .select_related("image", "level")
        .annotate(
            lesson_count=Subquery(released.values("live_release__lesson_count")[:1]),
            minutes=Subquery(released.values("live_release__minutes")[:1]),
        )
        .filter(lesson_count__isnull=False)
        .prefetch_related("image__renditions")
    )


def _cards(pages: list[Any], request: HttpRequest | None) -> list[CourseCard]:
    topics, instructors = _names([page.pk for page in pages])
    prices = registries.prices_of(page.translation_key for page in pages)
    # The request remembers where the site's root is; without it each page asks the cache.
    return [
        CourseCard(
            title=page.title,
            url=page.get_url(request) or "",
            summary=page.summary,
            image=page.image,
            level=page.level,
            topics=topics.get(page.pk, ()),
            instructors=instructors.get(page.pk, ()),
            lesson_count=page.lesson_count,
            minutes=page.minutes,
            price=prices.get(page.translation_key, _("Free")),
        )
        for page in pages
    ]


Names = dict[int, tuple[str, ...]]


def _names(pages: list[int]) -> tuple[Names, Names]:
    """Page → its topics, and page → its instructors, in their order: one query for both."""
    about = ("about", "of_page", "name", "place")
    topics: Any = CoursePage.topics.through.objects.filter(coursepage__in=pages)
    topics = topics.annotate(
        about=Value("topic"),
        of_page=F("coursepage"),
        name=F("topic__title"),
        place=F("topic__sort_order"),
    ).values_list(*about)
    people = (
        CourseInstructor.objects.filter(page__in=pages)
        .order_by()
        .annotate(
            about=Value("person"),
            of_page=F("page"),
            name=F("instructor__name"),
            place=F("sort_order"),
        )
        .values_list(*about)
    )
    found: dict[str, Names] = {"topic": {}, "person": {}}
    rows = topics.union(people, all=True)
    for kind, page, name, _place in sorted(rows, key=lambda row: (row[3] or 0, row[2])):
        names = found[kind]
        names[page] = (*names.get(page, ()), name)
    return found["topic"], found["person"]


def search(pages: QuerySet[CoursePage], text: str) -> QuerySet[CoursePage]:
    """Pages in which every word occurs.

    Plain containment: the same on every database, for "c++" and "ai" too.
    """
    for word in searching.words(text):
        pages = pages.filter(
            Q(title__icontains=word) | Q(summary__icontains=word) | Q(body__icontains=word)
        )
    return pages


def filters() -> tuple[list[Topic], list[Level]]:
    """All topics and levels, kept for a minute and renewed by every save and delete."""
    found: tuple[list[Topic], list[Level]] | None = cache.get(FILTERS)
    if found is None:
        found = list(Topic.objects.all()), list(Level.objects.all())
        cache.set(FILTERS, found, KEEP_SECONDS)
    return found


def is_one_of_few(parameters: QueryDict) -> bool:
    """Whether this asks for one of the filters there are, and not for words of somebody's own."""
    topics, levels = filters()
    known = {
        "topic": {one.slug for one in topics},
        "level": {one.slug for one in levels},
        "page": {str(number) for number in range(1, FEW_PAGES)},
    }
    return all(
        not value or value in known.get(name, ())
        for name, values in parameters.lists()
        for value in values
    )


class Counted(Paginator[CourseCard]):
    """A paginator that is told how many there are."""

    def __init__(self, total: int) -> None:
        super().__init__([], PER_PAGE)
        self.count = total


def results(
    pages: QuerySet[CoursePage], asked: str | None, request: HttpRequest
) -> ResultsPage[CourseCard]:
    """One page of results with their number: rows and total by one query.

    A page number that is none is the first, one beyond the end the last.
    """
    number = max(int(asked), 1) if asked and asked.isdecimal() and len(asked) < 8 else 1
    start = (number - 1) * PER_PAGE
    counted = _rows(pages.order_by("path")).annotate(total=Window(Count("pk")))
    rows: list[Any] = list(counted[start : start + PER_PAGE])
    if not rows and number > 1:
        last = max(Counted(pages.count()).num_pages, 1)
        return results(pages, str(last) if last < number else None, request)
    paginator = Counted(rows[0].total if rows else 0)
    return ResultsPage(_cards(rows, request), number, paginator)


def context(request: HttpRequest, private: list[Page] | None = None) -> dict[str, Any]:
    """What the catalogue page shows for the filters asked for; unknown ones are ignored."""
    parameters = request.GET
    query = " ".join(searching.words(parameters.get("q", "")))
    topics, levels = filters()
    topic = next((one for one in topics if one.slug == parameters.get("topic")), None)
    level = next((one for one in levels if one.slug == parameters.get("level")), None)
    pages = search(published(private), query)
    if topic:
        pages = pages.filter(topics=topic)
    if level:
        pages = pages.filter(level=level)
    page = results(pages, parameters.get("page"), request)
    chosen = {
        "q": query,
        "topic": topic.slug if topic else "",
        "level": level.slug if level else "",
    }
    return {
        "courses": page,
        "total": page.paginator.count,
        "topics": topics,
        "levels": levels,
        "query": query,
        "topic": topic,
        "level": level,
        "filters": urlencode({name: value for name, value in chosen.items() if value}),
    }
