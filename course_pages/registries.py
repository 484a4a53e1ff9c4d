"""What apps above add to courses without being known here; filled in their `apps.py`.

- pins: model label of a chooser → function freezing what is chosen, by primary key.
- checks: functions looking at an outline to be released → problems that forbid it.
- previews: "course" and "lesson" → function showing the drafted one as a learner would see it.
- learners: expressions over a course row: how many people learn in it.
- holders: functions telling how many learner records hang on lineages; asked before content goes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F, IntegerField, QuerySet, Value
from django.http import HttpRequest, HttpResponse

from core.snapshots import Frozen
from course_pages.outline import Outline

if TYPE_CHECKING:
    from course_pages.models import Course
    from course_pages.previews import Preview

Pin = Callable[[Iterable[int]], dict[int, "Pinned"]]
Check = Callable[[Outline], Iterable["Problem"]]
Holder = Callable[[set[str]], Iterable["Holding"]]
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

    `required` tells that a learner has to pass it to complete the lesson.
    """

    lineage: str
    title: str
    frozen: Frozen
    required: bool
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Holding:
    """Learner records on content that somebody wants to remove, e.g. "12 learners completed it"."""

    message: str
    count: int


pins: dict[str, Pin] = {}
checks: list[Check] = []
holders: list[Holder] = []
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


def pinned_quizzes(keys: Iterable[int]) -> dict[int, Pinned]:
    """Primary key → quiz, frozen; no query for none. A quiz that is gone is left out."""
    wanted = set(keys)
    return pins[QUIZ](wanted) if wanted and QUIZ in pins else {}


def problems_of(outline: Outline) -> list[Problem]:
    """All problems that the registered checks find."""
    return [problem for check in checks for problem in check(outline)]


def holdings_of(lineages: set[str]) -> list[Holding]:
    """All that learners hold on these lessons and modules."""
    return [holding for holder in holders for holding in holder(lineages) if holding.count]
