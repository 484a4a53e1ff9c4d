"""What is on sale: offers with their courses and prices, as Marketing changes them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from accounts.models import User
from commerce.models import LineCourse, Offer, OfferCourse, Price
from core import clock
from core.money import Money
from course_pages.models import Course

FIELDS = (
    *("name", "description", "kind", "interval", "access_days"),
    *("on_sale_from", "on_sale_until", "places"),
)
"""What is written; places taken are counted by orders and never touched here."""


class OfferRefused(Exception):
    """Nothing was changed; the message says why."""


@dataclass(frozen=True)
class Cost:
    """A price, and the crossed-out one beside it."""

    amount_minor: int
    compare_at_minor: int | None = None


@transaction.atomic
def save(
    *,
    offer: Offer,
    courses: Sequence[Course],
    prices: Mapping[str, Cost | None],
    by: User | None,
) -> Offer:
    """Keep an offer, new or changed, as it is in memory; one transaction under its row's lock.

    `prices` names the currencies to set; others stay. A free offer has none. Raises OfferRefused.
    """
    if offer.pk is None:
        offer.save()
        locked = offer
    else:
        locked = _lock(offer)
        for name in FIELDS:
            setattr(locked, name, getattr(offer, name))
        if locked.places is not None and locked.places < locked.taken:
            raise OfferRefused(
                _("%(number)s places are taken already: there cannot be fewer.")
                % {"number": locked.taken}
            )
        locked.save(update_fields=FIELDS)
    _set_courses(locked, courses)
    if locked.kind == Offer.Kind.FREE:
        priced = Price.objects.current().filter(offer=locked)
        prices = dict.fromkeys(priced.values_list("currency", flat=True))
    _set_prices(locked, prices, by)
    return locked


@transaction.atomic
def set_prices(*, offer: Offer, prices: Mapping[str, Cost | None], by: User | None) -> list[Price]:
    """Set what an offer costs from now on; one transaction under its row's lock.

    What changed is a new version, what did not makes none, None ends a currency. Orders keep the
    version they were made with. The new versions are given back.
    """
    return _set_prices(_lock(offer), prices, by)


@transaction.atomic
def archive(*, offer: Offer, by: User | None) -> bool:
    """Take an offer off sale for good; one transaction. False where it is archived already."""
    return _mark(offer, clock.now(), "commerce.archive", by)


@transaction.atomic
def restore(*, offer: Offer, by: User | None) -> bool:
    """Bring an archived offer back; one transaction. False where it is not archived."""
    return _mark(offer, None, "commerce.restore", by)


@transaction.atomic
def delete(*, offer: Offer, by: User | None) -> None:
    """Delete an offer that nobody ever ordered; one transaction. Else raises OfferRefused.

    A coupon for this offer alone would become one for all of them, so it forbids that, too.
    """
    locked = _lock(offer)
    if why := why_kept(locked):
        raise OfferRefused(why)
    log(instance=locked, action="wagtail.delete", user=by, deleted=True)
    Price.objects.filter(offer=locked).delete()
    locked.delete()


def why_kept(offer: Offer) -> str:
    """Why an offer cannot be deleted; "" where it can."""
    if offer.lines.exists():
        return _(
            "“%(offer)s” has been ordered, and orders show what they were for: it can be "
            "archived, not deleted."
        ) % {"offer": offer}
    if offer.coupons.exists():
        return _("There are coupons for “%(offer)s”: archive it instead.") % {"offer": offer}
    return ""


def freed(courses: Iterable[int], *, without: Offer | None = None) -> list[Course]:
    """Courses that no offer names, or none but this one, and that nobody bought: anybody may take
    them for nothing.
    """
    named = OfferCourse.objects.filter(course=OuterRef("pk"))
    if without is not None:
        named = named.exclude(offer=without)
    bought = LineCourse.objects.filter(course=OuterRef("pk")).exclude(line__kind=Offer.Kind.FREE)
    return list(Course.objects.filter(~Exists(named), ~Exists(bought), pk__in=courses))


def history(offer: Offer) -> Iterable[Price]:
    """All prices that an offer ever had, the newest first."""
    return Price.objects.filter(offer=offer).order_by("-since", "-pk")


def _lock(offer: Offer) -> Offer:
    return Offer.objects.select_for_update().get(pk=offer.pk)


def _mark(offer: Offer, at: datetime | None, action: str, by: User | None) -> bool:
    locked = _lock(offer)
    if (locked.archived_at is None) == (at is None):
        return False
    locked.archived_at = offer.archived_at = at
    locked.save(update_fields=["archived_at"])
    log(instance=locked, action=action, user=by)
    return True


def _set_courses(offer: Offer, courses: Sequence[Course]) -> None:
    before = list(offer.contents.values_list("course", flat=True))
    wanted = list(dict.fromkeys(course.pk for course in courses))
    if before == wanted:
        return
    OfferCourse.objects.filter(offer=offer).exclude(course__in=wanted).delete()
    for number, course in enumerate(wanted):
        OfferCourse.objects.update_or_create(
            offer=offer, course_id=course, defaults={"sort_order": number}
        )


def _set_prices(offer: Offer, prices: Mapping[str, Cost | None], by: User | None) -> list[Price]:
    now = clock.now()
    rows = Price.objects.filter(offer=offer)
    current = {price.currency: price for price in rows.filter(current=True)}
    numbers: dict[str, Any] = dict(
        rows.order_by().values("currency").annotate(last=Max("number"))
        .values_list("currency", "last")
    )  # fmt: skip
    made = []
    for currency, cost in prices.items():
        old = current.get(currency)
        if cost == _cost(old):
            continue
        if old is not None:
            Price.objects.filter(pk=old.pk).update(current=None, replaced_at=now)
        if cost is not None:
            made.append(
                Price.objects.create(
                    offer=offer, currency=currency, number=numbers.get(currency, 0) + 1,
                    amount_minor=cost.amount_minor, compare_at_minor=cost.compare_at_minor,
                    since=now,
                )
            )  # fmt: skip
        said = {
            "currency": currency,
            "before": _said(old.amount_minor if old else None, currency),
            "after": _said(cost.amount_minor if cost else None, currency),
        }
        log(instance=offer, action="commerce.price", user=by, data=said)
    return made


def _cost(price: Price | None) -> Cost | None:
    return Cost(price.amount_minor, price.compare_at_minor) if price else None


def _said(amount_minor: int | None, currency: str) -> str:
    return f"– {currency}" if amount_minor is None else str(Money(amount_minor, currency))
