"""The till in Wagtail's admin: offers, coupons, orders, access, people; menu and log."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import include, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from laces.components import Component
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail_modeladmin.options import modeladmin_register

from commerce.models import Order, Refund, StripeEvent
from commerce.staff import doors, logbook
from commerce.staff.coupons import CouponViewSet
from commerce.staff.listings import LABELS, LISTINGS
from commerce.staff.offers import OfferViewSet

VIEWSETS: list[Any] = [OfferViewSet(), CouponViewSet()]

for listing in LISTINGS:
    modeladmin_register(listing)


class Item(MenuItem):
    """An entry for who has all of some rights."""

    def __init__(self, label: Any, url: Any, *rights: str, **kwargs: Any) -> None:
        super().__init__(label, url, **kwargs)
        self.rights = rights

    def is_shown(self, request: HttpRequest) -> bool:
        return all(request.user.has_perm(right) for right in self.rights)


def entries() -> list[MenuItem]:
    """What stands in the menu of sales, each for those who may open it."""
    made: list[MenuItem] = []
    for viewset in VIEWSETS:
        name = viewset.model._meta.model_name
        url = reverse_lazy(viewset.get_url_name("index"))
        right = f"commerce.change_{name}"
        made.append(Item(viewset.menu_label, url, right, name=viewset.name, icon_name=viewset.icon))
    for listing in LISTINGS:
        meta = listing.model._meta
        address = reverse_lazy(f"{meta.app_label}_{meta.model_name}_modeladmin_index")
        right = f"{meta.app_label}.view_{meta.model_name}"
        label = LABELS[listing.model]
        made.append(
            Item(
                label, address, right, name=f"sales-{meta.model_name}", icon_name=listing.menu_icon
            )
        )
    made.append(
        Item(
            _("Compare with Stripe"), reverse_lazy("till:reconcile"), doors.VIEW_ORDERS,
            doors.RECONCILE, name="sales-reconcile", icon_name="rotate",
        )
    )  # fmt: skip
    made.append(
        Item(
            _("Revenue"), reverse_lazy("till:revenue"), doors.REVENUE, name="sales-revenue",
            icon_name="table",
        )
    )  # fmt: skip
    for place, item in enumerate(made):
        item.order = place
    return made


@hooks.register("register_admin_viewset")
def viewsets() -> list[Any]:
    return VIEWSETS


@hooks.register("register_admin_urls")
def addresses() -> list[Any]:
    return [path("", include("commerce.staff.urls"))]


@hooks.register("register_admin_menu_item")
def sales_entry() -> MenuItem:
    menu = Menu(items=entries())
    return SubmenuMenuItem(_("Sales"), menu, name="sales", icon_name="tag", order=250)


@hooks.register("register_admin_menu_item")
def people_entry() -> MenuItem:
    return Item(
        _("People"), reverse_lazy("till:people"), *doors.SEE_PEOPLE, name="people",
        icon_name="user", order=255,
    )  # fmt: skip


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    logbook.register(actions)


@hooks.register("register_permissions")
def rights() -> QuerySet[Permission]:
    """For a group's page: what modeladmin and the viewsets do not register by themselves."""
    return Permission.objects.filter(
        Q(content_type__app_label="commerce", content_type__model__in=["offer", "coupon"])
        | Q(content_type__app_label="learning", content_type__model="accessgrant")
    )


class NeedsAPerson(Component):
    """On the admin's start page: what waits for Support. Three statements."""

    name = "sales_wait"
    template_name = "commerce/staff/waiting.html"
    order = 25

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        # Money that went back needs nobody any more.
        open_still = Order.objects.exclude(attention="").exclude(state=Order.State.REFUNDED)
        found = open_still.order_by().values_list("attention")
        counts = found.annotate(n=Count("pk"))
        return {
            "orders": [(kind, Order.Attention(kind).label, n) for kind, n in counts],
            "refunds": Refund.objects.filter(status=Refund.Status.FAILED).count(),
            "events": StripeEvent.objects.filter(state=StripeEvent.State.FAILED).count(),
        }


@hooks.register("construct_homepage_panels")
def waiting(request: HttpRequest, panels: list[Any]) -> None:
    if request.user.has_perm(doors.VIEW_ORDERS):
        panels.append(NeedsAPerson())
