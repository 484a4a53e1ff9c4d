"""Enrolments in the admin: to look at, not to change."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin, modeladmin_register

from learning.models import Enrolment


class ReadOnly(PermissionHelper):
    def user_can_create(self, user: Any) -> bool:
        return False

    def user_can_edit_obj(self, user: Any, obj: Any) -> bool:
        return False

    def user_can_delete_obj(self, user: Any, obj: Any) -> bool:
        return False


@modeladmin_register
class EnrolmentAdmin(ModelAdmin):
    model = Enrolment
    menu_label = _("Enrolments")
    menu_icon = "group"
    menu_order = 260
    add_to_settings_menu = False
    permission_helper_class = ReadOnly
    inspect_view_enabled = True
    list_display = ["user", "course", "enrolled_at", "done_count", "completed_at", "left_at"]
    list_filter = ["enrolled_at", "completed_at"]  # filters on relations would need Django's admin
    list_select_related = ["user", "course"]
    search_fields = ["user__email", "user__name", "course__title"]
