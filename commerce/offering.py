"""Offers as pages show them: to everybody alike, and to one visitor in particular."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, FilteredRelation, Prefetch, Q, QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from commerce.models import LineCourse, Offer, OfferCourse, Order, Price
from commerce.rules import Owned, is_for_good
from commerce.services import carts, subscriptions
from core import clock
from core.money import Money
from course_pages.models import Course
from learning.models import AccessGrant

MOST = 50
"""Offers of one course on a page."""
FEW = 10
"""Places left are told once they are that few."""


@dataclass(frozen=True)
class Visitor:
    """Whom offers are shown to; the one that is nobody is everybody."""

    currency: str
    user: User | None = None
    in_cart: Collection[int] = ()


@dataclass(frozen=True)
class Shown:
    """An offer with its price; `problem` tells why it cannot be bought now."""

    offer: Offer
    price: Price | None
    problem: str
    courses: tuple[Course, ...]
    in_cart: bool = False
    is_owned: bool = False
    told: tuple[str, ...] = ()
    """What speaks against paying for it now."""
    goes_on: str = ""
    """The number of a subscription's order that goes on beside it, until somebody ends that."""

    @property
    def is_for_good(self) -> bool:
        return is_for_good(self.offer.interval, self.offer.access_days)

    @property
    def is_free(self) -> bool:
        return self.offer.kind == Offer.Kind.FREE

    @property
    def term(self) -> str:
        """ "a month" of a subscription; "" for what is paid once."""
        return self.offer.get_interval_display() if self.offer.interval else ""

    @property
    def access(self) -> str:
        """How long the courses are open to the buyer."""
        days = self.offer.access_days
        if self.offer.interval:
            return _("Open as long as you pay; cancel at any time")
        if days:
            return ngettext("Open for %(days)s day", "Open for %(days)s days", days) % {
                "days": days
            }
        return _("Yours for good")

    @property
    def places_left(self) -> str:
        """Said where few are left."""
        offer = self.offer
        if offer.places is None or not 0 < offer.places - offer.taken <= FEW:
            return ""
        left = offer.places - offer.taken
        return ngettext("%(left)s place left", "%(left)s places left", left) % {"left": left}

    @property
    def ends(self) -> str:
        """Until when it is sold."""
        until = self.offer.on_sale_until
        if self.problem or until is None:
            return ""
        return _("On sale until %(day)s") % {"day": moment(until)}


def everybody() -> Visitor:
    """Pages that are the same for all show prices in the site's own currency."""
    return Visitor(settings.CURRENCIES[0])


def of_course(course: Course, visitor: Visitor) -> list[Shown]:
    """What sells a course, the best to be had first: the same number of queries for any number.

    What is over is left out, unless nothing else is there: then the course is not on sale. Nothing
    for a course that nothing ever sold.
    """
    now = clock.now()
    latest = F("archived_at").asc(nulls_first=True)
    offers = _read(Offer.objects.filter(courses=course).order_by(latest, "pk")[:MOST])
    running = [offer for offer in offers if not offer.is_over(now)]
    return sorted(_shown(running or offers[:1], visitor, now), key=_order)


def to_keep(course: Course, visitor: Visitor) -> list[Shown]:
    """What gives a course for good to somebody who has it by subscription only."""
    if not carts.owned({course.pk}, visitor.user, clock.now()).only_subscribed({course.pk}):
        return []
    return [
        one
        for one in of_course(course, visitor)
        if one.is_for_good and not one.is_owned and not one.problem
    ]


def find(pk: int, visitor: Visitor) -> Shown | None:
    """One offer; None where there is none, or where its courses are not public."""
    now = clock.now()
    return next(_shown(_read(Offer.objects.filter(pk=pk)), visitor, now), None)


def _read(offers: QuerySet[Offer]) -> list[Offer]:
    """Offers with their courses and all current prices."""
    contents = OfferCourse.objects.select_related("course")
    prices = Price.objects.current()
    return list(
        offers.prefetch_related(
            Prefetch("contents", queryset=contents),
            Prefetch("prices", queryset=prices, to_attr="current_prices"),
        )
    )


def _shown(offers: list[Offer], visitor: Visitor, now: datetime) -> Iterator[Shown]:
    contents = [content.course for offer in offers for content in offer.contents.all()]
    owned = carts.owned({course.pk for course in contents}, visitor.user, now)
    known = standing_of(visitor.user, contents, now)
    for offer in offers:
        courses = tuple(content.course for content in offer.contents.all())
        if not courses or any(course.live_release_id is None for course in courses):
            # Its courses' names are nobody's business yet.
            continue
        price = _price(offer, visitor.currency)
        currency = price.currency if price else visitor.currency
        numbers = {course.pk for course in courses}
        is_owned = owned.has_all(numbers, offer.interval, offer.access_days)
        problem = _problem(offer, price, currency, now)
        yield Shown(
            offer,
            price,
            problem,
            courses,
            offer.pk in visitor.in_cart,
            is_owned,
            () if is_owned or problem else known.told(offer),
            "" if is_owned or problem else known.goes_on(offer),
        )


@dataclass(frozen=True)
class Standing:
    """How a visitor stands to courses: which are open now, and which are being paid for."""

    open_now: frozenset[int] = frozenset()
    on_its_way: frozenset[int] = frozenset()
    subscribed: Mapping[int, str] = field(default_factory=dict)
    """Courses that a subscription pays for until it is ended, with its order's number."""

    def told(self, offer: Offer) -> tuple[str, ...]:
        """What to know before paying for an offer that was read with its courses."""
        contents = list(offer.contents.all())
        courses = {content.course_id for content in contents}
        if courses <= self.on_its_way:
            return (_("Your payment for this is on its way. You need not pay again."),)
        if not courses <= self.open_now:
            known = [one.course.title for one in contents if one.course_id in self.open_now]
            said = _("Open to you already: %(courses)s.") % {"courses": ", ".join(known)}
            return (said,) if known else ()
        if offer.interval:
            more = _("A subscription is charged from today.")
        elif offer.access_days:
            more = _("New days are added to those that you bought.")
        else:
            more = _("What you buy now is yours for good.")
        return (f"{_('This is open to you already.')} {more}",)

    def goes_on(self, offer: Offer) -> str:
        """The subscription's order that goes on though this offer gives the same for good."""
        if not is_for_good(offer.interval, offer.access_days):
            return ""
        courses = (content.course_id for content in offer.contents.all())
        return next((self.subscribed[one] for one in courses if one in self.subscribed), "")


def standing_of(user: User | None, courses: Iterable[Course], now: datetime) -> Standing:
    """How somebody stands to these courses: two queries, and one more where some are open."""
    asked = {course.pk for course in courses}
    if user is None or not asked:
        return Standing()
    grants = AccessGrant.objects.active(now).filter(
        enrolment__user=user, enrolment__course__in=asked
    )
    pending = LineCourse.objects.filter(
        line__order__user=user, line__order__state=Order.State.PENDING, course__in=asked
    )
    open_now = frozenset(grants.values_list("enrolment__course", flat=True))
    return Standing(
        open_now,
        frozenset(pending.values_list("course", flat=True)),
        subscriptions.going_on(user.pk, open_now) if open_now else {},
    )


def _price(offer: Offer, currency: str) -> Price | None:
    """In the visitor's currency, else in the first one of the site that it has a price in."""
    prices = {price.currency: price for price in getattr(offer, "current_prices", [])}
    found = [prices.get(one) for one in (currency, *settings.CURRENCIES)]
    return next((price for price in found if price is not None), None)


def _problem(offer: Offer, price: Price | None, currency: str, now: datetime) -> str:
    if offer.archived_at is not None:
        return _("This is no longer on sale.")
    if offer.on_sale_from is not None and offer.on_sale_from > now and not offer.is_over(now):
        return _("On sale from %(day)s") % {"day": moment(offer.on_sale_from)}
    return carts.problem_of(offer, price, currency, Owned(), now)


def _order(shown: Shown) -> tuple[Any, ...]:
    amount = shown.price.amount_minor if shown.price else 0
    return (bool(shown.problem), len(shown.courses), amount, shown.offer.pk)


def moment(at: datetime) -> str:
    """Day and time; at midnight the day alone."""
    here = localtime(at)
    return date_format(here, "DATETIME_FORMAT" if here.hour or here.minute else "DATE_FORMAT")


def price_tags(lineages: Collection[UUID]) -> dict[UUID, str]:
    """What courses that are sold cost, by lineage, in words for a card: one query.

    The cheapest way in the site's own currency, "From …" where there are others, and by the
    month only where it is not sold for good. No words where it cannot be had just now.
    """
    now, currency = clock.now(), settings.CURRENCIES[0]
    priced = FilteredRelation(
        "offer__prices",
        condition=Q(offer__prices__current=True, offer__prices__currency=currency),
    )
    rows: Any = OfferCourse.objects.filter(course__lineage__in=lineages)
    ways: dict[UUID, list[tuple[bool, int, str]]] = {}
    for row in rows.select_related("offer", "course").annotate(
        priced=priced, amount_minor=F("priced__amount_minor")
    ):
        found = ways.setdefault(row.course.lineage, [])
        if row.offer.is_on_sale(now):
            if row.offer.kind == Offer.Kind.FREE:
                found.append((False, 0, _("Free")))
            elif row.amount_minor is not None:
                words = _tag(row.offer, row.amount_minor, currency)
                found.append((bool(row.offer.interval), row.amount_minor, words))
    return {lineage: _cheapest(found) for lineage, found in ways.items()}


def _tag(offer: Offer, amount_minor: int, currency: str) -> str:
    price = Money(amount_minor, currency)
    if not offer.interval:
        return str(price)
    return _("%(price)s %(term)s") % {"price": price, "term": offer.get_interval_display()}


def _cheapest(ways: list[tuple[bool, int, str]]) -> str:
    if not ways:
        return ""
    _by_the_month, amount, words = min(ways)
    return words if len(ways) == 1 or not amount else _("From %(price)s") % {"price": words}
