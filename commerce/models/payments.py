"""Money that came, went back, or is fought about; and the invoices for it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commerce.models.orders import Line, Order
from core.fields import ExactCharField
from core.money import Money


class Payment(models.Model):
    """What Stripe took: once for an order, once for each period of a subscription."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    # The payment intent's, or the invoice's where nothing had to be paid.
    stripe_id = ExactCharField(max_length=255, unique=True)
    charge_id = ExactCharField(max_length=255, blank=True)
    amount_minor = models.PositiveBigIntegerField()
    currency = ExactCharField(max_length=3)
    at = models.DateTimeField()
    receipt_url = models.TextField(blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.order} · {self.money}"

    @property
    def money(self) -> Money:
        return Money(self.amount_minor, self.currency)


class Refund(models.Model):
    """Money on its way back to the buyer. Wished here, or made by hand in Stripe's dashboard."""

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        PENDING = "pending", _("On its way")
        SUCCEEDED = "succeeded", _("Refunded")
        FAILED = "failed", _("Failed")

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    line = models.ForeignKey(
        Line, null=True, blank=True, on_delete=models.PROTECT, related_name="refunds",
        help_text=_("What it is for; none means the order as a whole."),
    )  # fmt: skip
    # Our own, which is the idempotency key at Stripe, too.
    key = ExactCharField(max_length=64, unique=True)
    stripe_id: Any = ExactCharField(max_length=255, null=True, blank=True, unique=True)  # type: ignore[misc]
    amount_minor = models.PositiveBigIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.REQUESTED)
    failure = models.CharField(max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    told = models.CharField(
        max_length=300, blank=True, help_text=_("What the buyer reads on the credit note.")
    )
    ends_access = models.BooleanField(_("ends access"), default=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="refund_above_zero", condition=Q(amount_minor__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.payment.order} −{self.money}"

    @property
    def money(self) -> Money:
        return Money(self.amount_minor, self.payment.currency)


class Dispute(models.Model):
    """A payment that the buyer's bank asks back."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    stripe_id = ExactCharField(max_length=255, unique=True)
    status = models.CharField(max_length=32)
    amount_minor = models.PositiveBigIntegerField()
    reason = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.payment.order} · {self.status}"


class Invoice(models.Model):
    """The invoice for a payment; numbers have no gaps and are given in the order of payment.

    `content` is all that stands on it, so that it is printed the same for ever.
    """

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="invoice")
    number = ExactCharField(_("number"), max_length=20, unique=True)
    at = models.DateTimeField()
    content = models.JSONField()

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.number


class CreditNote(models.Model):
    """Says that money went back, against an invoice; numbers of its own, without gaps, too."""

    refund = models.OneToOneField(Refund, on_delete=models.PROTECT, related_name="credit_note")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="credit_notes")
    number = ExactCharField(_("number"), max_length=20, unique=True)
    at = models.DateTimeField()
    content = models.JSONField()

    class Meta:
        verbose_name = _("credit note")
        verbose_name_plural = _("credit notes")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.number


class Counter(models.Model):
    """The last number of a year; whoever takes the next one locks the row."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class InvoiceCounter(Counter):
    pass


class CreditNoteCounter(Counter):
    pass
