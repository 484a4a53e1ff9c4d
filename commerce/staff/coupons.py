"""Coupons in the admin."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.utils import quote
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from commerce.models import Coupon
from commerce.services import coupon_terms
from commerce.services.coupon_terms import TermsRefused
from commerce.staff import doors
from commerce.staff.coupon_form import BatchForm, CouponForm
from commerce.staff.saving import Saves
from core import clock
from core.money import Money
from core.spreadsheets import Value, as_csv


def gives(coupon: Coupon) -> str:
    if coupon.percent is not None:
        return f"{coupon.percent} %"
    return str(Money(coupon.amount_minor or 0, coupon.currency))


def state_of(coupon: Coupon) -> str:
    """How it stands with a coupon, in a word or two."""
    now = clock.now()
    if coupon.disabled_at is not None:
        return _t("Disabled")
    if coupon.limit is not None and coupon.used >= coupon.limit:
        return _t("Used up")
    if coupon.ends_at is not None and coupon.ends_at <= now:
        return _t("Ended")
    return _t("Valid") if coupon.is_valid(now) else _t("Not yet valid")


def used_of(coupon: Coupon) -> str:
    if coupon.limit is None:
        return str(coupon.used)
    return _t("%(used)s of %(limit)s") % {"used": coupon.used, "limit": coupon.limit}


def named_offers(coupon: Any) -> str:
    return _t("%(n)s offers") % {"n": coupon.named} if coupon.named > 1 else (
        _t("1 offer") if coupon.named else _t("All")
    )  # fmt: skip


class IndexView(generic.IndexView):
    def get_base_queryset(self) -> QuerySet[Coupon]:
        return Coupon.objects.annotate(named=Count("offers"))

    @cached_property
    def header_more_buttons(self) -> list[Any]:
        buttons: list[Any] = list(super().header_more_buttons)
        if self.user_has_permission("add"):
            buttons.append(
                HeaderButton(
                    _t("Make many codes"), url=reverse("till:coupon_batch"), icon_name="plus"
                )
            )
        return buttons


class CouponSaves(Saves):
    form: CouponForm
    refusal = TermsRefused

    def store(self) -> Coupon:
        return coupon_terms.save(
            coupon=self.form.coupon,
            offers=list(self.form.cleaned_data["offers"]),
            by=self.request.user,  # type: ignore[arg-type]
        )


class AddView(CouponSaves, generic.CreateView):
    def save_instance(self) -> Coupon:
        return self.keep("wagtail.create")


class EditView(CouponSaves, generic.EditView):
    def save_instance(self) -> Coupon:
        return self.keep("wagtail.edit")

    def get_success_url(self) -> str:
        return str(self.get_edit_url())

    @property
    def can_delete(self) -> bool:
        return False

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        stored = Coupon.objects.get(pk=self.object.pk)
        return context | {
            "stored": stored,
            "state": state_of(stored),
            "usage": coupon_terms.usage(stored),
            "fixed": coupon_terms.is_fixed(stored),
        }


class CouponViewSet(ModelViewSet):
    model = Coupon
    name = "coupons"
    icon = "tag"
    menu_label = _("Coupons")
    add_to_admin_menu = False
    copy_view_enabled = False
    add_to_reference_index = False
    list_display = [
        "code",
        Column("gives", label=_("Gives"), accessor=gives),
        Column("offers", label=_("For"), accessor=named_offers),
        Column("state", label=_("State"), accessor=state_of),
        Column("used", label=_("Used"), accessor=used_of, sort_key="used"),
        "batch",
        "ends_at",
    ]
    list_filter = {"batch": ["exact"], "ends_at": ["gte", "lte"]}
    search_fields = ["code", "batch"]
    search_backend_name = None
    index_view_class = IndexView
    add_view_class = AddView
    edit_view_class = EditView
    create_template_name = "commerce/staff/coupon_add.html"
    edit_template_name = "commerce/staff/coupon_edit.html"

    def get_form_class(self, for_update: bool = False) -> type[CouponForm]:
        return CouponForm

    def get_urlpatterns(self) -> list[Any]:
        """Coupons are disabled, never deleted."""
        return [one for one in super().get_urlpatterns() if one.name != "delete"]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        made: dict[str, Any] = super().get_common_view_kwargs(**kwargs)
        return made | {"delete_url_name": None}


def edit_url(coupon: Coupon) -> str:
    return reverse("coupons:edit", args=[quote(coupon.pk)])


@require_POST
@doors.needs(doors.CHANGE_COUPONS)
def disable(request: HttpRequest, pk: int) -> HttpResponseBase:
    coupon = get_object_or_404(Coupon, pk=pk)
    if coupon_terms.disable(coupon=coupon, by=request.user):  # type: ignore[arg-type]
        messages.success(request, _t("Disabled: nobody can use it any more."))
    return redirect(edit_url(coupon))


@require_POST
@doors.needs(doors.CHANGE_COUPONS)
def enable(request: HttpRequest, pk: int) -> HttpResponseBase:
    coupon = get_object_or_404(Coupon, pk=pk)
    if coupon_terms.enable(coupon=coupon, by=request.user):  # type: ignore[arg-type]
        messages.success(request, _t("Enabled: it can be used again."))
    return redirect(edit_url(coupon))


@require_http_methods(["GET", "HEAD", "POST"])
@doors.needs(doors.ADD_COUPONS)
def batch(request: HttpRequest) -> HttpResponseBase:
    """Many codes at once, and the batches that there are."""
    form = BatchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            coupon_terms.generate(
                batch=form.cleaned_data["batch"],
                count=form.cleaned_data["count"],
                prefix=form.cleaned_data["begin"],
                offers=list(form.cleaned_data["offers"]),
                by=request.user,  # type: ignore[arg-type]
                **form.terms,
            )
        except TermsRefused as refused:
            form.add_error("batch", str(refused))
        else:
            messages.success(request, _t("The codes are made. Download them below."))
            return redirect("till:coupon_batch")
    made = Coupon.objects.exclude(batch="").order_by().values("batch").annotate(count=Count("pk"))
    return doors.show(
        request, "coupon_batch", _t("Make many codes"),
        [(reverse("coupons:index"), _t("Coupons"))],
        form=form, batches=made.order_by("batch"),
    )  # fmt: skip


@require_GET
@doors.needs(doors.CHANGE_COUPONS)
def download(request: HttpRequest) -> HttpResponseBase:
    """The codes of a batch as a table."""
    name = request.GET.get("batch", "").replace("\x00", "")
    found = Coupon.objects.filter(batch=name).annotate(named=Count("offers")).order_by("pk")
    if not name or not found.exists():
        raise Http404
    return as_csv(_lines(found), "coupons")


def _lines(found: QuerySet[Coupon]) -> Iterator[list[Value]]:
    yield [
        _t("Code"), _t("Gives"), _t("For"), _t("Valid from"), _t("Valid until"), _t("Used"),
        _t("State"),
    ]  # fmt: skip
    for coupon in found.iterator(chunk_size=1000):
        dates = [
            one.isoformat(timespec="minutes") if one else ""
            for one in (coupon.starts_at, coupon.ends_at)
        ]
        yield [
            coupon.code, gives(coupon), named_offers(coupon), *dates, used_of(coupon),
            state_of(coupon),
        ]  # fmt: skip
