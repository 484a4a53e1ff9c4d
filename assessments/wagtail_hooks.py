"""Quizzes and question banks in Wagtail's admin."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.permissions import policy_registry, register_permission_policy
from wagtail.snippets.action_menu import PublishMenuItem
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from assessments.authoring import panels
from assessments.authoring.viewsets import DeleteOfCourses, OfCourses, lessons_with
from assessments.importing.admin import hooks as importing
from assessments.models import QuestionBank, Quiz
from assessments.permissions import CoursePolicy
from assessments.staff import hooks as staff_hooks  # noqa: F401


class QuizViewSet(OfCourses):
    model = Quiz
    icon = "help"
    edit_handler = panels.QUIZ


class QuestionBankViewSet(OfCourses):
    model = QuestionBank
    icon = "folder-open-inverse"
    edit_handler = panels.BANK


class AssessmentsGroup(SnippetViewSetGroup):
    menu_label = _("Quizzes")
    menu_icon = "help"
    menu_order = 240
    items = (QuizViewSet, QuestionBankViewSet)

    def get_submenu_items(self) -> list[Any]:
        items: list[Any] = super().get_submenu_items()
        return [*items, importing.menu_item(len(items) + 1)]


for model in (Quiz, QuestionBank):
    register_permission_policy(model, CoursePolicy(model))
register_snippet(AssessmentsGroup)


# After Wagtail's own for all snippets, in whose place it stands.
hooks.register("register_bulk_action", DeleteOfCourses, order=1)


@hooks.register("construct_snippet_action_menu")
def teachers_publish(menu_items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """Wagtail shows "Publish" to rights on the model; its view asks the policy, as here."""
    policy = policy_registry.get_by_type(context["model"])
    if not isinstance(policy, CoursePolicy) or context.get("locked_for_user"):
        return
    shown = any(item.name == PublishMenuItem.name for item in menu_items)
    if not shown and policy.user_has_permission(request.user, "publish"):
        menu_items.insert(1, PublishMenuItem(order=1))


@hooks.register("after_create_snippet")
@hooks.register("after_edit_snippet")
def say_how_learners_meet_it(request: HttpRequest, instance: Any) -> None:
    """A quiz alone is seen by nobody: whoever publishes one that no lesson has is told."""
    if not isinstance(instance, Quiz) or "action-publish" not in request.POST:
        return
    if not lessons_with(instance):
        messages.info(
            request,
            _("Learners meet this quiz in a lesson: edit one, add a Quiz block and choose it."),
        )
