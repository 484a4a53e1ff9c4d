"""A course's pages as its structure screen shows them, in a constant number of queries.

Titles and settings are those of the newest draft; the state says what learners see of them.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wagtail.models import Page, Revision

from course_pages import outline, tree
from course_pages.models import Course, CoursePage
from course_pages.structure.states import Known, State, of_lesson, of_module

SETTINGS = ("title", "section", "required", "free_preview", "minutes")


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
    """`order` is a fingerprint of what stands where: a screen with another one is stale."""

    course: Course
    page: CoursePage
    modules: tuple[ModuleRow, ...]
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


def load(course: Course, page: CoursePage) -> Structure:
    """The course's modules and lessons with their states."""
    rows = list(
        Page.objects.filter(path__startswith=page.path, depth__gt=page.depth)
        .order_by("path")
        .values(
            *("pk", "path", "depth", "translation_key", "title", "live", "locked"),
            "has_unpublished_changes",
            *(f"lessonpage__{name}" for name in SETTINGS if name != "title"),
        )
    )
    drafts = _drafts(page)
    known = known_of(course)
    heads = [row for row in rows if row["depth"] == page.depth + 1]
    below: dict[str, list[dict[str, Any]]] = {head["path"]: [] for head in heads}
    for row in rows:
        if row["depth"] == page.depth + 2:
            below[row["path"][: -Page.steplen]].append(row)
    modules = [
        _module(
            head,
            drafts,
            known,
            tuple(_lesson(row, drafts, known, head["live"]) for row in below[head["path"]]),
        )
        for head in heads
    ]
    order = order_of((row["pk"], row["depth"]) for row in rows)
    return Structure(course, page, tuple(modules), order)


def known_of(course: Course) -> Known:
    """What learners see, and what the next release would be; the latter only where it can differ.

    A course that waits for nothing shows its pages as they are published.
    """
    if course.live_release is None:
        return Known(None, None)
    live = outline.load(course.live_release.outline_id)
    if course.dirty_since is None and not course.problem and not course.hold:
        return Known(live, None)
    candidate = tree.build(course)
    return Known(live, candidate.outline if candidate else None)


def _drafts(page: CoursePage) -> dict[int, dict[str, Any]]:
    """Primary key → settings in the newest draft, of all pages that have an unpublished one."""
    open_drafts = Page.objects.filter(
        path__startswith=page.path, depth__gt=page.depth, has_unpublished_changes=True
    )
    revisions = Revision.objects.filter(pk__in=open_drafts.values("latest_revision_id"))
    fields = [f"content__{name}" for name in SETTINGS]
    return {
        int(row["object_id"]): {name: row[f"content__{name}"] for name in SETTINGS}
        for row in revisions.values("object_id", *fields)
    }


def _lesson(
    row: dict[str, Any], drafts: dict[int, dict[str, Any]], known: Known, module_live: bool
) -> LessonRow:
    stored = {name: row[f"lessonpage__{name}"] for name in SETTINGS if name != "title"}
    shown = {"title": row["title"]} | stored
    shown |= {k: v for k, v in drafts.get(row["pk"], {}).items() if v is not None}
    return LessonRow(
        pk=row["pk"],
        title=shown["title"],
        section=shown["section"] or "",
        required=bool(shown["required"]),
        free_preview=bool(shown["free_preview"]),
        minutes=int(shown["minutes"] or 0),
        state=of_lesson(row, known, module_live=module_live),
        locked=row["locked"],
        live=row["live"],
        has_draft=row["has_unpublished_changes"] or not row["live"],
    )


def _module(
    row: dict[str, Any],
    drafts: dict[int, dict[str, Any]],
    known: Known,
    lessons: tuple[LessonRow, ...],
) -> ModuleRow:
    return ModuleRow(
        pk=row["pk"],
        title=drafts.get(row["pk"], {}).get("title") or row["title"],
        state=of_module(row, known),
        locked=row["locked"],
        live=row["live"],
        has_draft=row["has_unpublished_changes"] or not row["live"],
        lessons=lessons,
    )


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
