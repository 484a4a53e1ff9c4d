"""Who may do what at the till: rights by their names, and one door for views that ask for them."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

VIEW_ORDERS = "commerce.view_order"
REFUND = "commerce.refund_order"
RESOLVE = "commerce.resolve_order"
RECONCILE = "commerce.reconcile_order"
REVENUE = "commerce.view_revenue"
CHANGE_OFFERS = "commerce.change_offer"
CHANGE_COUPONS = "commerce.change_coupon"
ADD_COUPONS = "commerce.add_coupon"
SEE_PEOPLE = ("accounts.view_user", "learning.view_enrolment")
GIVE = "learning.add_accessgrant"
CHANGE_GRANTS = "learning.change_accessgrant"

View = Callable[..., HttpResponseBase]


def needs(*rights: str) -> Callable[[View], View]:
    """Lets in who has all of these rights."""

    def wrap(view: View) -> View:
        @never_cache
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not all(request.user.has_perm(right) for right in rights):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return checked

    return wrap


def show(
    request: HttpRequest, template: str, title: str, trail: Sequence[tuple[str, str]] = (),
    icon: str = "tag", status: int = 200, **context: Any,
) -> HttpResponse:  # fmt: skip
    """A page of the till; `trail` are address and label of what lies above it."""
    above = [(reverse("wagtailadmin_home"), _("Home")), *trail, ("", title)]
    context |= {
        "page_title": title,
        "header_title": title,
        "header_icon": icon,
        "breadcrumbs_items": [{"url": url, "label": label} for url, label in above],
    }
    return render(request, f"commerce/staff/{template}.html", context, status=status)


def people_trail() -> list[tuple[str, str]]:
    return [(reverse("till:people"), _("People"))]
