"""The staff's pages in Wagtail's admin: addresses, menu, buttons, rights."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.context import Context
from django.urls import include, path, reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from laces.components import Component
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets import Button
from wagtail.models import Page

from accounts.models import User
from assessments.models import Quiz
from assessments.services import grading_by_hand
from assessments.staff import doors
from core import slots
from course_pages import status
from course_pages.models import Course, CoursePage, LessonPage, ModulePage


class Waiting(Component):
    """On the admin's start page: how many attempts wait for a person. One query."""

    name = "grading_waits"
    template_name = "assessments/staff/waiting.html"
    order = 20

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        user = (parent_context or {})["request"].user
        return {"count": grading_by_hand.queue(doors.courses_of(user)).order_by().count()}


@hooks.register("construct_homepage_panels")
def waiting_panel(request: HttpRequest, panels: list[Any]) -> None:
    if isinstance(request.user, User) and doors.may_look(request.user):
        panels.append(Waiting())


@slots.fill("structure.buttons")
def from_the_structure(context: Context, course: Course) -> SafeString:
    """From the screen of a whole course to its gradebook."""
    allowed = doors.courses_of(context["request"].user)
    if allowed is not None and course.pk not in allowed:
        return SafeString("")
    url = reverse("grading:gradebook", args=[course.pk])
    return format_html('<a class="button button-secondary" href="{}">{}</a>', url, _("Gradebook"))


class GradingMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and doors.may_look(request.user)


@hooks.register("register_admin_urls")
def addresses() -> list[Any]:
    return [path("", include("assessments.staff.urls"))]


@hooks.register("register_admin_menu_item")
def grading_entry() -> MenuItem:
    address = reverse_lazy("grading:queue")
    return GradingMenuItem(_("Grading"), address, name="grading", icon_name="edit", order=242)


@hooks.register("register_permissions")
def rights_on_attempts() -> QuerySet[Permission]:
    """For a group's page: whether it sees and grades the attempts of every course."""
    return Permission.objects.filter(
        content_type__app_label="assessments", codename__in=["view_attempt", "change_attempt"]
    )


@hooks.register("register_page_header_buttons")
def to_the_gradebook(
    page: Page, user: User, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    if not issubclass(page.specific_class or Page, CoursePage | ModulePage | LessonPage):
        return
    course = status.course_of(page)
    allowed = doors.courses_of(user)
    if course is not None and (allowed is None or course.pk in allowed):
        url = reverse("grading:gradebook", args=[course.pk])
        yield Button(_("Gradebook"), url, icon_name="table", priority=6)


@hooks.register("register_snippet_listing_buttons")
def from_the_listing(snippet: Any, user: User, next_url: str | None = None) -> Iterator[Button]:
    """From a quiz in its listing to the gradebook of its course."""
    allowed = doors.courses_of(user)
    if isinstance(snippet, Quiz) and (allowed is None or snippet.course_id in allowed):
        url = reverse("grading:gradebook", args=[snippet.course_id])
        yield Button(_("Gradebook"), url, icon_name="table", priority=60)
