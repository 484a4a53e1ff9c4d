"""What the learner's pages show, put together from the outline and one query of completions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from accounts.models import User
from assets.models import Image
from core import clock
from course_pages import outline as outlines
from course_pages.models import Course, CoursePage
from course_pages.outline import Lesson, Outline
from course_pages.public import lesson_url
from learning import films, opening, reasons
from learning.models import Enrolment, LessonCompletion
from learning.opening import Learner, Locks
from learning.outline_rows import ModuleOutline, module_outlines
from learning.services import enrolment as enrolling
from learning.services import progress
from learning.services.access import Place
from learning.services.progress import Progress


@dataclass(frozen=True)
class Link:
    """Somewhere in the course; `reason` says why it is closed, and then mostly there is no url."""

    title: str
    url: str
    reason: str = ""


@dataclass(frozen=True)
class Study:
    """Somebody in a course, as its pages show it: how far they are, and where links lead."""

    outline: Outline
    progress: Progress
    last: str | None
    home_url: str
    url: Callable[[Lesson], str]
    modules: Sequence[ModuleOutline]
    locks: Locks

    def link(self, lesson: Lesson | None) -> Link | None:
        """Where a lesson is; while it is locked only its title, and why."""
        if lesson is None:
            return None
        missing = self.locks.get(lesson.lineage)
        if missing:
            return Link(lesson.title, "", reasons.short(missing))
        return Link(lesson.title, self.url(lesson))

    def following(self, lesson: Lesson) -> Lesson | None:
        """The next lesson that is open; the very next, locked, where none is."""
        place = self.outline.positions[lesson.lineage] + 1
        later = self.outline.lessons[place:]
        opened = (one for one in later if one.lineage not in self.locks)
        return next(opened, later[0] if later else None)

    def module_of(self, lesson: Lesson) -> ModuleOutline:
        return self.modules[self.outline.module_of[lesson.lineage]]

    @property
    def waiting(self) -> Link | None:
        """The locked lesson to wait for: the first that only needs time, else the first.

        It leads to the page that says all that is missing.
        """
        locked = [one for one in self.outline.lessons if one.lineage in self.locks]
        timed = [one for one in locked if all(what.at for what in self.locks[one.lineage])]
        if timed:
            first = min(timed, key=lambda one: str(reasons.last(self.locks[one.lineage]).at))
        elif locked:
            first = locked[0]
        else:
            return None
        return Link(first.title, self.url(first), reasons.short(self.locks[first.lineage]))


def study(place: Place) -> Study:
    """The learner's own: one query, one more where courses are required."""
    assert place.enrolment is not None
    return studied(place, progress.measure(place.outline, place.eras, place.enrolment.completed_at))


def studied(place: Place, measured: Progress) -> Study:
    """The same for somebody whose progress is known."""
    course, enrolment = place.course, place.enrolment
    assert enrolment is not None
    return Study(
        outline=place.outline,
        progress=measured,
        last=str(enrolment.last_lineage) if enrolment.last_lineage else None,
        home_url=course.get_absolute_url(),
        url=lambda lesson: lesson_url(course, lesson.address),
        modules=module_outlines(course),
        locks=place.locks_with(measured.eras),
    )


def link(course: Course, lesson: Lesson | None) -> Link | None:
    return Link(lesson.title, lesson_url(course, lesson.address)) if lesson else None


def modules(study: Study, *, current: str | None, only: int | None = None) -> list[SafeString]:
    """The outline's modules; with `only` the others are shut, and fetch their rows if they can."""
    eras = study.progress.eras
    views = []
    for index, module in enumerate(study.modules):
        opened = only is None or index == only
        rows = module.rows(eras, current, study.locks) if opened or not module.rows_url else None
        views.append(module.html(module.done(eras), rows=rows, open=opened))
    return views


def course_home(place: Place) -> dict[str, Any]:
    """What the course's home is about: one query."""
    return home_of(study(place))


def home_of(study: Study) -> dict[str, Any]:
    """What a course's home says to somebody who is this far."""
    following = progress.next_lesson(study.outline, study.progress.eras, study.last, study.locks)
    return {
        "progress": study.progress,
        "continue_lesson": study.link(following),
        "waiting": study.waiting if following is None else None,
        "started": bool(study.progress.eras) or study.last is not None,
        "current": following.lineage if following else None,
    }


def around(study: Study, lesson: Lesson) -> SafeString:
    """The player's outline: the lesson's own module is open."""
    only = study.outline.module_of[lesson.lineage]
    return mark_safe("".join(modules(study, current=lesson.lineage, only=only)))  # noqa: S308


def moved_to(study: Study, lesson: Lesson) -> SafeString:
    """The lesson's module in the outline, open, with the lesson as the current one."""
    module, eras = study.module_of(lesson), study.progress.eras
    rows = module.rows(eras, lesson.lineage, study.locks)
    return module.html(module.done(eras), rows=rows, open=True, moved=True)


def transcript_url(slug: str, lesson: Lesson) -> str:
    """Where one reads what is said in the lesson's films; empty where nothing is."""
    if not any(film.words for film in films.films(lesson.digest)):
        return ""
    return reverse("learning:transcript", args=[slug, lesson.address])


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
    outline: Outline
    sold: bool = False

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
    """The courses that one is enrolled in, last studied first: 4 queries for any number.

    One more tells of those whose access has ended which of them are sold.
    """
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
    sold = enrolling.sold(one.course_id for one in enrolments if not one.open)
    return [
        _item(one, eras[one.pk], pages.get(one.course.lineage), one.course_id in sold)
        for one in enrolments
    ]


def _item(
    enrolment: Any, eras: dict[str, int], page: CoursePage | None, sold: bool
) -> LearningItem:
    course = enrolment.course
    live: Outline = outlines.load(course.live_release.outline_id)
    last = str(enrolment.last_lineage) if enrolment.last_lineage else None
    # Needed courses are left out: one query each, and the lesson's page names them.
    locks = opening.locks(live, Learner(eras, enrolment.enrolled_at), clock.now())
    following = link(course, progress.next_lesson(live, eras, last, locks))
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
        outline=live,
        sold=sold,
    )
