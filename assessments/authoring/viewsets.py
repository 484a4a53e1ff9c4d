"""Quizzes and banks in Wagtail's admin, held to the courses that one teaches (`core.guarding`)."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import quote
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, LiveStatusTagColumn
from wagtail.models import Page, ReferenceIndex
from wagtail.snippets.views import chooser, snippets

from assessments.authoring import referring
from assessments.blocks import faults
from assessments.models import QuestionBank, Quiz
from assessments.models.authoring import offer_own_courses
from core import snapshots
from core.guarding import BeginsDraft, DeleteOwn, GuardedViewSet, Own
from course_pages.models import LessonPage

MOST_NAMED = 5


class NewForm(forms.ModelForm):
    """A quiz or bank with its title, begun in the chooser."""

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if user is not None:
            offer_own_courses(self.fields["course"], user, type(self.instance))


class OfOwnCourses(Own):
    """Mixin of chooser views: only rows of one's own courses are there."""

    def get_object_list(self) -> QuerySet[Any]:
        return self.rows().select_related("course")

    def get_creation_form_class(self) -> Any:
        fields = ["title", "course"]
        return forms.modelform_factory(self.model_class, form=NewForm, fields=fields)

    def get_creation_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_creation_form_kwargs()  # type: ignore[misc]
        course = referring.course_of(self.request)
        return kwargs | {"user": self.request.user, "initial": {"course": course}}


class TellsCourses(OfOwnCourses):
    """Mixin of the lists to choose from: where rows are of several courses, each says of which."""

    @property
    def columns(self) -> list[Any]:
        columns: list[Any] = super().columns  # type: ignore[misc]
        courses = self.rows().order_by().values_list("course", flat=True).distinct()
        if len(courses[:2]) > 1:
            columns.insert(1, Column("course", label=_("Course")))
        return columns


class ChooseView(TellsCourses, chooser.ChooseView):
    pass


class ChooseResultsView(TellsCourses, chooser.ChooseResultsView):
    pass


class ChosenView(OfOwnCourses, chooser.SnippetChosenView):
    pass


class ChosenMultipleView(OfOwnCourses, chooser.SnippetChosenMultipleView):
    pass


class CreateView(BeginsDraft, OfOwnCourses, chooser.SnippetCreateView):
    """What is begun in the chooser has no questions yet."""


class OwnChooserViewSet(chooser.SnippetChooserViewSet):
    choose_view_class = ChooseView
    choose_results_view_class = ChooseResultsView
    chosen_view_class = ChosenView
    chosen_multiple_view_class = ChosenMultipleView
    create_view_class = CreateView
    form_fields = ["title", "course"]


class NamesFaults:
    """Mixin of the editor's views: the message at the top says which question wants what."""

    expects_json_response: bool
    produced_error_message: Any

    def form_invalid(self, form: Any) -> HttpResponse:
        errors = form.errors.as_data().get("questions")
        if self.produced_error_message and errors and not self.expects_json_response:
            lines = faults.of_stream(form["questions"].value(), errors)
            listed = format_html_join("", "<li>{}</li>", ((line,) for line in lines))
            self.produced_error_message = format_html(
                '{}<ul class="errorlist">{}</ul>', self.produced_error_message, listed
            )
        answer: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        return answer


class AddView(NamesFaults, snippets.CreateView):
    pass


class EditView(NamesFaults, snippets.EditView):
    pass


class CopyView(NamesFaults, snippets.CopyView):
    def get_initial_form_instance(self) -> Any:
        """Another quiz with the same words: its questions have ids of their own.

        Wagtail's form goes to the view that adds; what is sent here would be saved over the first.
        """
        row = super().get_initial_form_instance()
        row.pk, row._state.adding = None, True
        row.latest_revision = row.live_revision = None
        row.translation_key = uuid.uuid4()
        for question in row.questions:
            question.id = str(uuid.uuid4())
        row.title = (_t("Copy of %(title)s") % {"title": row.title})[:200]
        return row


class DeleteView(snippets.DeleteView):
    """What released courses hold stays: that is said before anybody is asked, and again after."""

    @cached_property
    def is_pinned(self) -> bool:
        return is_pinned(self.object)

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


def is_pinned(thing: Model) -> bool:
    """Whether released courses hold this quiz or bank."""
    return snapshots.is_pinned("quiz" if isinstance(thing, Quiz) else "bank", thing.pk)


def kept(thing: Model) -> str:
    """Why it is not deleted."""
    return _t("“%(thing)s” belongs to released content and cannot be deleted.") % {"thing": thing}


class DeleteOfCourses(DeleteOwn):
    """Several at once; where releases hold some of them, that is said before anybody is asked."""

    models = [Quiz, QuestionBank]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        pinned = [thing for thing in self.get_actionable_objects()[0] if is_pinned(thing)]
        for thing in pinned[:MOST_NAMED]:
            messages.error(request, kept(thing))
        if pinned:
            return redirect(self.model.snippet_viewset.get_url_name("list"))
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer


class UnpublishView(snippets.UnpublishView):
    """Names the lessons that need it: their course is not released without it."""

    template_name = "assessments/authoring/unpublish.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"lessons": lessons_with(self.object)}


def lessons_with(thing: Model) -> list[LessonPage]:
    """The lessons that choose it, in their order, as Wagtail's index of references knows them."""
    found = ReferenceIndex.objects.filter(
        to_content_type=ContentType.objects.get_for_model(thing),
        to_object_id=str(thing.pk),
        base_content_type=ContentType.objects.get_for_model(Page),
    )
    keys = [int(pk) for pk in found.values_list("object_id", flat=True)]
    return list(LessonPage.objects.filter(pk__in=keys).defer_streamfields().order_by("path"))


class OfCourses(GuardedViewSet):
    """What belongs to a course, for its teachers and those who edit every course."""

    list_display = ["title", "course", LiveStatusTagColumn(), "updated_at"]
    list_filter = ["course"]
    copy_view_enabled = True
    inspect_view_enabled = False
    chooser_viewset_class = OwnChooserViewSet
    add_view_class = AddView
    edit_view_class = EditView
    copy_view_class = CopyView
    delete_view_class = DeleteView
    delete_template_name = "assessments/authoring/delete.html"
    unpublish_view_class = UnpublishView

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("course")
