"""Wagtail's views of snippets, held to the rows on which one has a right.

Wagtail asks for rights on a model where it could ask for rights on a row: whoever may change one
would reach them all. Every view that names a row is asked here first, whatever it does.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from wagtail.permissions import policy_registry
from wagtail.snippets.bulk_actions.delete import DeleteBulkAction
from wagtail.snippets.views.snippets import SnippetViewSet

View = Callable[..., HttpResponse]


def rows_for(user: Any, model: Any, rights: list[str]) -> QuerySet[Any]:
    """The rows on which somebody has one of these rights."""
    policy = policy_registry.get_by_type(model)
    rows: QuerySet[Any] = policy.instances_user_has_any_permission_for(user, rights)
    return rows


def key_of(text: Any) -> int:
    """A row's key as an address gives it; 0, which no row has, for what is none."""
    digits = str(text)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 0


class Own:
    """Mixin of chooser views: only rows on which one has a right are there."""

    request: HttpRequest
    model_class: Any
    rights = ["change", "view"]

    def rows(self) -> QuerySet[Any]:
        return rows_for(self.request.user, self.model_class, self.rights)

    def get_object_list(self) -> QuerySet[Any]:
        return self.rows()

    def get_object(self, pk: Any) -> Any:
        return self.rows().get(pk=key_of(pk))

    def get_objects(self, pks: list[Any]) -> QuerySet[Any]:
        return self.rows().filter(pk__in=map(key_of, pks))


class BeginsDraft:
    """Mixin of the chooser views that add: what is begun while choosing is a draft."""

    request: HttpRequest

    def save_form(self, form: Any) -> Any:
        made = form.save(commit=False)
        made.live = False
        made.save()
        made.save_revision(user=self.request.user)
        return made


class DeleteOwn(DeleteBulkAction):
    """Deletes several rows; those on which one has no right are not even named."""

    def get_actionable_objects(self) -> Any:
        objects, _hidden = super().get_actionable_objects()
        return objects, {"items_with_no_access": []}


class GuardedViewSet(SnippetViewSet):
    """Lists the rows on which one has a right, and refuses every view of another one."""

    rights = ["change", "view"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return rows_for(request.user, self.model, self.rights)

    def construct_view(self, view_class: Any, **kwargs: Any) -> View:
        view: View = super().construct_view(view_class, **kwargs)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            pk = kwargs.get("pk", args[0] if args else None)
            if pk is not None:
                row = get_object_or_404(self.model, pk=key_of(unquote(str(pk))))
                policy = self.permission_policy
                if not policy.user_has_any_permission_for_instance(request.user, self.rights, row):
                    raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded
