"""What the learner's pages show, put together from the outline and one query of completions."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.models import User
from assets.models import Image
from core import clock
from course_pages import outline as outlines
from course_pages.models import Course, CoursePage
from course_pages.outline import Lesson, Outline
from course_pages.public import lesson_html, lesson_url
from learning.models import Enrolment, LessonCompletion
from learning.outline_rows import module_rows
from learning.services import progress
from learning.services.access import Place, Seat
from learning.services.progress import Progress


@dataclass(frozen=True)
class Link:
    title: str
    url: str


@dataclass(frozen=True)
class ModuleView:
    """A module in the outline; `rows` is None where they are fetched on opening."""

    number: int
    title: str
    anchor: str
    done: int
    total: int
    minutes: int
    open: bool
    rows: SafeString | None
    rows_url: str


def link(course: Course, lesson: Lesson | None) -> Link | None:
    return Link(lesson.title, lesson_url(course, lesson.address)) if lesson else None


def modules(
    place: Place, eras: dict[str, int], *, current: str | None, only: int | None = None
) -> list[ModuleView]:
    """The outline's modules; with `only` the others come without rows."""
    views = []
    for index in range(len(place.outline.modules)):
        shown = only is None or index == only
        rows = module_rows(place.course, index).html(eras, current) if shown else None
        views.append(_module(place, index, eras, rows))
    return views


def _module(
    place: Place, index: int, eras: dict[str, int], rows: SafeString | None = None
) -> ModuleView:
    module = place.outline.modules[index]
    return ModuleView(
        number=index + 1,
        title=module.title,
        anchor=f"module-{index + 1}",
        done=sum(progress.counts(lesson, eras) for lesson in module.lessons),
        total=len(module.lessons),
        minutes=sum(lesson.minutes for lesson in module.lessons),
        open=rows is not None,
        rows=rows,
        rows_url=reverse("learning:rows", args=[place.course.slug, index + 1]),
    )


def course_home(place: Place) -> dict[str, Any]:
    """Context of the course's home: one query."""
    assert place.enrolment is not None
    eras = progress.completed_eras(place.enrolment)
    last = str(place.enrolment.last_lineage) if place.enrolment.last_lineage else None
    following = progress.next_lesson(place.outline, eras, last)
    return {
        "course": place.course,
        "course_title": place.outline.title,
        "course_url": place.course.get_absolute_url(),
        "progress": progress.measure(place.outline, eras, place.enrolment.completed_at),
        "continue_lesson": link(place.course, following),
        "started": bool(eras) or last is not None,
        "modules": modules(place, eras, current=following.lineage if following else None),
    }


def lesson(seat: Seat) -> dict[str, Any]:
    """Context of a lesson in the player: one query, whatever the course's size."""
    assert seat.enrolment is not None
    eras = progress.completed_eras(seat.enrolment)
    before, _after = seat.outline.neighbours(seat.lesson.lineage)
    index = seat.outline.module_of[seat.lesson.lineage]
    measured = progress.measure(seat.outline, eras, seat.enrolment.completed_at)
    return complete_control(seat, measured) | {
        "course_title": seat.outline.title,
        "body": lesson_html(seat.course, seat.outline, seat.lesson),
        "prev": link(seat.course, before),
        "modules": modules(seat, eras, current=seat.lesson.lineage, only=index),
    }


def complete_control(seat: Seat, measured: Progress) -> dict[str, Any]:
    """What the "mark complete" control, the progress bar and the module's count need."""
    _before, after = seat.outline.neighbours(seat.lesson.lineage)
    return {
        "course": seat.course,
        "course_home_url": seat.course.get_absolute_url(),
        "lesson": asdict(seat.lesson) | {"url": lesson_url(seat.course, seat.lesson.address)},
        "complete_url": reverse("learning:complete", args=[seat.course.slug, seat.lesson.address]),
        "opened_url": reverse("learning:opened", args=[seat.course.slug, seat.lesson.address]),
        "done": progress.counts(seat.lesson, measured.eras),
        "next": link(seat.course, after),
        "module": _module(seat, seat.outline.module_of[seat.lesson.lineage], measured.eras),
        "progress": measured,
    }


@dataclass(frozen=True)
class LearningItem:
    """A course on "My learning"; `again_url` is empty where one cannot enrol."""

    title: str
    url: str
    image: Image | None
    progress: Progress
    access_open: bool
    ended_at: datetime | None
    again_url: str
    continue_title: str
    continue_url: str

    @property
    def percent(self) -> int:
        return self.progress.percent

    @property
    def completed_at(self) -> Any:
        return self.progress.completed_at

    @property
    def new_since(self) -> int:
        return self.progress.new_since

    @property
    def done(self) -> int:
        return self.progress.done

    @property
    def required(self) -> int:
        return self.progress.required


def my_learning(user: User) -> list[LearningItem]:
    """The courses that one is enrolled in, last studied first: 4 queries for any number."""
    enrolments = list(
        Enrolment.objects.filter(user=user, left_at=None, course__live_release__isnull=False)
        .select_related("course__live_release")
        .with_access(clock.now())
    )
    enrolments.sort(key=lambda one: one.last_at or one.enrolled_at, reverse=True)
    eras: dict[int, dict[str, int]] = {one.pk: {} for one in enrolments}
    rows = LessonCompletion.objects.filter(enrolment__in=enrolments).values_list(
        "enrolment", "lineage", "era"
    )
    for pk, lineage, era in rows:
        eras[pk][str(lineage)] = max(era, eras[pk].get(str(lineage), 0))
    pages: dict[UUID, CoursePage] = {
        page.translation_key: page
        for page in CoursePage.objects.filter(
            translation_key__in=[one.course.lineage for one in enrolments]
        )
        .select_related("image")
        .prefetch_related("image__renditions")
    }
    return [_item(one, eras[one.pk], pages.get(one.course.lineage)) for one in enrolments]


def _item(enrolment: Any, eras: dict[str, int], page: CoursePage | None) -> LearningItem:
    course = enrolment.course
    live: Outline = outlines.load(course.live_release.outline_id)
    last = str(enrolment.last_lineage) if enrolment.last_lineage else None
    following = link(course, progress.next_lesson(live, eras, last))
    return LearningItem(
        title=live.title,
        url=course.get_absolute_url(),
        image=page.image if page else None,
        progress=progress.measure(live, eras, enrolment.completed_at),
        access_open=enrolment.open,
        ended_at=enrolment.ended_at,
        again_url=reverse("learning:join", args=[course.slug]) if page and page.live else "",
        continue_title=following.title if following else "",
        continue_url=following.url if following else "",
    )
