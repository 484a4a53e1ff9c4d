"""The outline of a release: what learners study, read from two levels of snapshots.

Pure and immutable, kept in memory by digest. The stored shapes are contracts:

- outline v1: `{"course", "title", "modules": [{"lineage", "title", "digest"}]}`
- module v1: `{"lineage", "title", "lessons": [entry]}`; an entry has the fields of `Lesson`, and
  `quizzes` only where there are some
- lesson v1: `{"title", "body": [raw blocks]}`
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from typing import Any

from core import snapshots
from core.snapshots import Frozen, Reference

OUTLINE_V = MODULE_V = LESSON_V = 1


@dataclass(frozen=True, slots=True)
class QuizPin:
    """A quiz of a lesson; a `required` one has to be passed to complete it."""

    lineage: str
    digest: str
    required: bool


@dataclass(frozen=True, slots=True)
class Lesson:
    """One line of the outline; a completion counts from `era` on, `minutes` is a duration."""

    lineage: str
    address: str
    title: str
    section: str
    required: bool
    free_preview: bool
    minutes: int
    completion: str
    era: int
    digest: str
    quizzes: tuple[QuizPin, ...] = ()

    @property
    def to_pass(self) -> tuple[str, ...]:
        """Lineages of the quizzes that have to be passed."""
        return tuple(quiz.lineage for quiz in self.quizzes if quiz.required)

    def as_json(self) -> dict[str, Any]:
        """Its entry in the module's snapshot; without `quizzes` where it has none."""
        entry = asdict(self)
        if not self.quizzes:
            del entry["quizzes"]
        return entry


@dataclass(frozen=True)
class Module:
    lineage: str
    title: str
    lessons: tuple[Lesson, ...]

    def freeze(self) -> Frozen:
        lessons = [lesson.as_json() for lesson in self.lessons]
        return snapshots.freeze(
            "module", MODULE_V, {"lineage": self.lineage, "title": self.title, "lessons": lessons}
        )


@dataclass(frozen=True)
class Outline:
    """A course as released."""

    course: str
    title: str
    modules: tuple[Module, ...]

    def freeze(self) -> tuple[Frozen, list[Frozen]]:
        """The outline's snapshot and those of its modules."""
        modules = [module.freeze() for module in self.modules]
        listed = [
            {"lineage": module.lineage, "title": module.title, "digest": frozen.digest}
            for module, frozen in zip(self.modules, modules, strict=True)
        ]
        data = {"course": self.course, "title": self.title, "modules": listed}
        references = [Reference("snapshot", frozen.digest) for frozen in modules]
        return snapshots.freeze("outline", OUTLINE_V, data, references), modules

    @cached_property
    def lessons(self) -> tuple[Lesson, ...]:
        """All lessons in order of study."""
        return tuple(lesson for module in self.modules for lesson in module.lessons)

    @cached_property
    def by_address(self) -> dict[str, Lesson]:
        return {lesson.address: lesson for lesson in self.lessons}

    @cached_property
    def by_lineage(self) -> dict[str, Lesson]:
        return {lesson.lineage: lesson for lesson in self.lessons}

    @cached_property
    def module_titles(self) -> dict[str, str]:
        """Lineage → title of each module."""
        return {module.lineage: module.title for module in self.modules}

    @cached_property
    def positions(self) -> dict[str, int]:
        """Lineage → place in order of study, from 0."""
        return {lesson.lineage: index for index, lesson in enumerate(self.lessons)}

    @cached_property
    def module_of(self) -> dict[str, int]:
        """Lineage of a lesson → index of its module."""
        return {
            lesson.lineage: index
            for index, module in enumerate(self.modules)
            for lesson in module.lessons
        }

    @cached_property
    def required(self) -> dict[str, int]:
        """Lineage → era of the lessons that count."""
        return {lesson.lineage: lesson.era for lesson in self.lessons if lesson.required}

    @property
    def minutes(self) -> int:
        return sum(lesson.minutes for lesson in self.lessons)

    def neighbours(self, lineage: str) -> tuple[Lesson | None, Lesson | None]:
        """The lessons before and after."""
        place = self.positions[lineage]
        before = self.lessons[place - 1] if place else None
        after = self.lessons[place + 1] if place + 1 < len(self.lessons) else None
        return before, after


def _module(data: dict[str, Any]) -> Module:
    return Module(data["lineage"], data["title"], tuple(map(_lesson, data["lessons"])))


def _lesson(entry: dict[str, Any]) -> Lesson:
    quizzes = tuple(QuizPin(**quiz) for quiz in entry.get("quizzes", ()))
    return Lesson(**entry | {"quizzes": quizzes})


@lru_cache(maxsize=128)
def load(digest: str) -> Outline:
    """The outline behind a digest; two queries the first time, none after."""
    data = snapshots.load_many([digest])[digest]
    modules = snapshots.load_many(module["digest"] for module in data["modules"])
    return Outline(
        data["course"],
        data["title"],
        tuple(_module(modules[module["digest"]]) for module in data["modules"]),
    )


@dataclass(frozen=True)
class Difference:
    """What a release changes, by lineage."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    redo: tuple[str, ...]
    reordered: bool

    def as_json(self) -> dict[str, Any]:
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in asdict(self).items()
        }


def lessons_of(outline: Outline | None) -> Iterator[Lesson]:
    return iter(outline.lessons if outline else ())


def compare(before: Outline | None, after: Outline) -> Difference:
    """What learners of `before` find different in `after`."""
    old = {lesson.lineage: lesson for lesson in lessons_of(before)}
    new = after.by_lineage
    kept = [lineage for lineage in new if lineage in old]
    return Difference(
        added=tuple(lineage for lineage in new if lineage not in old),
        removed=tuple(lineage for lineage in old if lineage not in new),
        changed=tuple(lineage for lineage in kept if new[lineage].digest != old[lineage].digest),
        redo=tuple(lineage for lineage in kept if new[lineage].era > old[lineage].era),
        reordered=kept != [lineage for lineage in old if lineage in new],
    )
