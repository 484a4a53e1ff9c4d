"""Designs in Wagtail's admin: written by roles, chosen by teachers."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import quote
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import LiveStatusTagColumn
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.snippets.bulk_actions.delete import DeleteBulkAction
from wagtail.snippets.views import chooser, snippets

from certificates import freezing
from certificates.authoring import panels
from certificates.authoring.advice import advice
from certificates.models import CertificateDesign
from core import snapshots
from core.guarding import BeginsDraft, GuardedViewSet, Own

PINNED = "certificate_design"
MOST_NAMED = 5


class DesignPolicy(ModelPermissionPolicy):
    """To choose a design for a course is to view it."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return bool(super().user_has_permission(user, "view" if action == "choose" else action))

    def user_has_any_permission(self, user: Any, actions: Iterable[str]) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)


class ChooseView(Own, chooser.ChooseView):
    pass


class ChooseResultsView(Own, chooser.ChooseResultsView):
    pass


class ChosenView(Own, chooser.SnippetChosenView):
    pass


class ChosenMultipleView(Own, chooser.SnippetChosenMultipleView):
    pass


class CreateView(BeginsDraft, Own, chooser.SnippetCreateView):
    """A design with the usual texts, to be looked at before it is published."""


class DesignChooserViewSet(chooser.SnippetChooserViewSet):
    choose_view_class = ChooseView
    choose_results_view_class = ChooseResultsView
    chosen_view_class = ChosenView
    chosen_multiple_view_class = ChosenMultipleView
    create_view_class = CreateView
    form_fields = ["title", "style"]


class TellsAdvice:
    """Mixin of the editor's views: what could be better is said beside that it was saved."""

    request: HttpRequest

    def save_instance(self) -> Any:
        saved = super().save_instance()  # type: ignore[misc]
        for one in advice(freezing.design_of(saved)):
            messages.warning(self.request, one)
        return saved


class AddView(TellsAdvice, snippets.CreateView):
    pass


class EditView(TellsAdvice, snippets.EditView):
    pass


class CopyView(TellsAdvice, snippets.CopyView):
    def get_initial_form_instance(self) -> Any:
        """Another design with the same looks.

        Wagtail's form goes to the view that adds; what is sent here would be saved over the first.
        """
        row = super().get_initial_form_instance()
        row.pk, row._state.adding = None, True
        row.latest_revision = row.live_revision = None
        row.lineage = uuid.uuid4()
        row.title = (_t("Copy of %(title)s") % {"title": row.title})[:120]
        return row


def kept(design: CertificateDesign) -> str:
    """Why it is not deleted."""
    return _t("“%(thing)s” belongs to released content and cannot be deleted.") % {"thing": design}


class DeleteView(snippets.DeleteView):
    """What releases hold stays: that is said before anybody is asked, and again after."""

    @cached_property
    def is_pinned(self) -> bool:
        return snapshots.is_pinned(PINNED, self.object.pk)

    def get_edit_url(self) -> str:
        viewset = self.model.snippet_viewset
        return reverse(viewset.get_url_name("edit"), args=[quote(self.object.pk)])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["is_protected"] = context.get("is_protected") or self.is_pinned
        return context | {"is_pinned": self.is_pinned, "edit_url": self.get_edit_url()}

    def form_valid(self, form: Any) -> HttpResponse:
        if self.is_pinned:
            messages.error(self.request, kept(self.object))
            return redirect(self.get_edit_url())
        answer: HttpResponse = super().form_valid(form)
        return answer


class DeleteDesigns(DeleteBulkAction):
    """Several at once; where releases hold some of them, that is said before anybody is asked."""

    models = [CertificateDesign]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        designs = self.get_actionable_objects()[0]
        pinned = [one for one in designs if snapshots.is_pinned(PINNED, one.pk)]
        for one in pinned[:MOST_NAMED]:
            messages.error(request, kept(one))
        if pinned:
            return redirect(self.model.snippet_viewset.get_url_name("list"))
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer


class UnpublishView(snippets.UnpublishView):
    """Names the courses that need it: they are not released without it."""

    template_name = "certificates/authoring/unpublish.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"courses": freezing.courses_with(self.object)}


class DesignViewSet(GuardedViewSet):
    model = CertificateDesign
    icon = "certificate"
    menu_label = _("Designs")
    list_display = ["title", "style", "orientation", LiveStatusTagColumn(), "updated_at"]
    list_filter = ["style", "orientation", "size"]
    copy_view_enabled = True
    inspect_view_enabled = False
    edit_handler = panels.DESIGN
    chooser_viewset_class = DesignChooserViewSet
    add_view_class = AddView
    edit_view_class = EditView
    copy_view_class = CopyView
    delete_view_class = DeleteView
    delete_template_name = "certificates/authoring/delete.html"
    unpublish_view_class = UnpublishView
