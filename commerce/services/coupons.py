"""Coupons: finding one, holding it for an order, giving it back, making many."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.models import User
from commerce.models import Coupon, Offer, Order, Redemption
from commerce.pricing import Discount
from core import clock

# Without what is easily misread: 0 and O, 1 and I and L.
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
MOST_AT_ONCE = 5000


class CouponRefused(Exception):
    """The coupon does not hold; the message tells the buyer why."""


def normalised(code: str) -> str:
    """As codes are stored: "summer 26" and "SUMMER26" are the same."""
    return "".join(code.split()).upper()[:40]


def find(
    code: str,
    *,
    offers: Sequence[Offer],
    currency: str,
    now: datetime,
    held: Collection[int] = (),
) -> Coupon:
    """The coupon of this code, fit for a cart of these offers; else CouponRefused.

    Of the coupons in `held` the buyer's open order holds a use already.
    """
    coupon = Coupon.objects.filter(code=normalised(code)).first()
    if coupon is None or not coupon.is_valid(now):
        raise CouponRefused(_("This code is not valid. Please check how it is spelt."))
    if coupon.currency and coupon.currency != currency:
        raise CouponRefused(
            _("This code is for prices in %(currency)s only.") % {"currency": coupon.currency}
        )
    if coupon.limit is not None and coupon.used >= coupon.limit and coupon.pk not in held:
        raise CouponRefused(_("This code has been used up."))
    if not any(covered(coupon, offers)):
        raise CouponRefused(_("This code is not for what is in your cart."))
    return coupon


def covered(coupon: Coupon, offers: Sequence[Offer]) -> list[bool]:
    """For which of these offers the coupon is; one that names none is for all."""
    named = set(coupon.offers.values_list("pk", flat=True))
    return [offer.kind != Offer.Kind.FREE and (not named or offer.pk in named) for offer in offers]


def discount(coupon: Coupon) -> Discount:
    return Discount(percent=coupon.percent, amount_minor=coupon.amount_minor)


def hold(*, coupon: Coupon, order: Order, user: User) -> Redemption:
    """Hold one use of the coupon for an order. Inside the order's transaction.

    The update takes the row's lock until the transaction ends, so that counting afterwards sees
    everybody who was before us: fifty buyers at once get as many uses as there are.
    """
    now = clock.now()
    free = Q(limit=None) | Q(used__lt=F("limit"))
    if not Coupon.objects.filter(free, pk=coupon.pk, disabled_at=None).update(used=F("used") + 1):
        raise CouponRefused(_("This code has been used up."))
    mine = Redemption.objects.filter(coupon=coupon, user=user, released_at=None).count()
    if coupon.limit_per_customer is not None and mine >= coupon.limit_per_customer:
        raise CouponRefused(_("You have used this code already."))
    return Redemption.objects.create(coupon=coupon, order=order, user=user, at=now)


def release(order: Order) -> None:
    """Give the use back: the order was closed without having been paid. Inside its transaction."""
    held = Redemption.objects.filter(order=order, released_at=None)
    if held.update(released_at=clock.now()):
        Coupon.objects.filter(redemptions__order=order).update(used=F("used") - 1)


def hold_again(order: Order) -> None:
    """The order was paid after all: its use counts again, beyond the limit if need be.

    What was paid was shown with the discount, so it stands; the limit rises to what is used.
    """
    if (
        not Redemption.objects.filter(order=order)
        .exclude(released_at=None)
        .update(released_at=None)
    ):
        return
    coupon = Coupon.objects.select_for_update().get(redemptions__order=order)
    coupon.used += 1
    if coupon.limit is not None:
        coupon.limit = max(coupon.limit, coupon.used)
    coupon.save(update_fields=["used", "limit"])


@transaction.atomic
def generate(
    *,
    batch: str,
    count: int,
    by: User,
    offers: Sequence[Offer] = (),
    prefix: str = "",
    **terms: Any,
) -> list[Coupon]:
    """Make a batch of codes for one use each; one transaction. `terms` are fields of the coupon."""
    if not 1 <= count <= MOST_AT_ONCE:
        raise ValueError(f"between 1 and {MOST_AT_ONCE} codes at once")
    codes: set[str] = set()
    while len(codes) < count:
        codes.add(normalised(prefix) + "".join(secrets.choice(LETTERS) for _one in range(10)))
    made = Coupon.objects.bulk_create(
        Coupon(
            code=code, batch=batch, batch_key=None if place else batch, created_by=by,
            **({"limit": 1} | terms),
        )
        for place, code in enumerate(sorted(codes))
    )  # fmt: skip
    rows = list(Coupon.objects.filter(code__in=[coupon.code for coupon in made]))
    through = Coupon.offers.through
    through._default_manager.bulk_create(
        through(coupon_id=coupon.pk, offer_id=offer.pk) for coupon in rows for offer in offers
    )
    return rows
