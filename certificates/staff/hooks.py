"""The staff's pages in Wagtail's admin: addresses, entries of the menu, what waits, buttons."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.template.context import Context
from django.template.loader import render_to_string
from django.urls import include, path, reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from laces.components import Component
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail_modeladmin.options import modeladmin_register

from accounts.models import User
from certificates.models import Certificate
from certificates.staff import doors, logbook, views
from certificates.staff.listings import CertificateAdmin
from core import slots
from course_pages.models import Course

modeladmin_register(CertificateAdmin)


class Item(MenuItem):
    """An entry for who has a right in some course."""

    def __init__(self, label: Any, url: Any, right: str, **kwargs: Any) -> None:
        super().__init__(label, url, **kwargs)
        self.right = right

    def is_shown(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and doors.may_anywhere(request.user, self.right)


def entries() -> list[MenuItem]:
    """Below the designs."""
    return [
        Item(
            _("Given to learners"), reverse_lazy("certificates_certificate_modeladmin_index"),
            doors.VIEW, name="certificates-given", icon_name="certificate", order=10,
        ),
        Item(
            _("Waiting for approval"), reverse_lazy("certificate_staff:waiting"),
            doors.DECIDE, name="certificates-waiting", icon_name="check", order=20,
        ),
    ]  # fmt: skip


@hooks.register("register_admin_urls")
def addresses() -> list[Any]:
    return [path("", include("certificates.staff.urls"))]


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    logbook.register(actions)


class Waiting(Component):
    """On the admin's start page: how many certificates wait for a person. One query."""

    name = "certificates_wait"
    template_name = "certificates/staff/waits.html"
    order = 22

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        user = (parent_context or {})["request"].user
        return {"count": views.waiting_for(user).order_by().count()}


@hooks.register("construct_homepage_panels")
def waiting_panel(request: HttpRequest, panels: list[Any]) -> None:
    if isinstance(request.user, User) and doors.may_anywhere(request.user, doors.DECIDE):
        panels.append(Waiting())


@slots.fill("structure.buttons")
def from_the_structure(context: Context, course: Course) -> SafeString:
    """From the screen of a whole course to its certificates."""
    if not doors.may(context["request"].user, doors.GIVE, course.pk):
        return SafeString("")
    url = reverse("certificate_staff:give", args=[course.pk])
    return format_html(
        '<a class="button button-secondary" href="{}">{}</a>', url, _("Certificates")
    )


@slots.fill("person.sections")
def on_a_persons_page(context: Context, person: User) -> SafeString:
    """Somebody's certificates, for who may see all of them."""
    if not context["request"].user.has_perm(doors.VIEW):
        return SafeString("")
    rows = doors.with_all(Certificate.objects.filter(enrolment__user=person))
    return render_to_string("certificates/staff/of_person.html", {"certificates": rows})
