"""Enrolments in the admin: to look at, not to change."""

from django.utils.translation import gettext_lazy as _
from wagtail_modeladmin.options import modeladmin_register

from core.listings import ReadOnlyListing
from learning.models import Enrolment


@modeladmin_register
class EnrolmentAdmin(ReadOnlyListing):
    model = Enrolment
    menu_label = _("Enrolments")
    menu_icon = "group"
    menu_order = 260
    list_display = ["user", "course", "enrolled_at", "done_count", "completed_at", "left_at"]
    list_filter = ["enrolled_at", "completed_at"]  # filters on relations would need Django's admin
    list_select_related = ["user", "course"]
    search_fields = ["user__email", "user__name", "course__title"]
