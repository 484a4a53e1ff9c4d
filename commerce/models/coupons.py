"""Coupons: a code that makes an order cheaper."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from commerce.models.offers import Offer
from commerce.models.orders import Order
from core.fields import ExactCharField


class Coupon(models.Model):
    """`used` counts orders that hold it: open ones, too, until they are closed unpaid."""

    code = ExactCharField(
        _("code"), max_length=40, unique=True, help_text=_("Capital letters, digits, hyphens.")
    )
    batch = models.CharField(
        _("batch"), max_length=100, blank=True, help_text=_("What codes made together are called.")
    )
    # Of a batch's first code its name, so that a form sent twice at once makes one batch.
    batch_key: Any = ExactCharField(  # type: ignore[misc]
        max_length=100, null=True, blank=True, unique=True, editable=False
    )
    percent = models.PositiveSmallIntegerField(_("per cent"), null=True, blank=True)
    amount_minor = models.PositiveBigIntegerField(null=True, blank=True)
    currency = ExactCharField(_("currency"), max_length=3, blank=True)
    offers: models.ManyToManyField[Offer, Any] = models.ManyToManyField(
        Offer, blank=True, related_name="coupons", verbose_name=_("offers"),
        help_text=_("None means all of them."),
    )  # fmt: skip
    starts_at = models.DateTimeField(_("valid from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("valid until"), null=True, blank=True)
    limit = models.PositiveIntegerField(_("uses in total"), null=True, blank=True)
    limit_per_customer = models.PositiveIntegerField(
        _("uses per customer"), null=True, blank=True, default=1
    )
    used = models.PositiveIntegerField(_("used"), default=0, editable=False)
    disabled_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="coupon_percent_or_amount",
                condition=Q(percent__gte=1, percent__lte=100, amount_minor=None, currency="")
                | (Q(percent=None, amount_minor__gt=0) & ~Q(currency="")),
            ),
            models.CheckConstraint(
                name="coupon_within_limit", condition=Q(limit=None) | Q(used__lte=F("limit"))
            ),
            models.CheckConstraint(
                name="coupon_ends_after_start",
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def is_valid(self, now: datetime) -> bool:
        """Whether its time is now; limits are asked when it is redeemed."""
        begun = self.starts_at is None or self.starts_at <= now
        return begun and self.disabled_at is None and (self.ends_at is None or self.ends_at > now)


class Redemption(models.Model):
    """An order holds a coupon; released when the order closes without having been paid."""

    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="redemptions")
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="redemption")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("coupon use")
        verbose_name_plural = _("coupon uses")

    def __str__(self) -> str:
        return f"{self.coupon} · {self.order}"
