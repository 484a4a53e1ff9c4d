"""Offers in the admin."""

from typing import Any

from django.contrib.admin.utils import quote
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from commerce.models import Line, Offer, Order, Price
from commerce.services import offers
from commerce.services.offers import OfferRefused
from commerce.staff import doors
from commerce.staff.offer_form import OfferForm
from commerce.staff.saving import Saves
from core import clock
from course_pages.models import Course

SETTLED = [Order.State.PAID, Order.State.HELD, Order.State.REFUNDED]


def state_of(offer: Offer) -> str:
    """How it stands with an offer, in a word or two."""
    now = clock.now()
    if offer.archived_at is not None:
        return _t("Archived")
    if offer.is_over(now):
        return _t("Ended")
    if not offer.is_on_sale(now):
        return _t("Not yet on sale")
    if offer.is_full:
        return _t("Full")
    return _t("On sale")


def prices_of(offer: Offer) -> str:
    if offer.kind == Offer.Kind.FREE:
        return _t("Free")
    said = " · ".join(str(price) for price in getattr(offer, "current_prices", []))
    if offer.interval and said:
        return f"{said} {offer.get_interval_display()}"
    return said or "–"


def sold_of(offer: Any) -> str:
    if offer.places is None:
        return str(offer.sold)
    return _t("%(sold)s, %(taken)s of %(places)s places taken") % {
        "sold": offer.sold, "taken": offer.taken, "places": offer.places,
    }  # fmt: skip


def listed() -> QuerySet[Offer]:
    """Offers with what their listing shows, in two statements for any number."""
    current = Price.objects.current().order_by("currency")
    sold = Count("lines", filter=Q(lines__order__state__in=SETTLED))
    return Offer.objects.annotate(sold=sold).prefetch_related(
        Prefetch("prices", queryset=current, to_attr="current_prices")
    )


def free_now(course: Course) -> str:
    return _t("No offer names “%(course)s” any more: anybody can take it for nothing.") % {
        "course": course
    }


def free_then(course: Course) -> str:
    return _t("No other offer names “%(course)s”: anybody could take it for nothing.") % {
        "course": course
    }


class IndexView(generic.IndexView):
    def get_base_queryset(self) -> QuerySet[Offer]:
        return listed()


class OfferSaves(Saves):
    form: OfferForm
    refusal = OfferRefused

    def store(self) -> Offer:
        return offers.save(
            offer=self.form.offer,
            courses=self.form.cleaned_data["courses"],
            prices=self.form.cleaned_data["prices"],
            by=self.request.user,  # type: ignore[arg-type]
        )


class AddView(OfferSaves, generic.CreateView):
    def save_instance(self) -> Offer:
        return self.keep("wagtail.create")


class EditView(OfferSaves, generic.EditView):
    def save_instance(self) -> Offer:
        before = list(self.object.contents.values_list("course", flat=True))
        saved = self.keep("wagtail.edit")
        for course in offers.freed(before):
            messages.warning(self.request, free_now(course))
        return saved

    def get_success_url(self) -> str:
        return str(self.get_edit_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        stored = Offer.objects.get(pk=self.object.pk)
        sold = Line.objects.filter(offer=stored, order__state__in=SETTLED).count()
        return context | {
            "stored": stored,
            "state": state_of(stored),
            "sold": sold,
            "history": list(offers.history(stored)),
        }


class DeleteView(generic.DeleteView):
    """What was ordered stays: that is said before anybody is asked, and again after."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        why = offers.why_kept(self.object)
        courses = self.object.contents.values_list("course", flat=True)
        freed = [] if why else offers.freed(courses, without=self.object)
        return context | {"is_protected": bool(why), "why": why, "freed": map(free_then, freed)}

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            offers.delete(offer=self.object, by=self.request.user)
        except OfferRefused as refused:
            messages.error(self.request, str(refused))
            return redirect(edit_url(self.object))
        messages.success(self.request, self.get_success_message())
        return redirect(self.get_success_url())


class OfferViewSet(ModelViewSet):
    model = Offer
    name = "offers"
    icon = "tag"
    menu_label = _("Offers")
    add_to_admin_menu = False
    copy_view_enabled = False
    add_to_reference_index = False
    list_display = [
        "name",
        Column("state", label=_("State"), accessor=state_of),
        Column("price", label=_("Price"), accessor=prices_of),
        Column("sold", label=_("Sold"), accessor=sold_of),
    ]
    list_filter = ["kind"]
    search_fields = ["name", "description"]
    search_backend_name = None
    index_view_class = IndexView
    add_view_class = AddView
    edit_view_class = EditView
    delete_view_class = DeleteView
    create_template_name = "commerce/staff/offer_add.html"
    edit_template_name = "commerce/staff/offer_edit.html"
    delete_template_name = "commerce/staff/offer_delete.html"

    def get_form_class(self, for_update: bool = False) -> type[OfferForm]:
        return OfferForm


def edit_url(offer: Offer) -> str:
    return reverse("offers:edit", args=[quote(offer.pk)])


@require_POST
@doors.needs(doors.CHANGE_OFFERS)
def archive(request: HttpRequest, pk: int) -> HttpResponseBase:
    offer = get_object_or_404(Offer, pk=pk)
    if offers.archive(offer=offer, by=request.user):  # type: ignore[arg-type]
        messages.success(request, _t("Archived: it is not sold any more."))
    return redirect(edit_url(offer))


@require_POST
@doors.needs(doors.CHANGE_OFFERS)
def restore(request: HttpRequest, pk: int) -> HttpResponseBase:
    offer = get_object_or_404(Offer, pk=pk)
    if offers.restore(offer=offer, by=request.user):  # type: ignore[arg-type]
        messages.success(request, _t("Restored: it is on sale by its dates again."))
    return redirect(edit_url(offer))
