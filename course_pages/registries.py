"""What apps above add to courses without being known here; filled in their `apps.py`.

- pins: model label of a chooser → function freezing what is chosen, by primary key.
- pin_checks: the same label → function looking at what is pinned for the first time → lineage and
  what is wrong with it.
- checks: functions looking at an outline to be released → problems that forbid it.
- previews: "course" and "lesson" → function showing the drafted one as a learner would see it.
- learners: expressions over a course row: how many people learn in it.
- holders: functions telling how many learner records hang on lineages; asked before content goes.
- imported: functions called inside every import's transaction → what whoever imports is told.
- price_tags: functions from the lineages of courses to what cards say of those that are sold.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import F, IntegerField, QuerySet, Value
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from core.snapshots import Frozen
from course_pages.models.course import Course
from course_pages.outline import Outline

if TYPE_CHECKING:
    from course_pages.models import Course
    from course_pages.previews import Preview

Pin = Callable[[Iterable[int]], dict[int, "Pinned"]]
PinCheck = Callable[[list["Pinned"]], Iterable[tuple[str, str]]]
Check = Callable[[Outline], Iterable["Problem"]]
Holder = Callable[[set[str]], Iterable["Holding"]]
Imported = Callable[[Course, User | None], str]
PriceTags = Callable[[list[UUID]], dict[UUID, str]]
Show = Callable[[HttpRequest, "Preview"], HttpResponse]


@dataclass(frozen=True)
class Problem:
    """Why something cannot be released: `place` is for people, e.g. the lesson's title."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


@dataclass(frozen=True)
class Pinned:
    """Something that a lesson chooses, frozen; `problems` say why it cannot be released so.

    `required` tells that a learner has to pass it to complete the lesson. `parts` are its raw
    blocks, each with its place for people: a pin check looks at them.
    """

    lineage: str
    title: str
    frozen: Frozen
    required: bool
    problems: tuple[str, ...] = ()
    parts: tuple[tuple[str, Mapping[str, Any]], ...] = ()


@dataclass(frozen=True)
class Holding:
    """Learner records on content that somebody wants to remove, e.g. "12 learners completed it"."""

    message: str
    count: int


pins: dict[str, Pin] = {}
pin_checks: dict[str, PinCheck] = {}
checks: list[Check] = []
holders: list[Holder] = []
imported: list[Imported] = []
price_tags: list[PriceTags] = []
previews: dict[str, Show] = {}
learners: dict[str, Any] = {}


def with_learners(courses: "QuerySet[Course]") -> "QuerySet[Course]":
    """The courses, each with `learners`, in the same statement."""
    total: Any = Value(0, IntegerField())
    for name in learners:
        total = F(name) if isinstance(total, Value) else total + F(name)
    counted: Any = courses
    found: QuerySet[Course] = counted.annotate(**learners).annotate(learners=total)
    return found


QUIZ = "assessments.quiz"
DESIGN = "certificates.certificatedesign"


def pinned(label: str, keys: Iterable[int]) -> dict[int, Pinned]:
    """Primary key → what is chosen, frozen; no query for none. What is gone is left out."""
    wanted = set(keys)
    return pins[label](wanted) if wanted and label in pins else {}


def faults_in(quizzes: list[Pinned]) -> dict[str, list[str]]:
    """Lineage → what its own blocks' checks find; a constant number of queries, none for none."""
    found: dict[str, list[str]] = {}
    if quizzes and QUIZ in pin_checks:
        for lineage, message in pin_checks[QUIZ](quizzes):
            found.setdefault(lineage, []).append(message)
    return found


def prices_of(lineages: Iterable[UUID]) -> dict[UUID, str]:
    """Lineage → what a card says of the price, for courses that are sold; others are free."""
    asked = list(lineages)
    found: dict[UUID, str] = {}
    for tags in price_tags if asked else []:
        found |= tags(asked)
    return found


def problems_of(outline: Outline) -> list[Problem]:
    """All problems that the registered checks find."""
    return [problem for check in checks for problem in check(outline)]


def holdings_of(lineages: set[str]) -> list[Holding]:
    """All that learners hold on these lessons and modules."""
    return [holding for holder in holders for holding in holder(lineages) if holding.count]
