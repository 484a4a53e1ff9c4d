"""What the learner's pages show, put together from the outline and one query of completions."""

from collections.abc import Callable, Sequence
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
from learning.outline_rows import ModuleOutline, module_outlines
from learning.services import progress
from learning.services.access import Place, Seat
from learning.services.progress import Progress


@dataclass(frozen=True)
class Link:
    title: str
    url: str


@dataclass(frozen=True)
class Study:
    """Somebody in a course, as its pages show it: how far they are, and where links lead."""

    outline: Outline
    progress: Progress
    last: str | None
    home_url: str
    url: Callable[[Lesson], str]
    modules: Sequence[ModuleOutline]

    def link(self, lesson: Lesson | None) -> Link | None:
        return Link(lesson.title, self.url(lesson)) if lesson else None


def study(place: Place) -> Study:
    """The learner's own: one query."""
    assert place.enrolment is not None
    eras = progress.completed_eras(place.enrolment)
    return _study(place, progress.measure(place.outline, eras, place.enrolment.completed_at))


def _study(place: Place, measured: Progress) -> Study:
    course, enrolment = place.course, place.enrolment
    assert enrolment is not None
    return Study(
        outline=place.outline,
        progress=measured,
        last=str(enrolment.last_lineage) if enrolment.last_lineage else None,
        home_url=course.get_absolute_url(),
        url=lambda lesson: lesson_url(course, lesson.address),
        modules=module_outlines(course),
    )


def link(course: Course, lesson: Lesson | None) -> Link | None:
    return Link(lesson.title, lesson_url(course, lesson.address)) if lesson else None


def modules(study: Study, *, current: str | None, only: int | None = None) -> list[SafeString]:
    """The outline's modules; with `only` the others are shut, and fetch their rows if they can."""
    eras = study.progress.eras
    views = []
    for index, module in enumerate(study.modules):
        opened = only is None or index == only
        rows = module.rows(eras, current) if opened or not module.rows_url else None
        views.append(module.html(module.done(eras), rows=rows, open=opened))
    return views


def _module(study: Study, lesson: Lesson) -> dict[str, Any]:
    """The lesson's module: its name, and how far one is in it."""
    module = study.modules[study.outline.module_of[lesson.lineage]]
    return {
        "number": module.number,
        "title": module.title,
        "anchor": module.anchor,
        "done": module.done(study.progress.eras),
        "total": len(module.lessons),
    }


def course_home(place: Place) -> dict[str, Any]:
    """Context of the course's home: one query."""
    return {"course": place.course} | home_of(study(place))


def home_of(study: Study) -> dict[str, Any]:
    """What a course's home says to somebody who is this far."""
    following = progress.next_lesson(study.outline, study.progress.eras, study.last)
    return {
        "course_title": study.outline.title,
        "course_url": study.home_url,
        "progress": study.progress,
        "continue_lesson": study.link(following),
        "started": bool(study.progress.eras) or study.last is not None,
        "modules": modules(study, current=following.lineage if following else None),
    }


def lesson(seat: Seat) -> dict[str, Any]:
    """Context of a lesson in the player: one query, whatever the course's size."""
    body = lesson_html(seat.course, seat.lesson)
    return _actions(seat) | lesson_of(study(seat), seat.lesson, body)


def lesson_of(study: Study, lesson: Lesson, body: SafeString) -> dict[str, Any]:
    """What the player shows of a lesson to somebody who is this far."""
    before, _after = study.outline.neighbours(lesson.lineage)
    return _control(study, lesson) | {
        "course_title": study.outline.title,
        "body": body,
        "prev": study.link(before),
        "modules": modules(
            study, current=lesson.lineage, only=study.outline.module_of[lesson.lineage]
        ),
    }


def complete_control(seat: Seat, measured: Progress) -> dict[str, Any]:
    """What the "mark complete" control, the progress bar and the module's count need."""
    return _actions(seat) | _control(_study(seat, measured), seat.lesson)


def _actions(seat: Seat) -> dict[str, Any]:
    """Where the lesson's page reports what its learner does."""
    return {
        "course": seat.course,
        "quizzes_open": bool(
            seat.enrolment and progress.quizzes_to_pass(seat.enrolment, seat.lesson)
        ),
        "complete_url": reverse("learning:complete", args=[seat.course.slug, seat.lesson.address]),
        "opened_url": reverse("learning:opened", args=[seat.course.slug, seat.lesson.address]),
    }


def _control(study: Study, lesson: Lesson) -> dict[str, Any]:
    _before, after = study.outline.neighbours(lesson.lineage)
    return {
        "course_home_url": study.home_url,
        "lesson": asdict(lesson) | {"url": study.url(lesson)},
        "done": progress.counts(lesson, study.progress.eras),
        "next": study.link(after),
        "module": _module(study, lesson),
        "progress": study.progress,
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
