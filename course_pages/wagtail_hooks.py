"""Courses in Wagtail's admin."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import include, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets import Button
from wagtail.blocks import StreamValue
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from accounts.models import User
from assets.models import Document
from core import snapshots
from core.blocks.formulas import unreadable
from course_pages import deleting, permissions, status, videos
from course_pages.importing.writer import IMPORT_ACTION
from course_pages.imports import menu  # noqa: F401
from course_pages.models import (
    Course,
    CoursePage,
    InstructorProfile,
    LessonPage,
    Level,
    ModulePage,
    Topic,
)
from course_pages.structure.home import YourCourses


class TopicViewSet(SnippetViewSet):
    model = Topic
    icon = "tag"
    sort_order_field = "sort_order"


class LevelViewSet(SnippetViewSet):
    model = Level
    icon = "order"
    sort_order_field = "sort_order"


class InstructorViewSet(SnippetViewSet):
    model = InstructorProfile
    icon = "user"
    list_display = ["name", "role"]


class CourseDataGroup(SnippetViewSetGroup):
    menu_label = _("Course data")
    menu_icon = "list-ul"
    menu_order = 250
    items = (InstructorViewSet, TopicViewSet, LevelViewSet)


register_snippet(CourseDataGroup)


@hooks.register("register_admin_urls")
def own_admin_addresses() -> list[Any]:
    return [path("", include("course_pages.admin_urls"))]


@hooks.register("insert_editor_js")
def editor_script() -> str:
    return format_html('<script type="module" src="{}"></script>', static("admin.js"))


@hooks.register("construct_homepage_panels")
def your_courses(request: HttpRequest, panels: list[Any]) -> None:
    panels.insert(0, YourCourses())


@hooks.register("register_page_header_buttons")
def to_the_structure(
    page: Page, user: User, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    """From every page of a course to the screen that shows the whole of it."""
    if not issubclass(page.specific_class or Page, CoursePage | ModulePage | LessonPage):
        return
    course = status.course_of(page)
    if course is not None:
        url = reverse("course_admin:structure", args=[course.pk])
        yield Button(_("Course structure"), url, icon_name="list-ul", priority=5)


@hooks.register("before_serve_document")
def course_files_have_one_door(document: Document, request: HttpRequest) -> HttpResponse | None:
    """Files of courses are handed out by the lesson's door only; here to people who edit."""
    if request.user.has_perm("wagtailadmin.access_admin"):
        return None
    of_course = Course.objects.filter(collection=document.collection_id).exists()
    if of_course or snapshots.is_pinned("document", document.pk):
        raise PermissionDenied
    return None


@hooks.register("construct_page_chooser_queryset")
def choosers_keep_drafts_to_their_editors(pages: Any, request: HttpRequest) -> Any:
    return permissions.offered(pages, request.user)  # type: ignore[arg-type]


@hooks.register("construct_explorer_page_queryset")
def the_explorer_keeps_courses_to_their_editors(
    parent: Page, pages: Any, request: HttpRequest
) -> Any:
    if not permissions.explorable(parent, request.user):  # type: ignore[arg-type]
        raise PermissionDenied
    return pages


@hooks.register("register_log_actions")
def imports_stand_in_the_history(actions: Any) -> None:
    """What an import wrote is found again by this action; see `importing.writer`."""
    actions.register_action(IMPORT_ACTION, _("Import"), _("Imported from another platform"))


@hooks.register("after_publish_page")
def tell_unreadable_formulas(request: HttpRequest, page: Page) -> None:
    """Published all the same: learners see the formula's source, and its author hears of it."""
    body = getattr(page, "body", None)
    if not isinstance(body, StreamValue):
        return
    for found in unreadable(body.stream_block, body.get_prep_value()):
        text = gettext("A formula cannot be read, so its source is shown: %(tex)s (%(reason)s)")
        messages.warning(request, text % {"tex": found.tex[:200], "reason": found.reason})


@hooks.register("after_publish_page")
def tell_missing_captions(request: HttpRequest, page: Page) -> None:
    """Published all the same: captions may follow, and its author hears that they are missing."""
    if isinstance(page, LessonPage):
        for title in videos.without_captions(page.body.get_prep_value()):
            text = gettext("“%(title)s” has no captions: who cannot hear it misses what is said.")
            messages.warning(request, text % {"title": title})


@hooks.register("before_delete_page")
def ask_before_deleting(request: HttpRequest, page: Page) -> HttpResponse | None:
    return deleting.ask(request, [page])


@hooks.register("before_bulk_action")
def ask_before_deleting_many(
    request: HttpRequest, action_type: str, objects: list[Any], action: Any
) -> HttpResponse | None:
    pages = [thing for thing in objects if isinstance(thing, Page)]
    return deleting.ask(request, pages) if action_type == "delete" and pages else None
