"""The form of an offer: what it is, which courses, and a price for each currency."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateTimeInput

from commerce.choosing import COURSES, add_rows, rows_in
from commerce.models import Offer, Price
from commerce.services.carts import MOST
from commerce.services.offers import FIELDS, Cost
from commerce.services.offers import freed as freed_courses
from core import money
from course_pages.models import Course
from integrations.stripe.least import least

GIVE_AWAY = "give_away"
MOST_MINOR = 99_999_999
"""What Stripe takes in one payment, in the smallest unit."""


class OfferForm(forms.Form):
    """Not a ModelForm: places taken change while it is open, and prices are rows of their own."""

    name = forms.CharField(
        label=_("Name"), max_length=200, help_text=_("As buyers read it, on invoices, too.")
    )
    description = forms.CharField(
        label=_("Description"), max_length=300, required=False,
        help_text=_("A sentence below the name."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("Kind"), choices=Offer.Kind.choices)
    interval = forms.ChoiceField(
        label=_("Paid every"), required=False, help_text=_("Of a subscription."),
        choices=[("", "–"), (Offer.Interval.MONTH, _("month")), (Offer.Interval.YEAR, _("year"))],
    )  # fmt: skip
    access_days = forms.IntegerField(
        label=_("Days of access"), required=False, min_value=1, max_value=36500,
        help_text=_("From the day of purchase; empty means for ever."),
    )  # fmt: skip
    on_sale_from = forms.DateTimeField(
        label=_("On sale from"), required=False, widget=AdminDateTimeInput
    )
    on_sale_until = forms.DateTimeField(
        label=_("On sale until"), required=False, widget=AdminDateTimeInput
    )
    places = forms.IntegerField(
        label=_("Places"), required=False, min_value=1, max_value=10_000_000,
        help_text=_("How often it is sold; empty: no limit."),
    )  # fmt: skip

    def __init__(self, *args: Any, instance: Offer | None = None, **kwargs: Any) -> None:
        self.instance = instance or Offer()
        super().__init__(*args, **kwargs)
        chosen = self._chosen()
        prices = self._prices()
        self.initial.update({name: getattr(self.instance, name) for name in FIELDS})
        self.rows = add_rows(
            self, "course", _t("Course %(number)s"), self._offered(chosen), chosen, COURSES, MOST
        )
        for currency in settings.CURRENCIES:
            self._add_price(currency, prices.get(currency))
        if GIVE_AWAY in self.data:
            self._ask_to_give_away()

    def _ask_to_give_away(self) -> None:
        self.fields[GIVE_AWAY] = forms.BooleanField(
            label=_t("Give away what no offer names any more"), required=False
        )

    def _chosen(self) -> list[int]:
        if self.instance.pk is None:
            return []
        return list(self.instance.contents.values_list("course", flat=True))

    def _prices(self) -> Mapping[str, Price]:
        if self.instance.pk is None:
            return {}
        rows = Price.objects.current().filter(offer=self.instance)
        return {price.currency: price for price in rows}

    @staticmethod
    def _offered(chosen: list[int]) -> QuerySet[Course]:
        """What can be sold: released courses; those that the offer has already stay in it."""
        return Course.objects.exclude(live_release=None) | Course.objects.filter(pk__in=chosen)

    def _add_price(self, currency: str, price: Price | None) -> None:
        unit = {"currency": currency}
        self.fields[f"price_{currency}"] = forms.CharField(
            label=_t("Price in %(currency)s") % unit, required=False, max_length=20,
            initial=money.plain(price.amount_minor, currency) if price else "",
            help_text=_t("Empty: not sold in %(currency)s.") % unit,
            widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        )  # fmt: skip
        compared = price.compare_at_minor if price else None
        self.fields[f"compare_{currency}"] = forms.CharField(
            label=_t("Crossed-out price in %(currency)s") % unit, required=False, max_length=20,
            initial=money.plain(compared, currency) if compared is not None else "",
            help_text=_t("A higher price to compare with; empty: none."),
            widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        )  # fmt: skip

    @property
    def groups(self) -> list[tuple[str, list[list[forms.BoundField]]]]:
        """The fields under their headings, in rows."""
        courses = [[name] for name in self.fields if name.startswith(("course_", GIVE_AWAY))]
        prices = [[f"price_{one}", f"compare_{one}"] for one in settings.CURRENCIES]
        groups = [
            (_t("What buyers read"), [["name"], ["description"]]),
            (_t("Courses"), courses),
            (_t("Price"), [["kind", "interval"], *prices]),
            (_t("Access and sale"), [["access_days", "places"], ["on_sale_from", "on_sale_until"]]),
        ]
        return [(title, [[self[name] for name in row] for row in rows]) for title, rows in groups]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        subscription = data.get("kind") == Offer.Kind.SUBSCRIPTION
        if subscription and not data.get("interval"):
            self.add_error("interval", _t("Say how often a subscription is paid."))
        if not subscription:
            data["interval"] = ""
        begins, ends = data.get("on_sale_from"), data.get("on_sale_until")
        if begins and ends and ends <= begins:
            self.add_error("on_sale_until", _t("The sale has to end after it begins."))
        data["courses"] = self._clean_courses(data)
        data["prices"] = self._clean_prices(data)
        return data

    def _clean_courses(self, data: dict[str, Any]) -> list[Course]:
        wanted: list[Course] = rows_in(self, self.rows, _t("A course is in the offer twice."))
        if not wanted and not any(name in self.errors for name in self.rows):
            self.add_error("course_0", _t("Choose at least one course."))
        if wanted:
            self._clean_freed(set(self._chosen()) - {course.pk for course in wanted}, data)
        return wanted

    def _clean_freed(self, taken_out: set[int], data: dict[str, Any]) -> None:
        """Who takes a course out of its only offer gives it away: only with a yes."""
        freed = freed_courses(taken_out, without=self.instance) if taken_out else []
        if not freed or data.get(GIVE_AWAY):
            return
        self._ask_to_give_away()
        titles = ", ".join(f"“{course}”" for course in freed)
        self.add_error(
            GIVE_AWAY,
            _t(
                "No other offer names %(courses)s: anybody could take it for nothing. To only "
                "stop selling it, archive the offer instead."
            )
            % {"courses": titles},
        )

    def _clean_prices(self, data: dict[str, Any]) -> dict[str, Cost | None]:
        if data.get("kind") == Offer.Kind.FREE:
            return {}
        prices = {currency: self._clean_price(currency, data) for currency in settings.CURRENCIES}
        wrong = any(name.startswith(("price_", "compare_")) for name in self.errors)
        if not any(prices.values()) and not wrong:
            self.add_error(
                f"price_{settings.CURRENCIES[0]}",
                _t("What is sold needs a price; for nothing, choose the kind “Free”."),
            )
        return prices

    def _clean_price(self, currency: str, data: dict[str, Any]) -> Cost | None:
        price = self._amount(f"price_{currency}", currency, data)
        compared = self._amount(f"compare_{currency}", currency, data)
        if price is None:
            if compared is not None and f"price_{currency}" not in self.errors:
                self.add_error(f"compare_{currency}", _t("There is no price to compare it with."))
            return None
        if compared is not None and compared <= price:
            self.add_error(
                f"compare_{currency}", _t("The crossed-out price has to be higher than the price.")
            )
        return Cost(price, compared)

    def _amount(self, name: str, currency: str, data: dict[str, Any]) -> int | None:
        text = data.get(name, "")
        if not text:
            return None
        try:
            amount = money.parse(text, currency)
        except money.NoAmount:
            self.add_error(
                name,
                _t("Not an amount in %(currency)s. Write it like %(example)s.")
                % {"currency": currency, "example": money.plain(10 ** money.exponent(currency) * 49,
                                                                currency)},
            )  # fmt: skip
            return None
        if not least(currency) <= amount <= MOST_MINOR:
            self.add_error(
                name,
                _t("Stripe takes from %(least)s to %(most)s.")
                % {
                    "least": money.Money(least(currency), currency),
                    "most": money.Money(MOST_MINOR, currency),
                },
            )
            return None
        return amount

    @cached_property
    def offer(self) -> Offer:
        """The offer as the form describes it, not saved yet."""
        for name in FIELDS:
            setattr(self.instance, name, self.cleaned_data[name])
        return self.instance
