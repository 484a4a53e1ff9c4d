"""*Import questions* in the Quizzes menu, its addresses, and its words in the history."""

from typing import Any

from django.http import HttpRequest
from django.urls import include, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from assessments.importing.admin.forms import may_import
from assessments.importing.admin.views import FILE_ACTION
from assessments.importing.from_source import ACTION


class ImportQuestionsItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_import(request.user)


def menu_item(order: int) -> MenuItem:
    return ImportQuestionsItem(
        _("Import questions"),
        reverse_lazy("question_import:index"),
        name="import-questions",
        icon_name="download",
        order=order,
    )


@hooks.register("register_admin_urls")
def import_addresses() -> list[Any]:
    return [path("question-imports/", include("assessments.importing.admin.urls"))]


@hooks.register("register_log_actions")
def imports_stand_in_the_history(actions: Any) -> None:
    actions.register_action(FILE_ACTION, _("Import"), _("Imported from a file of questions"))
    actions.register_action(ACTION, _("Import"), _("Made of an imported course’s questions"))
