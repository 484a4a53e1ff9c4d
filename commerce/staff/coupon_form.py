"""The forms of a coupon and of a batch of them."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateTimeInput

from commerce.choosing import PRICED, add_rows, for_coupons, rows_in
from commerce.models import Coupon, Offer
from commerce.services import coupon_terms, coupons
from commerce.services.coupon_terms import BOUNDS, GIVES
from core import money

CODE = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")
LONGEST_PREFIX = 20
MOST_USES = 10_000_000
MOST_OFFERS = 50
"""That one coupon names."""


class Named(forms.TextInput):
    """An offer that cannot be chosen any more, by its name."""

    def format_value(self, value: Any) -> str:
        return str(Offer.objects.filter(pk=value).values_list("name", flat=True).first() or "")


class TermsForm(forms.Form):
    """What one coupon or many give, for what, and when."""

    percent = forms.IntegerField(
        label=_("Per cent off"), required=False, min_value=1, max_value=100,
        help_text=_("100 costs nothing: no payment is needed."),
    )  # fmt: skip
    amount = forms.CharField(
        label=_("Or an amount off"), required=False, max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip
    currency = forms.ChoiceField(
        label=_("Currency of the amount"), required=False,
        help_text=_("The code is then for prices in this currency."),
    )  # fmt: skip
    starts_at = forms.DateTimeField(
        label=_("Valid from"), required=False, widget=AdminDateTimeInput
    )
    ends_at = forms.DateTimeField(label=_("Valid until"), required=False, widget=AdminDateTimeInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.chosen()
        self.rows = add_rows(
            self, "offer", _t("Offer %(number)s"), for_coupons(chosen), chosen, PRICED, MOST_OFFERS
        )
        self.fields[self.rows[0]].help_text = _t("No offer at all means every one.")
        self.order_fields([*(self.field_order or ()), "percent", "amount", "currency", *self.rows])
        self.fields["currency"].choices = [  # type: ignore[attr-defined]
            ("", "–"), *((one, one) for one in self.currencies())
        ]  # fmt: skip

    def currencies(self) -> list[str]:
        return list(settings.CURRENCIES)

    def chosen(self) -> Sequence[int]:
        """The offers that it names already."""
        return ()

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        data["offers"] = rows_in(self, self.rows, _t("An offer is named twice."))
        begins, ends = data.get("starts_at"), data.get("ends_at")
        if begins and ends and ends <= begins:
            self.add_error("ends_at", _t("It has to end after it begins."))
        text, currency = data.get("amount", ""), data.get("currency", "")
        data["amount_minor"] = None
        if bool(data.get("percent")) == bool(text) and not {"percent", "amount"} & set(self.errors):
            self.add_error("percent", _t("Give either per cent or an amount."))
        elif text:
            self._clean_amount(text, currency)
        else:
            data["currency"] = ""
        return data

    def _clean_amount(self, text: str, currency: str) -> None:
        if not currency:
            if "currency" not in self.errors:
                self.add_error("currency", _t("Say in which currency the amount is."))
            return
        try:
            amount = money.parse(text, currency)
        except money.NoAmount:
            self.add_error("amount", _t("Not an amount in %(currency)s.") % {"currency": currency})
            return
        if not 0 < amount <= 99_999_999:
            self.add_error("amount", _t("Please enter an amount above zero that can be paid."))
            return
        self.cleaned_data["amount_minor"] = amount


class CouponForm(TermsForm):
    """One code; of one that was used only window and limits can be changed."""

    code = forms.CharField(
        label=_("Code"), max_length=40, help_text=_("Letters, digits and hyphens between them.")
    )
    limit = forms.IntegerField(
        label=_("Uses in total"), required=False, min_value=1, max_value=MOST_USES,
        help_text=_("Empty: no limit."),
    )  # fmt: skip
    limit_per_customer = forms.IntegerField(
        label=_("Uses per customer"), required=False, min_value=1, max_value=MOST_USES, initial=1,
        help_text=_("Empty: no limit."),
    )  # fmt: skip
    field_order = ["code"]

    def __init__(self, *args: Any, instance: Coupon | None = None, **kwargs: Any) -> None:
        self.instance = instance or Coupon()
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            return
        names = ("code", "percent", "currency", *BOUNDS)
        self.initial.update({name: getattr(self.instance, name) for name in names})
        if self.instance.amount_minor is not None:
            self.initial["amount"] = money.plain(self.instance.amount_minor, self.instance.currency)
        if coupon_terms.is_fixed(self.instance):
            for name in ("code", "percent", "amount", "currency", *self.rows):
                self.fields[name].disabled = True
            for name in self.rows[len(self.chosen()) :]:
                del self.fields[name]
            self.rows = self.rows[: len(self.chosen())]
            for name in self.rows:
                self.fields[name].widget = Named()

    def chosen(self) -> Sequence[int]:
        if self.instance.pk is None:
            return ()
        return list(self.instance.offers.order_by("name", "pk").values_list("pk", flat=True))

    def currencies(self) -> list[str]:
        kept = self.instance.currency
        return list(dict.fromkeys([*settings.CURRENCIES, *([kept] if kept else [])]))

    def clean_code(self) -> str:
        code = coupons.normalised(self.cleaned_data["code"])
        if not CODE.fullmatch(code):
            raise forms.ValidationError(
                _t("A code has letters from A to Z, digits, and hyphens between them.")
            )
        return code

    @cached_property
    def coupon(self) -> Coupon:
        """The coupon as the form describes it, not saved yet."""
        for name in (*GIVES, *BOUNDS):
            setattr(self.instance, name, self.cleaned_data[name])
        return self.instance


class BatchForm(TermsForm):
    """Many codes for one use each."""

    batch = forms.CharField(
        label=_("Name of the batch"), max_length=100, help_text=_("To find the codes again.")
    )
    count = forms.IntegerField(
        label=_("How many codes"), min_value=1, max_value=coupons.MOST_AT_ONCE
    )
    begin = forms.CharField(
        label=_("Begin with"), required=False, max_length=LONGEST_PREFIX,
        help_text=_("All codes begin so, such as FAIR-; ten random letters follow."),
    )  # fmt: skip
    field_order = ["batch", "count", "begin"]

    def clean_begin(self) -> str:
        prefix = coupons.normalised(self.cleaned_data["begin"])
        if prefix and not CODE.fullmatch(prefix.removesuffix("-")):
            raise forms.ValidationError(
                _t("It has letters from A to Z, digits, and hyphens between them.")
            )
        return prefix

    @property
    def terms(self) -> dict[str, Any]:
        names = ("percent", "amount_minor", "currency", "starts_at", "ends_at")
        return {name: self.cleaned_data[name] for name in names}
