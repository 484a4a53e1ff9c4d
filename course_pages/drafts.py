"""A course as its pages are drafted, in memory: what a release would show if all were published.

Published pages count as they stand, edited ones as their latest revision, and the page in the
editor's form as it is in the form. Two queries for a course of any size; nothing is stored, and a
lesson's address is its lineage until a release gives it one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Case, F, JSONField, TextField, Value, When
from django.db.models.functions import Cast
from wagtail.models import Page

from course_pages import rules
from course_pages.models.pages import CoursePage, LessonPage, ModulePage
from course_pages.outline import Lesson, Module, Outline
from course_pages.tree import raw_body

COURSE, MODULE, LESSON = 4, 5, 6
"""Depths in the page tree."""
OPENS = ("opens_on", "opens_after_days")
STUDIED = {
    "lessonpage": (
        *("section", "required", "free_preview", "minutes", "completion", "watch_percent", "era"),
        *OPENS,
    ),
    "modulepage": ("needs", *OPENS),
    "coursepage": ("needs", "sequence", "time_zone"),
}
"""What decides about studying, by kind of page."""
KINDS = {COURSE: "coursepage", MODULE: "modulepage", LESSON: "lessonpage"}


@dataclass(frozen=True)
class DraftPage:
    """A page below a course as drafted; `pk` is None while it is in its first form.

    `raw` is only there for the lesson that was asked for.
    """

    pk: int | None
    path: str
    lineage: str
    title: str
    live: bool
    edited: bool
    studied: dict[str, Any]
    raw: list[dict[str, Any]] | None = None


@dataclass(frozen=True)
class Draft:
    """The drafted tree; `outline` has the shape of a released one, without digests."""

    course: DraftPage
    outline: Outline
    pages: dict[str, DraftPage]

    @property
    def lineages(self) -> dict[int, str]:
        """Primary key → lineage, for links between the course's lessons."""
        return {page.pk: page.lineage for page in self.pages.values() if page.pk is not None}


def course_path(page: Page) -> str:
    """The tree path of the course that a page belongs to."""
    return str(page.path[: COURSE * Page.steplen])


def read(path: str, *, lesson: str | None = None) -> Draft | None:
    """The course at this path of the tree in one query; with the body of one lesson."""
    return _assemble(path, _stored(path, lesson))


def around(page: CoursePage | ModulePage | LessonPage, *, in_form: bool = False) -> Draft | None:
    """The course that an unsaved page belongs to, with that page as it stands in memory.

    A page that was never saved comes last among its siblings, where the editor will put it.
    """
    path = course_path(page)
    edited = _in_memory(page, in_form)
    kept = [one for one in _stored(path, None) if one.path != edited.path]
    return _assemble(path, [*kept, edited])


def released(draft: Draft, own: str, live: Outline | None) -> Draft:
    """The course as learners see it, with one page (of this lineage) as drafted.

    For people who may edit that page and not the course: no title of another draft is in it.
    """
    at = draft.pages[own]
    modules = [
        _released_module(module, draft, own, live.modules if live else ())
        for module in draft.outline.modules
        if module.lineage == own
        or any(lesson.lineage == own for lesson in module.lessons)
        or (live is not None and module.lineage in live.module_titles)
    ]
    outline = replace(
        draft.outline,
        title=draft.course.title if own == draft.course.lineage or not live else live.title,
        modules=tuple(modules),
    )
    kept = {lesson.lineage for lesson in outline.lessons} | {one.lineage for one in modules}
    pages = {key: page for key, page in draft.pages.items() if key in kept}
    return Draft(draft.course, outline, pages | {draft.course.lineage: draft.course, own: at})


def _released_module(module: Module, draft: Draft, own: str, live: Iterable[Module]) -> Module:
    """A module in the drafted order: released titles, and the own page as drafted."""
    shown = next((one for one in live if one.lineage == module.lineage), None)
    lessons = {lesson.lineage: lesson for one in live for lesson in one.lessons}
    title = module.title
    if own != module.lineage:
        title = shown.title if shown else ""
    return replace(
        module,
        title=title,
        lessons=tuple(
            lesson
            if lesson.lineage == own
            else replace(lessons[lesson.lineage], address=lesson.lineage)
            for lesson in module.lessons
            if lesson.lineage == own or lesson.lineage in lessons
        ),
    )


def _stored(path: str, lesson: str | None) -> list[DraftPage]:
    body = Cast("lessonpage__body", TextField())
    rows = Page.objects.filter(path__startswith=path, depth__lte=LESSON).values(
        "pk",
        "path",
        "translation_key",
        "title",
        "live",
        "has_unpublished_changes",
        *(f"{kind}__{name}" for kind, names in STUDIED.items() for name in names),
        body=Case(When(translation_key=lesson, then=body)) if lesson else Value(None, TextField()),
        draft=Case(
            When(has_unpublished_changes=True, then=F("latest_revision__content")),
            output_field=JSONField(),
        ),
    )
    return [_of_row(row, lesson) for row in rows]


def _of_row(row: dict[str, Any], lesson: str | None) -> DraftPage:
    draft = row["draft"] or {}
    lineage = str(row["translation_key"])
    kind = KINDS[len(row["path"]) // Page.steplen]
    return DraftPage(
        pk=row["pk"],
        path=row["path"],
        lineage=lineage,
        title=draft.get("title", row["title"]),
        live=row["live"],
        edited=row["has_unpublished_changes"],
        studied={name: draft.get(name, row[f"{kind}__{name}"]) for name in STUDIED[kind]},
        raw=raw_body(draft.get("body", row["body"])) if lineage == lesson else None,
    )


def _in_memory(page: CoursePage | ModulePage | LessonPage, in_form: bool) -> DraftPage:
    return DraftPage(
        pk=page.pk,
        path=page.path,
        lineage=str(page.translation_key),
        title=page.title,
        live=page.live and page.pk is not None,
        edited=in_form or page.has_unpublished_changes,
        studied={name: getattr(page, name) for name in STUDIED[page._meta.model_name or ""]},
        raw=[dict(item) for item in page.body.raw_data] if isinstance(page, LessonPage) else None,
    )


def _assemble(path: str, pages: Iterable[DraftPage]) -> Draft | None:
    by_path = {page.path: page for page in sorted(pages, key=lambda one: one.path)}
    course = by_path.get(path)
    if course is None:
        return None
    zone = course.studied["time_zone"]
    modules = [one for one in by_path.values() if len(one.path) == MODULE * Page.steplen]
    lessons: dict[str, list[Lesson]] = {module.path: [] for module in modules}
    for page in by_path.values():
        parent = page.path[: -Page.steplen]
        if len(page.path) == LESSON * Page.steplen and parent in lessons:
            lessons[parent].append(_entry(page, zone))
    there = [module.lineage for module in modules]
    outline = Outline(
        course=course.lineage,
        title=course.title,
        modules=tuple(
            Module(
                lineage=module.lineage,
                title=module.title,
                lessons=tuple(lessons[module.path]),
                needs=rules.kept(module.studied["needs"] or (), module.lineage, there),
                opens_at=rules.opens_at(module.studied["opens_on"], zone),
                opens_after_days=module.studied["opens_after_days"] or 0,
            )
            for module in modules
        ),
        sequence=course.studied["sequence"],
        needs=tuple(sorted(course.studied["needs"] or ())),
    )
    return Draft(course, outline, {page.lineage: page for page in by_path.values()})


def _entry(page: DraftPage, zone: str) -> Lesson:
    studied = page.studied | {
        "watch_percent": rules.percent(page.studied["completion"], page.studied["watch_percent"]),
        "opens_at": rules.opens_at(page.studied["opens_on"], zone),
        "opens_after_days": page.studied["opens_after_days"] or 0,
    }
    del studied["opens_on"]
    return Lesson(
        lineage=page.lineage, address=page.lineage, title=page.title, digest="", **studied
    )
