"""The gradebook: learners by quizzes, in a handful of queries for any course."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Exists,
    F,
    FloatField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext_lazy as _

from assessments.models import Attempt
from assessments.models.authoring import Counts
from assessments.staff.columns import Column
from course_pages.models import Course
from learning.models import Enrolment

PER_PAGE = 25
CHUNK = 500
STATES = {
    "passed": _("Passed"),
    "failed": _("Not passed"),
    "waiting": _("Waits for grading"),
    "open": _("Open"),
    "none": _("Not started"),
}
FILTERS = STATES | {"open": _("With an open attempt")}
"""States to filter by: somebody who passed may have another attempt open."""
SORTS = {
    "name": _("Name"),
    "-name": _("Name, backwards"),
    "-score": _("Best score first"),
    "score": _("Lowest score first"),
    "-last": _("Last active first"),
    "enrolled": _("Enrolled first"),
}


@dataclass(frozen=True)
class Cell:
    """What a learner has of a quiz: the result that counts, and what is going on.

    `attempt` is the one that counts, or the latest; `waits` the oldest that waits for a person.
    """

    percent: int | None
    passed: bool | None
    waits: int | None
    open: bool
    attempts: int
    attempt: int | None

    @property
    def state(self) -> str:
        """The one word for it, as the filter has them."""
        if self.waits is not None:
            return "waiting"
        if self.passed is not None:
            return "passed" if self.passed else "failed"
        return "open" if self.open else "none"

    @property
    def word(self) -> Any:
        return STATES[self.state]


EMPTY = Cell(None, None, None, False, 0, None)


@dataclass(frozen=True)
class Row:
    enrolment: Enrolment
    cells: list[Cell]


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see of the gradebook; what makes no sense is left out.

    `wants_quiz` where they asked for an order that only a single quiz has.
    """

    search: str = ""
    column: Column | None = None
    state: str = ""
    sort: str = "name"
    wants_quiz: bool = False

    @classmethod
    def read(cls, sent: Any, columns: Sequence[Column]) -> "Asked":
        key = sent.get("quiz", "")
        state, sort = sent.get("state", ""), sent.get("sort", "name")
        column = next((one for one in columns if one.key == key), None)
        wants_quiz = sort in {"score", "-score"} and column is None
        if sort not in SORTS or wants_quiz:
            sort = "name"
        return cls(
            sent.get("q", "").replace("\x00", "").strip()[:100],
            column,
            state if state in STATES else "",
            sort,
            wants_quiz,
        )


def learners(course: Course, asked: Asked) -> QuerySet[Enrolment]:
    """The enrolments to list, filtered and sorted by the database."""
    rows: QuerySet[Enrolment] = Enrolment.objects.filter(course=course).select_related("user")
    for word in asked.search.split()[:5]:
        rows = rows.filter(Q(user__name__icontains=word) | Q(user__email__icontains=word))
    if asked.state:
        rows = _in_state(rows, asked)
    if asked.column is not None and asked.sort.endswith("score"):
        rows = rows.annotate(result=Subquery(_counted(asked.column).values("share")[:1]))
        result = F("result")
        ordered = result.desc if asked.sort.startswith("-") else result.asc
        return rows.order_by(ordered(nulls_last=True), "user__name", "pk")
    return rows.order_by(*_ORDERS[asked.sort])


_ORDERS: dict[str, tuple[Any, ...]] = {
    "name": ("user__name", "user__email", "pk"),
    "-name": ("-user__name", "-user__email", "-pk"),
    "-last": (F("last_at").desc(nulls_last=True), "pk"),
    "enrolled": ("enrolled_at", "pk"),
}


def _of(column: Column | None) -> QuerySet[Attempt]:
    """A learner's attempts that are not void: at one quiz, or at any."""
    found = Attempt.objects.filter(enrolment=OuterRef("pk"), voided_at=None)
    if column is not None:
        found = found.filter(lesson_lineage=column.lesson, quiz_lineage=column.quiz)
    return found


def _counted(column: Column | None) -> QuerySet[Any]:
    """Those graded, the one that counts first; with the first to count, also those that wait."""
    rule = column.counts if column else Counts.BEST
    states = [Attempt.State.GRADED]
    if rule == Counts.FIRST:
        states.append(Attempt.State.WAITING)
    graded = _of(column).filter(state__in=states)
    possible = NullIf(F("possible"), Value(Decimal(0)))
    share = Case(
        When(state=Attempt.State.WAITING, then=Value(None)),
        When(score=None, then=Value(0.0)),
        default=Coalesce(F("score") * 1.0 / possible, 0.0, output_field=FloatField()),
        output_field=FloatField(),
    )
    graded = graded.annotate(share=share)
    orders: dict[str, tuple[str, ...]] = {
        Counts.FIRST: ("number",),
        Counts.LAST: ("-number",),
        Counts.BEST: ("-share", "number"),
    }
    return graded.order_by(*orders[rule])


def _in_state(rows: QuerySet[Enrolment], asked: Asked) -> QuerySet[Enrolment]:
    """Without a quiz: at any quiz of the course."""
    of = _of(asked.column)
    waiting = Exists(of.filter(state=Attempt.State.WAITING))
    if asked.state == "waiting":
        return rows.filter(waiting)
    if asked.state == "open":
        return rows.filter(Exists(of.filter(state=Attempt.State.OPEN)))
    if asked.state == "none":
        return rows.exclude(Exists(of))
    wanted = asked.state == "passed"
    if asked.column is None:
        return rows.filter(Exists(of.filter(state=Attempt.State.GRADED, passed=wanted)))
    result = Subquery(_counted(asked.column).values("passed")[:1])
    return rows.exclude(waiting).annotate(stands=result).filter(stands=wanted)


def rows(enrolments: Iterable[Enrolment], columns: Sequence[Column]) -> list[Row]:
    """The cells of these learners: one query."""
    people = list(enrolments)
    if not people:
        return []
    kept: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
    found = (
        Attempt.objects.filter(enrolment__in=[one.pk for one in people], voided_at=None)
        .order_by("number")
        .values(
            *("pk", "enrolment", "lesson_lineage", "quiz_lineage", "state"),
            *("score", "possible", "passed"),
        )
    )
    for one in found:
        key = f"{one['lesson_lineage']}:{one['quiz_lineage']}"
        kept[one["enrolment"], key].append(one)
    return [
        Row(person, [cell(kept.get((person.pk, column.key), []), column) for column in columns])
        for person in people
    ]


def cell(attempts: Sequence[dict[str, Any]], column: Column) -> Cell:
    """What stands, of attempts in their order."""
    if not attempts:
        return EMPTY
    stands = _stands(attempts, column.counts)
    waiting = [one["pk"] for one in attempts if one["state"] == Attempt.State.WAITING]
    return Cell(
        percent=_percent(stands) if stands else None,
        passed=stands["passed"] if stands else None,
        waits=waiting[0] if waiting else None,
        open=any(one["state"] == Attempt.State.OPEN for one in attempts),
        attempts=len(attempts),
        attempt=(stands or attempts[-1])["pk"],
    )


def _stands(attempts: Sequence[dict[str, Any]], rule: str) -> dict[str, Any] | None:
    """The attempt that counts; none while the first, which alone counts, waits for a person."""
    graded = [one for one in attempts if one["state"] == Attempt.State.GRADED]
    if not graded:
        return None
    if rule == Counts.FIRST:
        return graded[0] if graded[0] is attempts[0] else None
    if rule == Counts.LAST:
        return graded[-1]
    return max(graded, key=lambda one: (one["score"] or 0) / (one["possible"] or 1))


def _percent(one: dict[str, Any]) -> int | None:
    if one["score"] is None or not one["possible"]:
        return None
    return int(100 * one["score"] / one["possible"])


def all_rows(enrolments: QuerySet[Enrolment], columns: Sequence[Column]) -> Iterator[Row]:
    """For exports: everybody, some hundred in memory at a time."""
    chunk: list[Enrolment] = []
    for one in enrolments.iterator(chunk_size=CHUNK):
        chunk.append(one)
        if len(chunk) == CHUNK:
            yield from rows(chunk, columns)
            chunk = []
    yield from rows(chunk, columns)
