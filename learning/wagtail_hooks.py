"""Enrolments in the admin: to look at, not to change."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _
from wagtail_modeladmin.options import modeladmin_register

from core.listings import ReadOnlyListing, described
from learning.models import Enrolment


@modeladmin_register
class EnrolmentAdmin(ReadOnlyListing):
    model = Enrolment
    menu_label = _("Enrolments")
    menu_icon = "group"
    menu_order = 260
    list_display = ["learner", "course", "enrolled", "done", "completed", "left"]
    list_filter = ["enrolled_at", "completed_at"]  # filters on relations would need Django's admin
    list_select_related = ["user", "course"]
    search_fields = ["user__email", "user__name", "course__title"]

    @described(_("Learner"), "user")
    def learner(self, row: Enrolment) -> str:
        return str(row.user)

    @described(_("Enrolled"), "enrolled_at")
    def enrolled(self, row: Enrolment) -> datetime:
        return row.enrolled_at

    @described(_("Lessons completed"), "done_count")
    def done(self, row: Enrolment) -> int:
        return row.done_count

    @described(_("Course completed"), "completed_at")
    def completed(self, row: Enrolment) -> datetime | None:
        return row.completed_at

    @described(_("Left"), "left_at")
    def left(self, row: Enrolment) -> datetime | None:
        return row.left_at
