"""Which lessons are still closed to a learner, and what is missing. Pure.

A lesson that was ever completed stays open to read again, whatever is released later, and a free
preview is open to everybody.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from course_pages.outline import IN_ORDER, Lesson, Module, Outline


@dataclass(frozen=True)
class NeededCourse:
    """A course that has to be completed before."""

    slug: str
    title: str


@dataclass(frozen=True)
class Missing:
    """What keeps a lesson closed: a course to complete, a module (with the first lesson that it
    lacks), a lesson before, or a moment to come.
    """

    course: NeededCourse | None = None
    module: Module | None = None
    lesson: Lesson | None = None
    at: datetime | None = None


Locks = Mapping[str, tuple[Missing, ...]]
NO_LOCKS: Locks = {}


@dataclass(frozen=True)
class Learner:
    """What decides: completed eras by lineage, when one enrolled, courses yet to complete."""

    eras: Mapping[str, int]
    enrolled_at: datetime
    courses: tuple[NeededCourse, ...] = ()

    def has_done(self, lesson: Lesson) -> bool:
        return self.eras.get(lesson.lineage, 0) >= lesson.era


def locks(outline: Outline, learner: Learner, now: datetime) -> Locks:
    """Lineage → what is missing, for every lesson that is closed."""
    if not outline.has_rules:
        return NO_LOCKS
    found: dict[str, tuple[Missing, ...]] = {}
    courses = tuple(Missing(course=one) for one in learner.courses)
    ends = {module.lineage: _first_open(module, learner) for module in outline.modules}
    modules = {module.lineage: module for module in outline.modules}
    before: Lesson | None = None
    for module in outline.modules:
        shared = [*courses, *_of_module(module, modules, ends)]
        shared += _later((module,), learner, now)
        for lesson in module.lessons:
            waits = [Missing(lesson=before)] if before and outline.sequence == IN_ORDER else []
            missing = (*shared, *waits, *_later((lesson,), learner, now))
            if missing and not lesson.free_preview and lesson.lineage not in learner.eras:
                found[lesson.lineage] = missing
            if before is None and lesson.required and not learner.has_done(lesson):
                before = lesson
    return found


def _first_open(module: Module, learner: Learner) -> Lesson | None:
    """The first required lesson of a module that is to be completed; None once it is complete."""
    return next((one for one in module.lessons if one.required and not learner.has_done(one)), None)


def _of_module(
    module: Module, modules: Mapping[str, Module], ends: Mapping[str, Lesson | None]
) -> Iterator[Missing]:
    for needed in module.needs:
        if first := ends.get(needed):
            yield Missing(module=modules[needed], lesson=first)


def _later(parts: Iterable[Module | Lesson], learner: Learner, now: datetime) -> Iterator[Missing]:
    for part in parts:
        at = _opens(part, learner)
        if at is not None and at > now:
            yield Missing(at=at)


def _opens(part: Module | Lesson, learner: Learner) -> datetime | None:
    """The later of the day and the days after enrolling."""
    moments = []
    if part.opens_at:
        moments.append(datetime.fromisoformat(part.opens_at))
    if part.opens_after_days:
        moments.append(learner.enrolled_at + timedelta(days=part.opens_after_days))
    return max(moments, default=None)
