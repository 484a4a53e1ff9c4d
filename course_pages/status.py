"""Whether learners see what a page says: for the line at the top of the editor."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from wagtail.models import Page

from course_pages import certificate_news, marks, outline, tree
from course_pages.models.course import Course, ReleaseMode
from course_pages.models.pages import CoursePage, LessonPage


@dataclass(frozen=True)
class Status:
    """`kind`: new, draft, ahead, released, refused."""

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
    if course is not None and course.problem and not isinstance(page.specific, LessonPage):
        return Status("refused", _("The last release was refused"), refusal(course), course)
    if course is None or course.live_release is None:
        return Status(
            "new", _("Not released yet"), _("Learners see nothing of this course so far."), course
        )
    live = outline.load(course.live_release.outline_id)
    specific = page.specific
    if isinstance(specific, LessonPage):
        return _of_lesson(specific, course, live)
    if course.dirty_since is not None:
        published = CoursePage.objects.live().filter(pk=page.pk).first()
        news = certificate_news.of_page(course, published) if published else ""
        said = "\n".join(filter(None, [_next_step(course), news]))
        return Status("ahead", _("Ahead of what learners see"), said, course)
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
    coming = tree.build(course, only=[page.pk])
    if coming is None or coming.outline.by_lineage.get(entry.lineage) != entry:
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


def refusal(course: Course) -> str:
    """Why the course was not released and what helps; a line for each thing that is wrong."""
    return _("Learners keep what they have. Put this right and publish it:\n%(problems)s") % {
        "problems": course.problem
    }


def _next_step(course: Course) -> str:
    if course.problem:
        return _("The last release was refused. %(why)s") % {"why": refusal(course)}
    if course.hold:
        return _(
            "The course is on hold after a roll back: nothing follows until somebody releases it."
        )
    if course.mode == ReleaseMode.BY_RELEASE:
        return _("It goes to learners with the next release.")
    return _("It follows by itself within a few seconds of publishing.")
