"""Choosing an offer in the editor of pages; courses and offers at the till, by searching."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
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


SPARE_ROWS = 3
"""A form shows so many rows more than are filled."""


class WordsForm(BaseFilterForm):
    """Words of a title or name; neither courses nor offers are in Wagtail's own search."""

    q = forms.CharField(
        label=_("Search term"), required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Search")}),
    )  # fmt: skip

    def filter(self, objects: QuerySet[Any]) -> QuerySet[Any]:
        self.search_query = self.cleaned_data["q"]
        self.is_searching = bool(self.search_query)
        field = "title" if objects.model is Course else "name"
        for word in searching.words(self.search_query):
            objects = objects.filter(**{f"{field}__icontains": word})
        return objects


class Searched(Own):
    """Mixin of chooser views for who has one of some rights; what is left out is never named."""

    filter_form_class = WordsForm
    opened_by: Sequence[str] = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not any(map(request.user.has_perm, self.opened_by)):
            raise PermissionDenied
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return answer


class Released(Searched):
    """Courses, for who sells or gives: what is not released is left out."""

    ordering = ["title", "pk"]
    opened_by = (doors.CHANGE_OFFERS, doors.GIVE)

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


class RowChooser(BaseChooser):
    """Shows a form again that was sent with what is no number."""

    def get_instance(self, value: Any) -> Any:
        return super().get_instance(value if isinstance(value, Model) else key_of(value))


class TillChooserViewSet(ChooserViewSet):
    base_widget_class = RowChooser
    # Forms of other apps choose in their own way.
    register_widget = False


class CourseChooserViewSet(TillChooserViewSet):
    """Lists what can be sold and given."""

    model = Course
    icon = "doc-full"
    choose_one_text = _("Choose a course")
    choose_another_text = _("Choose another course")
    choose_view_class = ChooseView
    choose_results_view_class = ChooseResultsView
    chosen_view_class = ChosenView
    chosen_multiple_view_class = ChosenMultipleView


def for_coupons(chosen: Sequence[int] = ()) -> QuerySet[Offer]:
    """What a coupon can be for; what it was for already stays."""
    return Offer.objects.filter(~Q(kind=Offer.Kind.FREE) | Q(pk__in=chosen)).order_by("name", "pk")


class Priced(Searched):
    """Offers, for who makes coupons: what is given away needs none."""

    ordering = ["name", "pk"]
    opened_by = (doors.CHANGE_COUPONS, doors.ADD_COUPONS)

    def rows(self) -> QuerySet[Offer]:
        return for_coupons()

    @property
    def columns(self) -> list[Any]:
        columns: list[Any] = super().columns  # type: ignore[misc]
        return [
            *columns,
            Column("kind", label=_("Kind"), accessor="get_kind_display"),
            DateColumn("archived_at", label=_("Archived"), accessor="archived_at"),
        ]


class ChoosePricedView(Priced, chooser.ChooseView):
    pass


class ChoosePricedResultsView(Priced, chooser.ChooseResultsView):
    pass


class ChosenPricedView(Priced, chooser.ChosenView):
    pass


class ChosenMultiplePricedView(Priced, chooser.ChosenMultipleView):
    pass


class PricedChooserViewSet(TillChooserViewSet):
    """Lists what a coupon can be for."""

    model = Offer
    icon = "tag"
    choose_one_text = _("Choose an offer")
    choose_another_text = _("Choose another offer")
    choose_view_class = ChoosePricedView
    choose_results_view_class = ChoosePricedResultsView
    chosen_view_class = ChosenPricedView
    chosen_multiple_view_class = ChosenMultiplePricedView


COURSES = CourseChooserViewSet("commerce_course_chooser", url_prefix="sales/courses")
PRICED = PricedChooserViewSet("commerce_priced_chooser", url_prefix="coupons/offers")


def add_rows(
    form: forms.Form, name: str, label: Any, rows: QuerySet[Any], chosen: Sequence[int],
    chooser: ChooserViewSet, most: int,
) -> list[str]:  # fmt: skip
    """One searched field for each that is chosen, and some more; the names of the fields."""
    # A form that was sent keeps the rows that it had.
    sent = sum(f"{name}_{row}" in form.data for row in range(most))
    count = min(most, max(len(chosen) + SPARE_ROWS, SPARE_ROWS + 1, sent))
    names = [f"{name}_{row}" for row in range(count)]
    for row, field in enumerate(names):
        form.fields[field] = forms.ModelChoiceField(
            rows, label=label % {"number": row + 1}, required=False,
            initial=chosen[row] if row < len(chosen) else None,
            help_text=_("Saving gives more rows.") if row == count - 1 and count < most else "",
            widget=chooser.widget_class(show_edit_link=False),
        )  # fmt: skip
    return names


def rows_in(form: forms.Form, names: Sequence[str], twice: Any) -> list[Any]:
    """What was chosen in these fields of a cleaned form; an error where one is there twice."""
    wanted = [form.cleaned_data[name] for name in names if form.cleaned_data.get(name)]
    if len(set(wanted)) < len(wanted):
        form.add_error(None, twice)
    return wanted


@hooks.register("register_admin_viewset")
def choosers() -> list[Any]:
    # The name by which core.blocks.choosers finds it.
    return [
        OfferChooserViewSet("commerce_offer_chooser", url_prefix="offers/choose"), COURSES, PRICED,
    ]  # fmt: skip
