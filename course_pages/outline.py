"""The outline of a release: what learners study, read from two levels of snapshots.

Pure and immutable, kept in memory by digest. The stored shapes are contracts:

- outline v1: `{"course", "title", "modules": [{"lineage", "title", "digest"}]}`
- module v1: `{"lineage", "title", "lessons": [entry]}`; an entry has the fields of `Lesson`
- lesson v1: `{"title", "body": [raw blocks]}`

What is in `ONLY_WHERE_SET` came later and stands only where it says something: the digests of what
does not use it stay.
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
class VideoPin:
    """A film or recording of a lesson, by the identity that learners' rows name.

    Its length is 0 where it is not known.
    """

    uid: str
    digest: str
    duration_ms: int


WATCHED = ("watched", "all")
"""Rules of completion that ask for films to be watched."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One line of the outline; a completion counts from `era` on, `minutes` is a duration.

    `watch_percent` is how much of each film has to be watched; 0 where the rule asks nothing.
    It opens at `opens_at` (ISO 8601, UTC) and so many days after enrolling, whichever is later.
    """

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
    videos: tuple[VideoPin, ...] = ()
    watch_percent: int = 0
    opens_at: str = ""
    opens_after_days: int = 0

    @property
    def to_watch(self) -> tuple[VideoPin, ...]:
        """The films that have to be watched."""
        return self.videos if self.completion in WATCHED else ()

    @property
    def to_pass(self) -> tuple[str, ...]:
        """Lineages of the quizzes that have to be passed."""
        return tuple(quiz.lineage for quiz in self.quizzes if quiz.required)

    def as_json(self) -> dict[str, Any]:
        """Its entry in the module's snapshot."""
        return _without_unset(asdict(self))


ONLY_WHERE_SET = frozenset(
    {
        "quizzes",
        "videos",
        "watch_percent",
        "opens_at",
        "opens_after_days",
        "needs",
        "sequence",
        "watermark",
        "certificate",
    }
)


def _without_unset(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value or key not in ONLY_WHERE_SET}


@dataclass(frozen=True)
class Module:
    """A part of the course; `needs` are lineages of modules that have to be completed before."""

    lineage: str
    title: str
    lessons: tuple[Lesson, ...]
    needs: tuple[str, ...] = ()
    opens_at: str = ""
    opens_after_days: int = 0

    def freeze(self) -> Frozen:
        data = {
            "lineage": self.lineage,
            "title": self.title,
            "lessons": [lesson.as_json() for lesson in self.lessons],
            "needs": list(self.needs),
            "opens_at": self.opens_at,
            "opens_after_days": self.opens_after_days,
        }
        return snapshots.freeze("module", MODULE_V, _without_unset(data))

    @property
    def has_rules(self) -> bool:
        """Whether any lesson of it may be closed to somebody, by itself."""
        return bool(self.needs or self.opens_at or self.opens_after_days) or any(
            lesson.opens_at or lesson.opens_after_days for lesson in self.lessons
        )


@dataclass(frozen=True, slots=True)
class CertificateRule:
    """The certificate that a course gives: its design's digest, and for what.

    `when` is "completed", "score" (with `percent` of the points of its quizzes) or "approved" (by
    a teacher). `valid_months` is 0 for ever.
    """

    design: str
    when: str
    percent: int = 0
    valid_months: int = 0


IN_ORDER = "in_order"


@dataclass(frozen=True)
class Outline:
    """A course as released; `needs` are lineages of courses that have to be completed before.

    `sequence` is `in_order` where each lesson waits for the required ones before it.
    """

    course: str
    title: str
    modules: tuple[Module, ...]
    sequence: str = ""
    needs: tuple[str, ...] = ()
    watermark: bool = False
    certificate: CertificateRule | None = None

    def freeze(self) -> tuple[Frozen, list[Frozen]]:
        """The outline's snapshot and those of its modules."""
        modules = [module.freeze() for module in self.modules]
        listed = [
            {"lineage": module.lineage, "title": module.title, "digest": frozen.digest}
            for module, frozen in zip(self.modules, modules, strict=True)
        ]
        data: dict[str, Any] = {
            "course": self.course,
            "title": self.title,
            "modules": listed,
            "sequence": self.sequence,
            "needs": list(self.needs),
            "watermark": self.watermark,
            "certificate": asdict(self.certificate) if self.certificate else None,
        }
        references = [Reference("snapshot", frozen.digest) for frozen in modules]
        if self.certificate and self.certificate.design:
            references.append(Reference("snapshot", self.certificate.design))
        frozen = snapshots.freeze("outline", OUTLINE_V, _without_unset(data), references)
        return frozen, modules

    @cached_property
    def has_rules(self) -> bool:
        """Whether any lesson may be closed to somebody who is enrolled."""
        return bool(self.sequence or self.needs) or any(one.has_rules for one in self.modules)

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
    lessons, needs = tuple(map(_lesson, data["lessons"])), tuple(data.get("needs", ()))
    return Module(**data | {"lessons": lessons, "needs": needs})


def _lesson(entry: dict[str, Any]) -> Lesson:
    quizzes = tuple(QuizPin(**quiz) for quiz in entry.get("quizzes", ()))
    videos = tuple(VideoPin(**video) for video in entry.get("videos", ()))
    return Lesson(**entry | {"quizzes": quizzes, "videos": videos})


@lru_cache(maxsize=128)
def load(digest: str) -> Outline:
    """The outline behind a digest; two queries the first time, none after."""
    data = snapshots.load_many([digest])[digest]
    modules = snapshots.load_many(module["digest"] for module in data["modules"])
    return Outline(
        data["course"],
        data["title"],
        tuple(_module(modules[module["digest"]]) for module in data["modules"]),
        data.get("sequence", ""),
        tuple(data.get("needs", ())),
        watermark=data.get("watermark", False),
        certificate=CertificateRule(**rule) if (rule := data.get("certificate")) else None,
    )


@dataclass(frozen=True)
class Difference:
    """What a release changes, by lineage; `certificate` tells that its rule or design differs."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    redo: tuple[str, ...]
    reordered: bool
    certificate: bool = False

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
        certificate=(before.certificate if before else None) != after.certificate,
    )
