"""*Import course* in the admin's menu, for whoever may add courses."""

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from course_pages.imports import service


class ImportMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return service.may_import(request.user)


@hooks.register("register_admin_menu_item")
def import_course_entry() -> Any:
    address = reverse_lazy("course_admin:imports")
    return ImportMenuItem(
        _("Import course"), address, name="import-course", icon_name="download", order=240
    )


@hooks.register("register_permissions")
def viewing_all_imports() -> QuerySet[Permission]:
    """For a group's page: whether it sees other people's imports."""
    return Permission.objects.filter(
        content_type__app_label="course_pages", codename="view_courseimport"
    )
