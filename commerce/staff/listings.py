"""Orders, payments, refunds, grants and Stripe's events: listed, filtered, searched, downloaded."""

import json
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail_modeladmin.views import InspectView

from commerce.models import Order, Payment, Refund, StripeEvent
from commerce.services import access
from commerce.staff import order_page
from core.listings import ReadOnlyListing, described
from core.money import Money, plain
from learning.models import AccessGrant


class Listing(ReadOnlyListing):
    """Outside of the main menu: the till's own has them."""

    add_to_admin_menu = False
    list_per_page = 50


class OrderInspect(InspectView):
    page_title = _("Order")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | order_page.about(self.instance, self.request.user)


class OrderAdmin(Listing):
    model = Order
    menu_icon = "doc-full"
    list_display = ["number", "buyer", "state", "attention", "sum", "created_at", "paid_at"]
    list_filter = ["state", "attention", "created_at"]
    list_select_related = ["user"]
    list_export = [
        "number", "name", "email", "state_words", "attention_words", "currency", "subtotal_plain",
        "discount_plain", "tax_plain", "total_plain", "coupon_code", "created_at", "paid_at",
    ]  # fmt: skip
    export_filename = "orders"
    search_fields = ["number", "user__email", "user__name", "session_id", "coupon_code"]
    inspect_view_class = OrderInspect
    inspect_template_name = "commerce/staff/order.html"

    @described(_("buyer"), "user__email")
    def buyer(self, order: Order) -> str:
        return f"{order.user.display_name} ({order.user.email})"

    @described(_("total"), "total_minor")
    def sum(self, order: Order) -> str:
        return str(order.total)

    @described(_("name"))
    def name(self, order: Order) -> str:
        return order.user.name

    @described(_("e-mail"))
    def email(self, order: Order) -> str:
        return order.user.email

    @described(_("state"))
    def state_words(self, order: Order) -> str:
        return order.get_state_display()

    @described(_("needs a person"))
    def attention_words(self, order: Order) -> str:
        return order.get_attention_display()

    @described(_("subtotal"))
    def subtotal_plain(self, order: Order) -> str:
        return plain(order.subtotal_minor, order.currency)

    @described(_("discount"))
    def discount_plain(self, order: Order) -> str:
        return plain(order.discount_minor, order.currency)

    @described(_("tax"))
    def tax_plain(self, order: Order) -> str:
        return plain(order.tax_minor, order.currency)

    @described(_("total"))
    def total_plain(self, order: Order) -> str:
        return plain(order.total.amount_minor, order.currency)


class PaymentAdmin(Listing):
    model = Payment
    menu_icon = "download"
    inspect_view_enabled = False
    list_display = ["to_order", "buyer", "sum", "back", "at"]
    list_filter = ["at"]
    list_select_related = ["order__user"]
    list_export = [
        "order", "buyer", "currency", "amount_plain", "back_plain", "at", "stripe_id", "charge_id",
    ]  # fmt: skip
    export_filename = "payments"
    search_fields = [
        "order__number", "order__user__email", "order__user__name", "stripe_id", "charge_id",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        back = Sum("refunds__amount_minor", filter=Q(refunds__status__in=access.GOES_BACK))
        found: QuerySet[Payment] = super().get_queryset(request)
        return found.annotate(went_back=Coalesce(back, 0))

    @described(_("order"), "order__number")
    def to_order(self, payment: Payment) -> str:
        return link(payment.order)

    @described(_("buyer"), "order__user__email")
    def buyer(self, payment: Payment) -> str:
        return f"{payment.order.user.display_name} ({payment.order.user.email})"

    @described(_("amount"), "amount_minor")
    def sum(self, payment: Payment) -> str:
        return str(payment.money)

    @described(_("paid back"))
    def back(self, payment: Any) -> str:
        return str(Money(payment.went_back, payment.currency)) if payment.went_back else ""

    @described(_("amount"))
    def amount_plain(self, payment: Payment) -> str:
        return plain(payment.amount_minor, payment.currency)

    @described(_("paid back"))
    def back_plain(self, payment: Any) -> str:
        return plain(payment.went_back, payment.currency)


class RefundAdmin(Listing):
    model = Refund
    menu_icon = "arrow-left"
    inspect_view_enabled = False
    list_display = ["to_order", "sum", "status", "ends_access", "reason", "by", "at"]
    list_filter = ["status", "at"]
    list_select_related = ["payment__order", "by"]
    list_export = [
        "order", "currency", "amount_plain", "status", "failure", "ends_access", "reason", "by",
        "at",
    ]  # fmt: skip
    export_filename = "refunds"
    search_fields = ["payment__order__number", "reason", "stripe_id"]

    @described(_("order"), "payment__order__number")
    def to_order(self, refund: Refund) -> str:
        return link(refund.payment.order)

    @described(_("order"))
    def order(self, refund: Refund) -> str:
        return refund.payment.order.number

    @described(_("amount"), "amount_minor")
    def sum(self, refund: Refund) -> str:
        return str(refund.money)

    @described(_("currency"))
    def currency(self, refund: Refund) -> str:
        return refund.payment.currency

    @described(_("amount"))
    def amount_plain(self, refund: Refund) -> str:
        return plain(refund.amount_minor, refund.payment.currency)


class GrantAdmin(Listing):
    model = AccessGrant
    menu_icon = "key"
    inspect_view_enabled = False
    list_display = ["person", "course", "source", "starts_at", "ends_at", "revoked_at", "reason"]
    list_filter = ["source", "starts_at", "ends_at", "revoked_at"]
    list_select_related = ["enrolment__user", "enrolment__course", "by"]
    list_export = [
        "email", "course", "source", "source_key", "starts_at", "ends_at", "revoked_at", "by",
        "reason",
    ]  # fmt: skip
    export_filename = "access"
    search_fields = [
        "enrolment__user__email", "enrolment__user__name", "enrolment__course__title", "source_key",
    ]  # fmt: skip
    ordering = ["-pk"]

    @described(_("learner"), "enrolment__user__email")
    def person(self, grant: AccessGrant) -> str:
        user = grant.enrolment.user
        url = reverse("till:person", args=[user.pk])
        return format_html('<a href="{}">{} ({})</a>', url, user.display_name, user.email)

    @described(_("e-mail"))
    def email(self, grant: AccessGrant) -> str:
        return grant.enrolment.user.email

    @described(_("course"), "enrolment__course__title")
    def course(self, grant: AccessGrant) -> str:
        return grant.enrolment.course.title


class EventInspect(InspectView):
    page_title = _("Event")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        body = json.dumps(self.instance.body, indent=2, ensure_ascii=False)
        return context | {"event": self.instance, "body": body}


class EventAdmin(Listing):
    model = StripeEvent
    menu_icon = "rotate"
    list_display = ["type", "event_id", "state", "tries", "received_at", "for_order"]
    list_filter = ["state", "received_at"]
    list_select_related = ["order"]
    list_export = [
        "event_id", "type", "state", "tries", "created_at", "received_at", "done_at", "order",
        "last_error",
    ]  # fmt: skip
    export_filename = "stripe-events"
    search_fields = ["event_id", "type", "order__number"]
    inspect_view_class = EventInspect
    inspect_template_name = "commerce/staff/event.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[StripeEvent]:
        found: QuerySet[StripeEvent] = super().get_queryset(request)
        # Bodies are long, and no list shows them.
        return found.defer("body")

    @described(_("order"), "order__number")
    def for_order(self, event: StripeEvent) -> str:
        return link(event.order) if event.order else ""


def order_url(order: Order) -> str:
    return reverse("commerce_order_modeladmin_inspect", args=[order.pk])


def link(order: Order) -> str:
    return format_html('<a href="{}">{}</a>', order_url(order), order.number)


LISTINGS = (OrderAdmin, PaymentAdmin, RefundAdmin, GrantAdmin, EventAdmin)
LABELS = {
    Order: _("Orders"),
    Payment: _("Payments"),
    Refund: _("Refunds"),
    AccessGrant: _("Access"),
    StripeEvent: _("Stripe events"),
}
