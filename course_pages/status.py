"""Whether learners see what a page says: for the line at the top of the editor."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from wagtail.models import Page

from course_pages import content, marks, outline, tree
from course_pages.content import LessonSource
from course_pages.models.course import Course, ReleaseMode
from course_pages.models.pages import LessonPage


@dataclass(frozen=True)
class Status:
    """`kind`: new, draft, ahead, released, gone."""

    kind: str
    label: str
    help: str
    course: Course | None = None


def course_of(page: Page) -> Course | None:
    """The course that a page belongs to."""
    return (
        Course.objects.select_related("live_release").filter(marks.courses_above(page.path)).first()
    )


def of_page(page: Page) -> Status:
    """Compare the published page with the live release."""
    return of_page_in(course_of(page), page)


def of_page_in(course: Course | None, page: Page) -> Status:
    """As `of_page`, for a course that is known, with its live release."""
    if course is None or course.live_release is None:
        return Status(
            "new", _("Not released yet"), _("Learners see nothing of this course so far."), course
        )
    live = outline.load(course.live_release.outline_id)
    specific = page.specific
    if isinstance(specific, LessonPage):
        return _of_lesson(specific, course, live)
    if course.dirty_since is not None:
        return Status("ahead", _("Ahead of what learners see"), _next_step(course), course)
    return _released(course)


def _of_lesson(page: LessonPage, course: Course, live: outline.Outline) -> Status:
    entry = live.by_lineage.get(str(page.translation_key))
    if not page.live:
        if entry is None:
            return Status("draft", _("Draft"), _("Learners do not see this lesson."), course)
        return Status(
            "ahead", _("Unpublished, but learners still see it"), _next_step(course), course
        )
    if entry is None:
        return Status("ahead", _("Published, not released yet"), _next_step(course), course)
    stored = LessonPage.objects.get(pk=page.pk)
    raw = list(stored.body.raw_data)
    source = LessonSource(str(stored.translation_key), stored.title, [dict(item) for item in raw])
    digest = content.freeze(
        source, tree.lineages_of_links([source.raw]), content.pins_of([source.raw])
    ).digest
    same = digest == entry.digest and (
        stored.title,
        stored.section,
        stored.required,
        stored.free_preview,
        stored.minutes,
        stored.completion,
    ) == (
        entry.title,
        entry.section,
        entry.required,
        entry.free_preview,
        entry.minutes,
        entry.completion,
    )
    if not same or stored.era > entry.era:
        return Status("ahead", _("Ahead of what learners see"), _next_step(course), course)
    if page.has_unpublished_changes:
        return Status(
            "draft",
            _("Released; your newer draft is not"),
            _("Publish the draft when it is ready."),
            course,
        )
    return _released(course)


def _released(course: Course) -> Status:
    assert course.live_release is not None
    return Status(
        "released",
        _("Released"),
        _("Learners see this (release %(number)s).") % {"number": course.live_release.number},
        course,
    )


def _next_step(course: Course) -> str:
    if course.problem:
        return _("The last release was refused: %(problem)s") % {"problem": course.problem}
    if course.hold:
        return _(
            "The course is on hold after a roll back: nothing follows until somebody releases it."
        )
    if course.mode == ReleaseMode.BY_RELEASE:
        return _("It goes to learners with the next release.")
    return _("It follows by itself within a few seconds of publishing.")
