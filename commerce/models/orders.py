"""Orders: what somebody wanted to buy, and what came of it."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from commerce.models.offers import Offer, Price
from core.fields import ExactCharField
from core.money import Money
from course_pages.models import Course, Release


class OrderQuerySet(models.QuerySet["Order"]):
    def of_buyer(self, user: Any) -> "OrderQuerySet":
        return self.filter(user=user)

    def settled(self) -> "OrderQuerySet":
        """Those that were paid, whatever came afterwards."""
        return self.exclude(paid_at=None)

    def needing_a_person(self) -> "OrderQuerySet":
        return self.exclude(attention="")


class Order(models.Model):
    """One purchase. `commerce.states` says which step may follow which.

    Every change that comes from Stripe compares `version` and raises it in the same statement, so
    that of two who asked Stripe, the one with the older answer asks again. `open_key` is unique
    and NULL once the order is closed: a buyer has one open order at the most.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Waits for payment")
        PENDING = "pending", _("Payment on its way")
        PAID = "paid", _("Paid")
        HELD = "held", _("Held for a person")
        FAILED = "failed", _("Payment failed")
        EXPIRED = "expired", _("Expired")
        CANCELLED = "cancelled", _("Cancelled")
        REFUNDED = "refunded", _("Refunded")

    class Attention(models.TextChoices):
        """Why a person should look."""

        MISMATCH = "mismatch", _("What was paid is not what was ordered")
        DUPLICATE = "duplicate", _("Bought again what the buyer has: refund it")
        UNDELIVERABLE = "undeliverable", _("The course cannot be given any more: refund it")

    number = ExactCharField(_("number"), max_length=20, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="orders"
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    attention = models.CharField(
        _("needs a person"), max_length=16, choices=Attention.choices, blank=True
    )
    attention_note = models.CharField(max_length=500, blank=True)
    open_key: Any = ExactCharField(max_length=60, null=True, blank=True, unique=True)  # type: ignore[misc]
    fingerprint = ExactCharField(max_length=64, help_text=_("Of what was in the cart."))
    version = models.PositiveIntegerField(default=1)

    currency = ExactCharField(_("currency"), max_length=3)
    subtotal_minor = models.PositiveBigIntegerField()
    discount_minor = models.PositiveBigIntegerField(default=0)
    total_minor = models.PositiveBigIntegerField(help_text=_("Without tax added by Stripe."))
    tax_minor = models.PositiveBigIntegerField(default=0)
    coupon_code = ExactCharField(max_length=40, blank=True)

    created_at = models.DateTimeField(_("ordered"))
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    # At Stripe. The try is part of the idempotency key: a new one makes a new session.
    session_try = models.PositiveSmallIntegerField(default=1)
    session_id: Any = ExactCharField(max_length=255, null=True, blank=True, unique=True)  # type: ignore[misc]
    session_url = models.TextField(blank=True)
    session_expires_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When Stripe was last asked.")
    )
    # What the buyer told Stripe for the invoice: name, e-mail, address, tax number.
    billing = models.JSONField(default=dict, blank=True)

    objects: ClassVar[models.Manager["Order"]] = OrderQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-pk"]
        permissions = [
            ("refund_order", _("Can give money back")),
            ("resolve_order", _("Can decide about orders that need a person")),
            ("reconcile_order", _("Can compare orders with Stripe and replay events")),
        ]
        constraints = [
            models.CheckConstraint(
                name="order_total_adds_up",
                condition=Q(subtotal_minor=F("total_minor") + F("discount_minor")),
            ),
        ]
        indexes = [models.Index(fields=["state", "checked_at"], name="order_unsettled")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("commerce:order", args=[self.number])

    @property
    def subtotal(self) -> Money:
        return Money(self.subtotal_minor, self.currency)

    @property
    def discount(self) -> Money:
        return Money(self.discount_minor, self.currency)

    @property
    def total(self) -> Money:
        """What the buyer pays, tax included."""
        return Money(self.total_minor + self.tax_minor, self.currency)

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def needs_no_payment(self) -> bool:
        """Costs nothing, now and later: a subscription’s first period may be free, not the next."""
        return (
            self.total_minor == 0 and not self.lines.filter(kind=Offer.Kind.SUBSCRIPTION).exists()
        )


class Line(models.Model):
    """One offer of an order, as it was shown and sold: later changes of the offer touch nothing."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="lines")
    price = models.ForeignKey(
        Price, null=True, blank=True, on_delete=models.PROTECT, related_name="lines",
        help_text=_("The version that was shown; none of a free offer."),
    )  # fmt: skip
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=Offer.Kind.choices)
    interval = models.CharField(max_length=8, choices=Offer.Interval.choices, blank=True)
    access_days = models.PositiveIntegerField(null=True, blank=True)
    amount_minor = models.PositiveBigIntegerField()
    discount_minor = models.PositiveBigIntegerField(default=0)
    # Whether it holds one of the offer's places.
    holds_place = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "offer"], name="offer_once_per_order"),
            models.CheckConstraint(
                name="line_discount_within_amount",
                condition=Q(discount_minor__lte=F("amount_minor")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.order.currency)

    @property
    def paid(self) -> Money:
        return Money(self.amount_minor - self.discount_minor, self.order.currency)

    def ends_at(self, paid_at: datetime) -> datetime | None:
        """When access by it ends; None for never. A subscription tells by itself."""
        return paid_at + timedelta(days=self.access_days) if self.access_days else None


class LineCourse(models.Model):
    """A course that a line sold, with the release whose syllabus the buyer could read."""

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="courses")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+")
    release = models.ForeignKey(
        Release, null=True, on_delete=models.PROTECT, related_name="+",
        help_text=_("Its outline is the syllabus that was sold."),
    )  # fmt: skip
    title = models.CharField(max_length=255)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "course"], name="course_once_per_line")
        ]

    def __str__(self) -> str:
        return self.title


class Customer(models.Model):
    """Somebody who buys, by their number at Stripe."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="customer"
    )
    stripe_id = ExactCharField(max_length=255)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")

    def __str__(self) -> str:
        return self.stripe_id
