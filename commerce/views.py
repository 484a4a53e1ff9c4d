"""The buyer's pages. Views parse, call a service, render."""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import User
from accounts.redirects import local_or
from commerce import basket, islands, offering, pages
from commerce.invoice_pdf import as_response
from commerce.models import CreditNote, Invoice, Order
from commerce.services import checkout as checking_out
from commerce.services import fulfilment, subscriptions
from commerce.services.checkout import AlreadyPaid
from commerce.services.coupons import CouponRefused
from commerce.services.orders import CannotBuy
from commerce.services.subscriptions import NotRunning
from commerce.stripe_account import UNREACHABLE
from core.paging import OneStatementPaginator

NOT_NOW = _lazy("This cannot be done just now. Please try again.")


@never_cache
@require_GET
def cart(request: HttpRequest) -> HttpResponse:
    """What is in the cart, what it costs, and what cannot be bought."""
    found = basket.read(request)
    if found.lost:
        basket.forget_lost(request, {entry.offer.pk for entry in found.entries})
    user = request.user if isinstance(request.user, User) else None
    context = pages.cart(found, user) | {"unpaid": "unpaid" in request.GET}
    return render(request, "commerce/cart.html", context)


@never_cache
@require_GET
def offer(request: HttpRequest, offer: int) -> HttpResponse:
    """An offer by itself; for HTMX the visitor's part of a page that shows it."""
    found = offering.find(offer, islands.visitor(request))
    if found is None:
        raise Http404
    context: dict[str, Any] = {"shown": found, "own": True}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "commerce/_buy.html", context)
    context |= {
        "courses": pages.links(found.courses),
        "currencies": pages.currencies(),
        "chosen": basket.currency(request),
    }
    return render(request, "commerce/offer.html", context)


@require_POST
def add(request: HttpRequest, offer: int) -> HttpResponse:
    """Into the cart, and on to it, which tells where the offer cannot be bought."""
    found = offering.find(offer, islands.visitor(request))
    if found is None:
        raise Http404
    _into_cart(request, [found.offer.pk], found.price.currency if found.price else "")
    return redirect("commerce:cart")


def _into_cart(request: HttpRequest, offers: list[int], currency: str) -> None:
    """With them, an empty cart takes their currency over."""
    if not basket.count(request):
        basket.use_currency(request, currency)
    if not all(basket.add(request, one) for one in offers):
        messages.warning(
            request, _("Your cart is full. Please buy what is in it first, or take something out.")
        )


@require_POST
def remove(request: HttpRequest, offer: int) -> HttpResponse:
    basket.remove(request, offer)
    return redirect("commerce:cart")


@require_POST
def code(request: HttpRequest) -> HttpResponse:
    """Use a coupon's code; an empty one takes it out. The cart tells whether it holds."""
    basket.use_code(request, request.POST.get("code", "")[:100])
    return redirect(_sum_of_cart())


@require_POST
def currency(request: HttpRequest) -> HttpResponse:
    """Prices in another currency, here and on all pages that show the visitor's own."""
    basket.use_currency(request, request.POST.get("currency", ""))
    # Not `redirect`, which takes a word for the name of a view.
    return HttpResponseRedirect(local_or(request.POST.get("next"), _sum_of_cart()))


def _sum_of_cart() -> str:
    """Where the code and the total stand: on a phone, below all that is in the cart."""
    return reverse("commerce:cart") + "#cart-total"


@never_cache
@require_POST
def checkout(request: HttpRequest) -> HttpResponse:
    """On to Stripe's page; sign-in on the way, and back to the cart, which stays."""
    if not isinstance(request.user, User):
        return redirect_to_login(reverse("commerce:cart"))
    try:
        order = checking_out.start(user=request.user, cart=basket.read(request))
    except (CannotBuy, CouponRefused) as refused:
        messages.error(request, str(refused))
        return redirect("commerce:cart")
    except AlreadyPaid as paid:
        basket.empty(request, pages.offers_of(paid.order))
        return redirect(paid.order)
    except UNREACHABLE:
        messages.error(
            request,
            _("The payment page does not answer just now. Nothing was charged. Please try again."),
        )
        return redirect("commerce:cart")
    if order.is_open:
        return redirect(order.session_url)
    basket.empty(request, pages.offers_of(order))
    return redirect(order)


@login_required
@never_cache
@require_GET
def done(request: HttpRequest) -> HttpResponse:
    """Where Stripe sends the buyer back to. The address proves nothing: Stripe is asked."""
    mine = Order.objects.filter(user=_buyer(request))
    order = get_object_or_404(mine, session_id=request.GET.get("session", ""))
    with suppress(*UNREACHABLE):
        # Even if that was asked a moment ago: the buyer comes from paying. Where it fails, the
        # order's page asks again by itself.
        order = fulfilment.refresh(order)
    if not order.is_open:
        basket.empty(request, pages.offers_of(order))
    return redirect(order)


@never_cache
@require_GET
def cancelled(request: HttpRequest) -> HttpResponse:
    """Back from Stripe's page without having paid: the cart is as it was."""
    return redirect(reverse("commerce:cart") + "?unpaid")


@login_required
@never_cache
@require_GET
def purchases(request: HttpRequest) -> HttpResponse:
    paginator = OneStatementPaginator(pages.purchases(request.user), pages.PER_PAGE)
    found = paginator.get_page(request.GET.get("page"))
    return render(request, "commerce/orders.html", {"orders": found})


@login_required
@never_cache
@require_GET
def order(request: HttpRequest, number: str) -> HttpResponse:
    """One order, as it truly stands; while money is on its way the page asks again."""
    context = pages.order(_mine(request, number)) | {"asked": 1, "wait": pages.look_again(0)}
    return render(request, "commerce/order.html", context)


@never_cache
@require_GET
def state(request: HttpRequest, number: str) -> HttpResponse:
    """Ask Stripe how an order stands. For the page that waits: the order, if it moved on, and when
    to look again; without HTMX back to the order's page.
    """
    if not request.user.is_authenticated:
        sign_in = redirect_to_login(reverse("commerce:order", args=[number]))
        return HttpResponseClientRedirect(sign_in.url) if request.htmx else sign_in  # type: ignore[attr-defined]
    found = _mine(request, number)
    if found.state in pages.WAITING and found.session_id:
        with suppress(*UNREACHABLE):
            found = fulfilment.look(found)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(found)
    text = request.GET.get("asked", "")
    asked = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    context = pages.order(found) | {
        "asked": asked + 1,
        "wait": pages.look_again(asked),
        "changed": found.state != request.GET.get("seen"),
    }
    return render(request, "commerce/_state.html", context)


@login_required
@require_POST
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Give an open order up."""
    found = _mine(request, number)
    try:
        checking_out.cancel(found)
    except AlreadyPaid:
        messages.info(request, _("This order has been paid already."))
    except UNREACHABLE:
        messages.error(request, NOT_NOW)
    return redirect(found)


@login_required
@require_POST
def again(request: HttpRequest, number: str) -> HttpResponse:
    """What an order was for, into the cart once more."""
    found = _mine(request, number)
    _into_cart(request, sorted(pages.offers_of(found)), found.currency)
    return redirect("commerce:cart")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, number: str) -> HttpResponse:
    """Have a subscription end with what is paid, after a second step."""
    found = _mine(request, number)
    context = pages.order(found)
    if not context["can_cancel"]:
        return redirect(found)
    if request.method == "GET":
        return render(request, "commerce/unsubscribe.html", context)
    try:
        subscriptions.cancel(found)
        messages.success(request, _("Your subscription is cancelled."))
    except NotRunning:
        messages.info(request, _("This subscription has ended already."))
    except UNREACHABLE:
        messages.error(request, NOT_NOW)
    return redirect(found)


@login_required
@require_POST
def billing(request: HttpRequest, number: str) -> HttpResponse:
    """On to Stripe's page for cards."""
    found = _mine(request, number)
    try:
        back = settings.BASE_URL + found.get_absolute_url()
        return redirect(subscriptions.billing_url(found, return_url=back))
    except NotRunning:
        messages.info(request, _("This subscription has ended already."))
    except UNREACHABLE:
        messages.error(request, NOT_NOW)
    return redirect(found)


@login_required
@never_cache
@require_GET
def invoice(request: HttpRequest, number: str, invoice: str) -> HttpResponse:
    found = get_object_or_404(
        Invoice, number=invoice, payment__order__number=number, payment__order__user=_buyer(request)
    )
    return as_response(found)


@login_required
@never_cache
@require_GET
def credit_note(request: HttpRequest, number: str, note: str) -> HttpResponse:
    mine = CreditNote.objects.filter(invoice__payment__order__user=_buyer(request))
    return as_response(get_object_or_404(mine, number=note, invoice__payment__order__number=number))


def _mine(request: HttpRequest, number: str) -> Order:
    """The visitor's order; somebody else's is not there."""
    found = Order.objects.filter(number=number, user=_buyer(request)).first()
    if found is None:
        raise Http404
    return found


def _buyer(request: HttpRequest) -> Any:
    """Behind `login_required`, so a person."""
    return request.user
