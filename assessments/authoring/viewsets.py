"""Wagtail's views of snippets, held to the courses that one teaches.

Wagtail asks for rights on a model where it could ask for rights on a row: a teacher of one course
would reach the quizzes of all. Every view that names a row is asked here first, whatever it does.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from wagtail.permissions import policy_registry
from wagtail.snippets.views import chooser
from wagtail.snippets.views.snippets import SnippetViewSet

from assessments.models.authoring import offer_own_courses

ANY_RIGHT = ["change", "view"]
View = Callable[..., HttpResponse]


def own_rows(user: Any, model: Any) -> QuerySet[Any]:
    """The rows that somebody may see."""
    policy = policy_registry.get_by_type(model)
    rows: QuerySet[Any] = policy.instances_user_has_any_permission_for(user, ANY_RIGHT)
    return rows


def key_of(text: Any) -> int:
    """A row's key as an address gives it; 0, which no row has, for what is none."""
    digits = str(text)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 0


class NewForm(forms.ModelForm):
    """A quiz or bank with its title, begun in the chooser."""

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if user is not None:
            offer_own_courses(self.fields["course"], user, type(self.instance))


class Own:
    """Mixin of chooser views: only rows of one's own courses are there."""

    request: HttpRequest
    model_class: Any

    def get_object_list(self) -> QuerySet[Any]:
        return own_rows(self.request.user, self.model_class).select_related("course")

    def get_object(self, pk: Any) -> Any:
        return own_rows(self.request.user, self.model_class).get(pk=key_of(pk))

    def get_objects(self, pks: list[Any]) -> QuerySet[Any]:
        return own_rows(self.request.user, self.model_class).filter(pk__in=map(key_of, pks))

    def get_creation_form_class(self) -> Any:
        fields = ["title", "course"]
        return forms.modelform_factory(self.model_class, form=NewForm, fields=fields)

    def get_creation_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_creation_form_kwargs()  # type: ignore[misc]
        return kwargs | {"user": self.request.user}


class ChooseView(Own, chooser.ChooseView):
    pass


class ChooseResultsView(Own, chooser.ChooseResultsView):
    pass


class ChosenView(Own, chooser.SnippetChosenView):
    pass


class ChosenMultipleView(Own, chooser.SnippetChosenMultipleView):
    pass


class CreateView(Own, chooser.SnippetCreateView):
    def save_form(self, form: Any) -> Any:
        """A draft: what is begun in the chooser has no questions yet."""
        made = form.save(commit=False)
        made.live = False
        made.save()
        made.save_revision(user=self.request.user)
        return made


class OwnChooserViewSet(chooser.SnippetChooserViewSet):
    choose_view_class = ChooseView
    choose_results_view_class = ChooseResultsView
    chosen_view_class = ChosenView
    chosen_multiple_view_class = ChosenMultipleView
    create_view_class = CreateView
    form_fields = ["title", "course"]


class OfCourses(SnippetViewSet):
    """What belongs to a course, for its teachers and those who edit every course."""

    list_display = ["title", "course", "updated_at"]
    list_filter = ["course"]
    copy_view_enabled = True
    inspect_view_enabled = False
    chooser_viewset_class = OwnChooserViewSet

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return own_rows(request.user, self.model).select_related("course")

    def construct_view(self, view_class: Any, **kwargs: Any) -> View:
        view: View = super().construct_view(view_class, **kwargs)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            pk = kwargs.get("pk", args[0] if args else None)
            if pk is not None:
                row = get_object_or_404(self.model, pk=key_of(unquote(str(pk))))
                policy = self.permission_policy
                if not policy.user_has_any_permission_for_instance(request.user, ANY_RIGHT, row):
                    raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded
