"""Outline rows as HTML: rendered once for each outline, put together for each learner.

A page with 500 lessons costs joining strings, not rendering 500 templates.
"""

from dataclasses import asdict, dataclass, field
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from course_pages import outline as outlines
from course_pages.models import Course
from course_pages.outline import Lesson
from course_pages.public import lesson_url


def state_of(lesson: Lesson, eras: dict[str, int], current: str | None) -> tuple[str, bool]:
    """`todo`, `done`, `redo` (completed before, but it changed) or `current`; and whether done."""
    era = eras.get(lesson.lineage, 0)
    done = era >= lesson.era
    if lesson.lineage == current:
        return "current", done
    if done:
        return "done", True
    return ("redo" if era else "todo"), False


@dataclass
class ModuleRows:
    """The rows of one module of one outline, each kept in the states that were asked for so far."""

    lessons: tuple[Lesson, ...]
    urls: tuple[str, ...]
    kept: dict[tuple[int, str, bool], str] = field(default_factory=dict)

    def html(self, eras: dict[str, int], current: str | None = None) -> SafeString:
        parts = []
        for index, lesson in enumerate(self.lessons):
            state, done = state_of(lesson, eras, current)
            key = (index, state, done)
            row = self.kept.get(key)
            if row is None:
                row = self.kept[key] = self._render(index, state, done)
            parts.append(row)
        return mark_safe("".join(parts))  # noqa: S308 - each row was rendered by a template

    def _render(self, index: int, state: str, done: bool) -> str:
        lesson = self.lessons[index]
        before = self.lessons[index - 1].section if index else ""
        return render_to_string(
            "learning/_outline_row.html",
            {
                "lesson": asdict(lesson) | {"url": self.urls[index]},
                "state": state,
                "done": done,
                "section_start": bool(lesson.section) and lesson.section != before,
            },
        )


@lru_cache(maxsize=512)
def _rows(outline: str, slug: str, module: int, language: str) -> ModuleRows:
    lessons = outlines.load(outline).modules[module].lessons
    course = Course(slug=slug)
    return ModuleRows(lessons, tuple(lesson_url(course, lesson.address) for lesson in lessons))


def module_rows(course: Course, module: int) -> ModuleRows:
    """The rows of a module in the live release and the reader's language."""
    assert course.live_release is not None
    return _rows(course.live_release.outline_id, course.slug, module, get_language() or "")
