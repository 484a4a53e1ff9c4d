"""Subscriptions: an offer paid again and again."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from commerce.models.orders import Order
from core.fields import ExactCharField


class Subscription(models.Model):
    """What Stripe last said of a subscription. `version` as an order's."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="subscription")
    stripe_id: Any = ExactCharField(max_length=255, unique=True)
    status = models.CharField(_("state"), max_length=32)
    paid_until = models.DateTimeField(_("paid until"), null=True, blank=True)
    ends_with_period = models.BooleanField(_("ends then"), default=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    # The invoice whose payment failed, until another one is paid: the buyer is told of each once.
    unpaid_invoice = ExactCharField(max_length=255, blank=True)
    end_told_at = models.DateTimeField(null=True, blank=True)
    # The payment intent that paid for this period, or the invoice that a credit paid.
    paid_with = ExactCharField(max_length=255, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.order} · {self.status}"
