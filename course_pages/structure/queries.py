"""A course's pages as its structure screen shows them, in a constant number of queries.

Titles and settings are those of the newest draft; the state says what learners see of them.
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.db.models import FilteredRelation, Q
from wagtail.models import Page

from course_pages import outline, tree
from course_pages.models import Course, CoursePage
from course_pages.outline import Lesson, Module, Outline
from course_pages.structure import states
from course_pages.structure.states import State

Row = dict[str, Any]
SETTINGS = ("title", "section", "required", "free_preview", "minutes")
SHOW_ALL = 100
"""A course of up to so many lessons shows them all; in a larger one modules are opened."""


@dataclass(frozen=True)
class LessonRow:
    pk: int
    title: str
    section: str
    required: bool
    free_preview: bool
    minutes: int
    state: State
    locked: bool
    live: bool
    has_draft: bool


@dataclass(frozen=True)
class ModuleRow:
    pk: int
    title: str
    state: State
    locked: bool
    live: bool
    has_draft: bool
    lessons: tuple[LessonRow, ...]

    @cached_property
    def minutes(self) -> int:
        return sum(lesson.minutes for lesson in self.lessons)

    @cached_property
    def drafts(self) -> int:
        """Pages here that somebody still has to publish, the module itself included."""
        return int(self.has_draft) + sum(lesson.has_draft for lesson in self.lessons)


@dataclass(frozen=True)
class Structure:
    """`opened` are the modules whose lessons are shown; `order` is a fingerprint of what stands
    where: a screen with another one is stale.
    """

    course: Course
    page: CoursePage
    modules: tuple[ModuleRow, ...]
    opened: frozenset[int]
    order: str

    @cached_property
    def lessons(self) -> tuple[LessonRow, ...]:
        return tuple(lesson for module in self.modules for lesson in module.lessons)

    @property
    def minutes(self) -> int:
        return sum(module.minutes for module in self.modules)

    @property
    def drafts(self) -> int:
        """Pages of the course that somebody still has to publish."""
        own = int(self.page.has_unpublished_changes or not self.page.live)
        return own + sum(module.drafts for module in self.modules)

    def module(self, pk: int) -> ModuleRow | None:
        return next((module for module in self.modules if module.pk == pk), None)


def order_of(places: Iterable[tuple[int, int]]) -> str:
    """Fingerprint of (primary key, depth) in the order of the tree."""
    line = ",".join(f"{pk}/{depth}" for pk, depth in places)
    return hashlib.sha256(line.encode()).hexdigest()[:16]


def current_order(page: CoursePage) -> str:
    """The fingerprint of a course's pages as they stand now."""
    below = Page.objects.filter(path__startswith=page.path, depth__gt=page.depth)
    return order_of(below.order_by("path").values_list("pk", "depth"))


def load(course: Course, page: CoursePage, chosen: Collection[str] = ()) -> Structure:
    """The course's modules and lessons, with the states of those that are shown.

    Shown are the lessons of the `chosen` modules (keys as text), in a small course all of them.
    """
    rows = _rows(page)
    live = outline.load(course.live_release.outline_id) if course.live_release else None
    heads = [row for row in rows if row["depth"] == page.depth + 1]
    below: dict[str, list[Row]] = {head["path"]: [] for head in heads}
    for row in rows:
        if row["depth"] == page.depth + 2:
            below[row["path"][: -Page.steplen]].append(row)
    every = sum(map(len, below.values())) <= SHOW_ALL
    opened = {head["pk"] for head in heads if every or str(head["pk"]) in chosen}
    differing: set[int] = set()
    if live is not None and _may_differ(course):
        shown = [row for head in heads if head["pk"] in opened for row in below[head["path"]]]
        differing = _differing(course, live, heads + shown)
    modules = [
        _module(
            head,
            live,
            tuple(
                _lesson(row, live, differs=row["pk"] in differing, module_live=head["live"])
                for row in below[head["path"]]
            ),
            differs=head["pk"] in differing,
        )
        for head in heads
    ]
    order = order_of((row["pk"], row["depth"]) for row in rows)
    return Structure(course, page, tuple(modules), frozenset(opened), order)


def _rows(page: CoursePage) -> list[Row]:
    """Everything below the course but the bodies; settings of drafts come with their revision."""
    stored = [f"lessonpage__{name}" for name in SETTINGS if name != "title"]
    return list(
        Page.objects.filter(path__startswith=page.path, depth__gt=page.depth)
        .annotate(
            draft=FilteredRelation("latest_revision", condition=Q(has_unpublished_changes=True))
        )
        .order_by("path")
        .values(
            *("pk", "path", "depth", "translation_key", "title", "live", "locked"),
            *("has_unpublished_changes", "lessonpage__completion", "lessonpage__era", *stored),
            *(f"draft__content__{name}" for name in SETTINGS),
        )
    )


def _may_differ(course: Course) -> bool:
    """A course that waits for nothing shows learners its pages as they are published."""
    return course.dirty_since is not None or bool(course.problem) or course.hold


def _differing(course: Course, live: Outline, rows: list[Row]) -> set[int]:
    """Keys of the published modules and lessons that the next release would change."""
    asked = {row["pk"]: str(row["translation_key"]) for row in rows if row["live"]}
    coming = tree.build(course, only=asked)
    before, after = _said(live), _said(coming.outline) if coming else {}
    return {pk for pk, lineage in asked.items() if before.get(lineage) != after.get(lineage)}


def _said(outline: Outline) -> dict[str, Lesson | Module]:
    """Lineage → what learners are told of a lesson, and of a module without its lessons."""
    modules = {module.lineage: replace(module, lessons=()) for module in outline.modules}
    return {**modules, **outline.by_lineage}


def _lesson(row: Row, live: Outline | None, *, differs: bool, module_live: bool) -> LessonRow:
    shown = {name: _newest(row, name) for name in SETTINGS}
    return LessonRow(
        pk=row["pk"],
        title=shown["title"],
        section=shown["section"] or "",
        required=bool(shown["required"]),
        free_preview=bool(shown["free_preview"]),
        minutes=int(shown["minutes"] or 0),
        state=states.of_lesson(row, live, differs=differs, module_live=module_live),
        locked=row["locked"],
        live=row["live"],
        has_draft=row["has_unpublished_changes"] or not row["live"],
    )


def _module(
    row: Row, live: Outline | None, lessons: tuple[LessonRow, ...], *, differs: bool
) -> ModuleRow:
    return ModuleRow(
        pk=row["pk"],
        title=_newest(row, "title"),
        state=states.of_module(row, live, differs=differs),
        locked=row["locked"],
        live=row["live"],
        has_draft=row["has_unpublished_changes"] or not row["live"],
        lessons=lessons,
    )


def _newest(row: Row, name: str) -> Any:
    """A setting as its draft has it, or as it is stored where there is none."""
    drafted = row[f"draft__content__{name}"]
    stored = row["title"] if name == "title" else row[f"lessonpage__{name}"]
    return stored if drafted is None else drafted


def step(page: CoursePage, pk: int, *, up: bool) -> tuple[int, int | None] | None:
    """Where a page goes by one place: parent and the page it then follows; None at an end.

    A lesson at the edge of its module goes on into the next one.
    """
    places = list(
        Page.objects.filter(path__startswith=page.path)
        .order_by("path")
        .values_list("pk", "path", "depth")
    )
    moving = next((place for place in places if place[0] == pk), None)
    if moving is None:
        return None
    parent = next(one for one in places if one[1] == moving[1][: -Page.steplen])
    siblings = _children(places, parent[1])
    index = siblings.index(pk)
    if up and index:
        return parent[0], siblings[index - 2] if index > 1 else None
    if not up and index + 1 < len(siblings):
        return parent[0], siblings[index + 1]
    uncles = [one for one in places if one[2] == parent[2] and one[2] > page.depth]
    beside = uncles.index(parent) + (-1 if up else 1) if parent in uncles else -1
    if not 0 <= beside < len(uncles):
        return None
    there = _children(places, uncles[beside][1])
    return uncles[beside][0], there[-1] if up and there else None


def _children(places: list[tuple[int, str, int]], path: str) -> list[int]:
    return [
        pk
        for pk, child, _depth in places
        if child.startswith(path) and len(child) == len(path) + Page.steplen
    ]
