"""A cart: which offers, in which currency, with which code. What it holds is checked when read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils.translation import gettext as _

from accounts.models import User
from commerce import pricing
from commerce.models import Coupon, Line, Offer, OfferCourse, Order, Price
from commerce.rules import Owned
from commerce.services import coupons
from commerce.services.coupons import CouponRefused
from core import clock
from core.money import Money
from integrations.stripe.least import least
from learning.models import AccessGrant

MOST = 20
"""Offers in one cart."""


@dataclass(frozen=True)
class Entry:
    """An offer in the cart with its price now; `problem` tells why it cannot be bought."""

    offer: Offer
    price: Price | None
    problem: str = ""
    discount_minor: int = 0

    @property
    def amount_minor(self) -> int:
        return self.price.amount_minor if self.price else 0

    @property
    def courses(self) -> list[OfferCourse]:
        return list(self.offer.contents.all())

    @property
    def amount(self) -> Money | None:
        return self.price.money if self.price else None


@dataclass(frozen=True)
class Cart:
    """What somebody is about to buy. `lost` counts offers that are gone altogether."""

    entries: tuple[Entry, ...]
    currency: str
    coupon: Coupon | None = None
    code: str = ""
    code_problem: str = ""
    lost: int = 0
    quote: pricing.Quote = field(default_factory=lambda: pricing.Quote(0, ()))

    @property
    def buyable(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if not entry.problem)

    @cached_property
    def total(self) -> Money:
        return Money(self.quote.total_minor, self.currency)

    @property
    def too_little(self) -> str:
        """Why what there is to pay cannot be paid, in words; "" where it can, or is nothing."""
        if not 0 < self.quote.total_minor < least(self.currency):
            return ""
        return _("No less than %(least)s can be paid. Take something else, too.") % {
            "least": Money(least(self.currency), self.currency)
        }

    @property
    def subtotal(self) -> Money:
        return Money(self.quote.subtotal_minor, self.currency)

    @property
    def discount(self) -> Money:
        return Money(self.quote.discount_minor, self.currency)


def look(wanted: Sequence[int], *, currency: str, code: str = "", user: User | None = None) -> Cart:
    """The cart as it stands now, in at most eight queries, whatever is in it."""
    now = clock.now()
    rows = offers_in(wanted[:MOST], currency)
    owns = owned(_courses(rows), user, now)
    under_way = _under_way(user)
    mine = under_way.problems | _had_for_nothing(rows, user)
    entries = [_entry(offer, currency, owns, now, under_way.places) for offer in rows]
    entries = [
        Entry(one.offer, one.price, mine[one.offer.pk])
        if one.offer.pk in mine and not one.problem
        else one
        for one in entries
    ]
    entries = _alone(entries)
    buyable = [entry for entry in entries if not entry.problem]
    coupon, problem = None, ""
    if code and buyable:
        offers = [entry.offer for entry in buyable]
        try:
            coupon = coupons.find(
                code, offers=offers, currency=currency, now=now, held=under_way.coupons
            )
        except CouponRefused as refused:
            problem = str(refused)
    quote = price(buyable, coupon)
    shares = iter(quote.discounts)
    entries = [entry if entry.problem else _discounted(entry, next(shares)) for entry in entries]
    return Cart(
        tuple(entries), currency, coupon, code, problem, len(set(wanted)) - len(rows), quote
    )


@dataclass(frozen=True)
class UnderWay:
    """What a buyer's orders hold that are not settled, by offer and coupon."""

    places: frozenset[int] = frozenset()
    coupons: frozenset[int] = frozenset()
    problems: dict[int, str] = field(default_factory=dict)


def _under_way(user: User | None) -> UnderWay:
    """The open order holds places and a coupon for the buyer, who may come back to the cart; what
    is being paid is not paid once more. One query.
    """
    if user is None:
        return UnderWay()
    said = {
        Order.State.PENDING: _("Your payment for this is on its way. You need not pay again."),
        Order.State.HELD: _("We are checking your payment for this. You need not pay again."),
    }
    orders = Order.objects.filter(user=user, state__in=[Order.State.OPEN, *said])
    places, held, problems = set(), set(), {}
    for state, offer, coupon in orders.values_list("state", "lines__offer", "redemption__coupon"):
        if state in said:
            problems[offer] = said[Order.State(state)]
        else:
            places.add(offer)
            held.add(coupon)
    return UnderWay(frozenset(places), frozenset(held - {None}), problems)


def offers_in(numbers: Sequence[int], currency: str) -> list[Offer]:
    """These offers with their courses and their price in this currency, in the given order."""
    contents = OfferCourse.objects.select_related("course__live_release")
    prices = Price.objects.current().filter(currency=currency)
    found = Offer.objects.filter(pk__in=numbers).prefetch_related(
        Prefetch("contents", queryset=contents),
        Prefetch("prices", queryset=prices, to_attr="current_prices"),
    )
    by_number = {offer.pk: offer for offer in found}
    return [by_number[one] for one in dict.fromkeys(numbers) if one in by_number]


def price(entries: Sequence[Entry], coupon: Coupon | None) -> pricing.Quote:
    """What these cost together."""
    covered = coupons.covered(coupon, [entry.offer for entry in entries]) if coupon else []
    items = [
        pricing.Item(entry.amount_minor, covered[index] if coupon else True)
        for index, entry in enumerate(entries)
    ]
    return pricing.quote(items, coupons.discount(coupon) if coupon else None)


def _discounted(entry: Entry, discount_minor: int) -> Entry:
    return Entry(entry.offer, entry.price, "", discount_minor)


def _entry(
    offer: Offer, currency: str, owned: Owned, now: datetime, places: Collection[int]
) -> Entry:
    found: list[Price] = getattr(offer, "current_prices", [])
    one = found[0] if found else None
    return Entry(offer, one, problem_of(offer, one, currency, owned, now, places))


def problem_of(
    offer: Offer,
    one: Price | None,
    currency: str,
    owned: Owned,
    now: datetime,
    places: Collection[int] = (),
) -> str:
    """Why an offer, read with its courses, cannot be bought at this price; "" where it can.

    Of the offers in `places` the buyer holds one already.
    """
    courses = list(offer.contents.all())
    if offer.is_over(now):
        return _("This offer has ended.")
    if not offer.is_on_sale(now):
        return _("This offer has not begun yet.")
    if offer.is_full and offer.pk not in places:
        return _("All places are taken.")
    if not courses or any(content.course.live_release_id is None for content in courses):
        return _("This offer cannot be bought at the moment.")
    if offer.kind != Offer.Kind.FREE and one is None:
        return _("This offer has no price in %(currency)s.") % {"currency": currency}
    if offer.kind != Offer.Kind.FREE and not settings.STRIPE_SECRET_KEY:
        return _("Payments are not set up on this site yet.")
    numbers = {content.course_id for content in courses}
    if owned.has_all(numbers, offer.interval, offer.access_days):
        return _("You own this already.")
    return ""


def _courses(offers: Sequence[Offer]) -> set[int]:
    return {content.course_id for offer in offers for content in offer.contents.all()}


def owned(courses: Collection[int], user: User | None, now: datetime) -> Owned:
    """Which of these courses the buyer has, for good or by subscription: one query."""
    if user is None or not courses:
        return Owned()
    grants: Any = AccessGrant.objects.active(now).filter(
        enrolment__user=user, enrolment__course__in=courses, source=AccessGrant.Source.ORDER
    )
    subscribed = Exists(
        Line.objects.filter(order__user=user, kind=Offer.Kind.SUBSCRIPTION,
                            courses__course=OuterRef("enrolment__course"),
                            order__state=Order.State.PAID,
                            order__subscription__ended_at=None,
                            order__subscription__isnull=False)
    )  # fmt: skip
    rows = list(
        grants.filter(Q(ends_at=None) | subscribed).values_list("enrolment__course", "ends_at")
    )
    return Owned(
        frozenset(course for course, ends_at in rows if ends_at is None),
        frozenset(course for course, ends_at in rows if ends_at is not None),
    )


def _had_for_nothing(offers: Sequence[Offer], user: User | None) -> dict[int, str]:
    """Of what is given away for some days, that which the buyer had: else the days had no end."""
    given = [one.pk for one in offers if one.kind == Offer.Kind.FREE and one.access_days]
    if user is None or not given:
        return {}
    had = Line.objects.filter(order__user=user, offer__in=given, order__paid_at__isnull=False)
    return dict.fromkeys(had.values_list("offer", flat=True), _("You have had this already."))


def _alone(entries: list[Entry]) -> list[Entry]:
    """Stripe takes a subscription by itself: beside others the later ones wait."""
    fit = [entry for entry in entries if not entry.problem]
    if len(fit) < 2 or all(entry.offer.kind != Offer.Kind.SUBSCRIPTION for entry in fit):
        return entries
    first = fit[0]
    mixed = first.offer.kind == Offer.Kind.SUBSCRIPTION
    said = _("A subscription is bought by itself. Buy the rest first, or take it out of the cart.")
    return [
        Entry(entry.offer, entry.price, said)
        if entry in fit
        and entry is not first
        and (mixed or entry.offer.kind == Offer.Kind.SUBSCRIPTION)
        else entry
        for entry in entries
    ]
