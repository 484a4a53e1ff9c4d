"""Choosing an offer in the editor of pages, and a course at the till."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import chooser
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.widgets import BaseChooser

from commerce.models import Offer
from commerce.staff import doors
from core import searching
from core.guarding import Own, key_of
from course_pages.models import Course


class OfferChooserViewSet(ChooserViewSet):
    """Lists what can be shown: what is not archived, and no course that is not released yet."""

    model = Offer
    icon = "tag"
    choose_one_text = _("Choose an offer")
    choose_another_text = _("Choose another offer")

    @staticmethod
    def get_object_list() -> QuerySet[Offer]:
        unreleased = Offer.objects.filter(courses__live_release=None)
        return Offer.objects.filter(archived_at=None).exclude(pk__in=unreleased)


class TitleForm(BaseFilterForm):
    """Words of a title; Course is not in Wagtail's own search."""

    q = forms.CharField(
        label=_("Search term"), required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Search")}),
    )  # fmt: skip

    def filter(self, objects: QuerySet[Course]) -> QuerySet[Course]:
        self.search_query = self.cleaned_data["q"]
        self.is_searching = bool(self.search_query)
        for word in searching.words(self.search_query):
            objects = objects.filter(title__icontains=word)
        return objects


class Released(Own):
    """Mixin of chooser views, for who sells or gives: what is not released is not even named."""

    filter_form_class = TitleForm
    ordering = ["title", "pk"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not any(map(request.user.has_perm, (doors.CHANGE_OFFERS, doors.GIVE))):
            raise PermissionDenied
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return answer

    def rows(self) -> QuerySet[Course]:
        return Course.objects.exclude(live_release=None).select_related("live_release")

    @property
    def columns(self) -> list[Any]:
        columns: list[Any] = super().columns  # type: ignore[misc]
        return [
            *columns,
            Column("slug", label=_("Address")),
            DateColumn("released", label=_("Released"), accessor="live_release.at"),
        ]


class ChooseView(Released, chooser.ChooseView):
    pass


class ChooseResultsView(Released, chooser.ChooseResultsView):
    pass


class ChosenView(Released, chooser.ChosenView):
    pass


class ChosenMultipleView(Released, chooser.ChosenMultipleView):
    pass


class CourseChooser(BaseChooser):
    """Shows a form again that was sent with what is no number."""

    def get_instance(self, value: Any) -> Any:
        return super().get_instance(value if isinstance(value, Course) else key_of(value))


class CourseChooserViewSet(ChooserViewSet):
    """Lists what can be sold and given."""

    model = Course
    icon = "doc-full"
    choose_one_text = _("Choose a course")
    choose_another_text = _("Choose another course")
    base_widget_class = CourseChooser
    # Forms of other apps choose courses in their own way.
    register_widget = False
    choose_view_class = ChooseView
    choose_results_view_class = ChooseResultsView
    chosen_view_class = ChosenView
    chosen_multiple_view_class = ChosenMultipleView


COURSES = CourseChooserViewSet("commerce_course_chooser", url_prefix="sales/courses")


@hooks.register("register_admin_viewset")
def choosers() -> list[Any]:
    # The name by which core.blocks.choosers finds it.
    return [OfferChooserViewSet("commerce_offer_chooser", url_prefix="offers/choose"), COURSES]
