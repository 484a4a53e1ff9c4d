"""Offers: courses at a price."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import ExactCharField
from core.money import Money
from course_pages.models import Course


class OfferQuerySet(models.QuerySet["Offer"]):
    def on_sale(self, now: datetime) -> "OfferQuerySet":
        """Those that may be bought at this moment; whether places are left is not asked."""
        begun = Q(on_sale_from=None) | Q(on_sale_from__lte=now)
        return self.filter(
            begun, Q(on_sale_until=None) | Q(on_sale_until__gt=now), archived_at=None
        )

    def of_course(self, course: Course) -> "OfferQuerySet":
        return self.filter(courses=course)


class Offer(models.Model):
    """A course or several, sold together: once, by subscription, or given away.

    What is sold is never deleted, only archived; orders hold what they bought by themselves.
    """

    class Kind(models.TextChoices):
        ONE_OFF = "one_off", _("Paid once")
        SUBSCRIPTION = "subscription", _("Subscription")
        FREE = "free", _("Free")

    class Interval(models.TextChoices):
        MONTH = "month", _("a month")
        YEAR = "year", _("a year")

    name = models.CharField(_("name"), max_length=200, help_text=_("On invoices, too."))
    description = models.CharField(
        _("description"), max_length=300, blank=True, help_text=_("A sentence below the name.")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.ONE_OFF)
    interval = models.CharField(
        _("paid every"), max_length=8, choices=Interval.choices, blank=True,
        help_text=_("Of a subscription."),
    )  # fmt: skip
    access_days = models.PositiveIntegerField(
        _("days of access"), null=True, blank=True,
        help_text=_("From the day of purchase; empty means for ever."),
    )  # fmt: skip
    on_sale_from = models.DateTimeField(_("on sale from"), null=True, blank=True)
    on_sale_until = models.DateTimeField(_("on sale until"), null=True, blank=True)
    places = models.PositiveIntegerField(
        _("places"), null=True, blank=True, help_text=_("How often it is sold; empty: no limit.")
    )
    taken = models.PositiveIntegerField(_("places taken"), default=0, editable=False)
    courses: models.ManyToManyField[Course, Any] = models.ManyToManyField(
        Course, through="OfferCourse", related_name="offers"
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["name", "pk"]
        permissions = [("view_revenue", _("Can see what offers bring in"))]
        constraints = [
            models.CheckConstraint(
                name="offer_interval_of_subscription",
                condition=(Q(kind="subscription") & ~Q(interval=""))
                | (~Q(kind="subscription") & Q(interval="")),
            ),
            models.CheckConstraint(
                name="offer_places_not_oversold",
                condition=Q(places=None) | Q(taken__lte=F("places")),
            ),
            models.CheckConstraint(
                name="offer_sale_ends_after_start",
                condition=Q(on_sale_from=None)
                | Q(on_sale_until=None)
                | Q(on_sale_until__gt=F("on_sale_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_on_sale(self, now: datetime) -> bool:
        begun = self.on_sale_from is None or self.on_sale_from <= now
        return begun and not self.is_over(now)

    def is_over(self, now: datetime) -> bool:
        return self.archived_at is not None or (
            self.on_sale_until is not None and self.on_sale_until <= now
        )

    @property
    def is_full(self) -> bool:
        return self.places is not None and self.taken >= self.places


class OfferCourse(models.Model):
    """A course of an offer, in its place."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="contents")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="offer_contents")
    sort_order = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["sort_order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["offer", "course"], name="offer_course_once")
        ]

    def __str__(self) -> str:
        return f"{self.offer} · {self.course}"


class PriceQuerySet(models.QuerySet["Price"]):
    def current(self) -> "PriceQuerySet":
        return self.filter(current=True)


class Price(models.Model):
    """What an offer costs in one currency, from one moment on. A change is a new row."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="prices")
    currency = ExactCharField(_("currency"), max_length=3)
    number = models.PositiveIntegerField(_("version"))
    amount_minor = models.PositiveBigIntegerField(help_text=_("In the currency's smallest unit."))
    compare_at_minor = models.PositiveBigIntegerField(
        null=True, blank=True, help_text=_("The crossed-out price beside it.")
    )
    since = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)
    # True or NULL, so that a unique key holds on every database.
    current = models.BooleanField(null=True, default=True)

    objects = PriceQuerySet.as_manager()

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "currency", "number"], name="price_numbered_once"
            ),
            models.UniqueConstraint(fields=["offer", "currency", "current"], name="price_current"),
            models.CheckConstraint(name="price_above_zero", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="price_below_compared",
                condition=Q(compare_at_minor=None) | Q(compare_at_minor__gt=F("amount_minor")),
            ),
            models.CheckConstraint(
                name="price_current_until_replaced",
                condition=Q(current=True, replaced_at=None)
                | Q(current=None, replaced_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.money)

    @property
    def money(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def compare_at(self) -> Money | None:
        if self.compare_at_minor is None:
            return None
        return Money(self.compare_at_minor, self.currency)
