"""The outline as HTML: rendered once for each outline, put together for each learner.

A page with 500 lessons costs joining strings, not rendering 500 templates.
"""

import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import cached_property, lru_cache

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from course_pages import outline as outlines
from course_pages.models import Course
from course_pages.outline import Lesson
from course_pages.public import lesson_url
from learning import reasons
from learning.opening import NO_LOCKS, Locks

# Stand where a learner's own goes until it is put in; no author can write them.
COUNT, ROWS, REASON = (secrets.token_hex(8) for _ in range(3))


def state_of(
    lesson: Lesson, era: int, current: str | None, locks: Locks = NO_LOCKS
) -> tuple[str, bool]:
    """`todo`, `done`, `redo` (completed before, but it changed), `locked` or `current`; and
    whether done."""
    done = era >= lesson.era
    if lesson.lineage == current:
        return "current", done
    if done:
        return "done", True
    if lesson.lineage in locks:
        return "locked", False
    return ("redo" if era else "todo"), False


@dataclass
class ModuleOutline:
    """One module of one outline in one language, kept in the states that were asked for so far.

    `rows_url` is where a page fetches the rows that it does not bring, if it does.
    """

    number: int
    title: str
    lessons: tuple[Lesson, ...]
    urls: tuple[str, ...]
    home_url: str
    rows_url: str = ""
    kept_rows: dict[tuple[int, str, bool], str] = field(default_factory=dict)
    kept_frames: dict[tuple[bool, bool, bool], list[str]] = field(default_factory=dict)

    @property
    def anchor(self) -> str:
        return f"module-{self.number}"

    @cached_property
    def lineages(self) -> frozenset[str]:
        return frozenset(lesson.lineage for lesson in self.lessons)

    @cached_property
    def untouched(self) -> SafeString:
        """The rows for somebody who has done none of the lessons."""
        return self._join(("todo", False) for _ in self.lessons)

    @cached_property
    def finished(self) -> SafeString:
        """The rows for somebody who has done all of them."""
        return self._join(("done", True) for _ in self.lessons)

    def done(self, eras: dict[str, int]) -> int:
        """How many lessons count as completed; `eras` are the highest completed, by lineage."""
        return sum([eras.get(lesson.lineage, 0) >= lesson.era for lesson in self.lessons])

    def rows(
        self, eras: dict[str, int], current: str | None = None, locks: Locks = NO_LOCKS
    ) -> SafeString:
        """The lessons' rows. Most modules of a long course are finished or untouched."""
        if locks and not self.lineages.isdisjoint(locks):
            return self._with_reasons(eras, current, locks)
        if current not in self.lineages:
            if self.lineages.isdisjoint(eras):
                return self.untouched
            if self.done(eras) == len(self.lessons):
                return self.finished
        return self._join(
            state_of(lesson, eras.get(lesson.lineage, 0), current) for lesson in self.lessons
        )

    def _with_reasons(self, eras: dict[str, int], current: str | None, locks: Locks) -> SafeString:
        """The rows, each locked one with what its learner misses first."""
        states = [state_of(one, eras.get(one.lineage, 0), current, locks) for one in self.lessons]
        waiting = [
            escape(reasons.short(locks[lesson.lineage]))
            for lesson, (state, _done) in zip(self.lessons, states, strict=True)
            if state == "locked"
        ]
        parts = self._join(states).split(REASON)
        told = [text for pair in zip(parts, [*waiting, ""], strict=True) for text in pair]
        return mark_safe("".join(told))  # noqa: S308 - rendered by templates, reasons escaped

    def html(
        self, done: int, *, rows: SafeString | None, open: bool, moved: bool = False
    ) -> SafeString:
        """The module with so many lessons done; without rows where they are fetched on opening.

        `moved`: it takes the place of the one in an outline that is on the page already.
        """
        key = (open, rows is not None, moved)
        frame = self.kept_frames.get(key)
        if frame is None:
            frame = self.kept_frames[key] = self._frame(*key)
        before, after, *end = frame
        parts = [before, str(done), after, *((rows, *end) if rows is not None else ())]
        return mark_safe("".join(parts))  # noqa: S308 - rendered by templates, but for a number

    def _join(self, states: Iterable[tuple[str, bool]]) -> SafeString:
        parts = []
        for index, (state, done) in enumerate(states):
            key = (index, state, done)
            row = self.kept_rows.get(key)
            if row is None:
                row = self.kept_rows[key] = self._row(*key)
            parts.append(row)
        return mark_safe("".join(parts))  # noqa: S308 - each row was rendered by a template

    def _row(self, index: int, state: str, done: bool) -> str:
        lesson = self.lessons[index]
        before = self.lessons[index - 1].section if index else ""
        return render_to_string(
            "learning/_outline_row.html",
            {
                "lesson": asdict(lesson) | {"url": self.urls[index]},
                "state": state,
                "done": done,
                "reason": REASON,
                "section_start": bool(lesson.section) and lesson.section != before,
            },
        )

    def _frame(self, open: bool, with_rows: bool, moved: bool) -> list[str]:
        """What stands before the count, between it and the rows, and after them."""
        module = {
            "number": self.number,
            "title": self.title,
            "anchor": self.anchor,
            "done": COUNT,
            "total": len(self.lessons),
            "rows": ROWS if with_rows else "",
            "rows_url": self.rows_url,
        }
        html = render_to_string(
            "components/outline_module.html",
            {"module": module, "open": open, "moved": moved, "course_home_url": self.home_url},
        )
        before, after = html.split(COUNT)
        return [before, *after.split(ROWS)]


@lru_cache(maxsize=64)
def _modules(outline: str, slug: str, language: str) -> tuple[ModuleOutline, ...]:
    course = Course(slug=slug)
    return tuple(
        ModuleOutline(
            number=number,
            title=module.title,
            lessons=module.lessons,
            urls=tuple(lesson_url(course, lesson.address) for lesson in module.lessons),
            home_url=course.get_absolute_url(),
            rows_url=reverse("learning:rows", args=[slug, number]),
        )
        for number, module in enumerate(outlines.load(outline).modules, start=1)
    )


def module_outlines(course: Course) -> tuple[ModuleOutline, ...]:
    """The modules of the live release in the reader's language."""
    assert course.live_release is not None
    return _modules(course.live_release.outline_id, course.slug, get_language() or "")
