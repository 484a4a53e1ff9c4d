"""Coupons as Marketing makes and changes them. What buyers do with them is `coupons`."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from accounts.models import User
from commerce.models import Coupon, Offer, Order, Redemption
from commerce.services import coupons
from core import clock
from core.money import Money

GIVES = ("code", "percent", "amount_minor", "currency")
"""With the offers, what is promised to those who use it."""
BOUNDS = ("starts_at", "ends_at", "limit", "limit_per_customer")


class TermsRefused(Exception):
    """Nothing was changed; the message says why."""


def is_fixed(coupon: Coupon) -> bool:
    """Whether somebody has ordered with it, so that what it gives stays as it was."""
    return coupon.pk is not None and Redemption.objects.filter(coupon=coupon).exists()


def save(*, coupon: Coupon, offers: Sequence[Offer], by: User) -> Coupon:
    """Keep a coupon, new or changed, as it is in memory; one transaction under its row's lock.

    Of one that was used only window and limits change. Raises TermsRefused.
    """
    try:
        with transaction.atomic():
            return _add(coupon, offers, by) if coupon.pk is None else _change(coupon, offers)
    except IntegrityError:
        if not Coupon.objects.filter(code=coupon.code).exclude(pk=coupon.pk).exists():
            raise
        raise TermsRefused(_("There is a coupon of this code already.")) from None


def _add(coupon: Coupon, offers: Sequence[Offer], by: User) -> Coupon:
    made = Coupon.objects.create(
        created_by=by, **{name: getattr(coupon, name) for name in (*GIVES, *BOUNDS, "batch")}
    )
    made.offers.set(offers)
    return made


def _change(coupon: Coupon, offers: Sequence[Offer]) -> Coupon:
    locked = Coupon.objects.select_for_update().get(pk=coupon.pk)
    if is_fixed(locked) and _gives(locked, locked.offers.all()) != _gives(coupon, offers):
        raise TermsRefused(
            _("This coupon has been used: what it gives stays. Disable it and make another.")
        )
    if coupon.limit is not None and coupon.limit < locked.used:
        raise TermsRefused(
            _("It has been used %(number)s times: the limit cannot be lower.")
            % {"number": locked.used}
        )
    for name in (*GIVES, *BOUNDS):
        setattr(locked, name, getattr(coupon, name))
    locked.save(update_fields=(*GIVES, *BOUNDS))
    locked.offers.set(offers)
    return locked


def _gives(coupon: Coupon, offers: Iterable[Offer]) -> tuple[Any, ...]:
    return (*(getattr(coupon, name) for name in GIVES), {offer.pk for offer in offers})


@transaction.atomic
def disable(*, coupon: Coupon, by: User) -> bool:
    """Nobody can use it from now on; one transaction. False where it is disabled already."""
    done = Coupon.objects.filter(pk=coupon.pk, disabled_at=None).update(disabled_at=clock.now())
    if done:
        log(instance=coupon, action="commerce.disable", user=by)
    return bool(done)


@transaction.atomic
def enable(*, coupon: Coupon, by: User) -> bool:
    """It can be used again; one transaction. False where it is not disabled."""
    disabled = Coupon.objects.filter(pk=coupon.pk, disabled_at__isnull=False)
    done = disabled.update(disabled_at=None)
    if done:
        log(instance=coupon, action="commerce.enable", user=by)
    return bool(done)


def generate(
    *, batch: str, count: int, prefix: str, offers: Sequence[Offer], by: User, **terms: Any
) -> list[Coupon]:
    """Make a batch of codes under a name of its own; one transaction. Raises TermsRefused.

    A form sent twice, also at once, makes one batch: the second finds the name taken.
    """
    taken = TermsRefused(_("There is a batch of this name already."))
    if is_batch(batch):
        raise taken
    try:
        with transaction.atomic():
            made = coupons.generate(
                batch=batch, count=count, prefix=prefix, offers=offers, by=by, **terms
            )
            said = {"batch": batch, "count": count}
            log(instance=made[0], action="commerce.batch", user=by, data=said)
    except IntegrityError:
        if not Coupon.objects.filter(batch_key=batch).exists():
            raise
        raise taken from None
    return made


def is_batch(name: str) -> bool:
    return Coupon.objects.filter(batch=name).exists()


def usage(coupon: Coupon) -> dict[str, Any]:
    """What became of a coupon, in numbers and without names: two statements."""
    held = Redemption.objects.filter(coupon=coupon)
    counted: dict[str, Any] = held.aggregate(
        paid=Count("pk", filter=Q(released_at=None, order__paid_at__isnull=False)),
        waiting=Count("pk", filter=Q(released_at=None, order__paid_at=None)),
        given_back=Count("pk", filter=Q(released_at__isnull=False)),
    )
    sums = (
        Order.objects.filter(redemption__coupon=coupon, paid_at__isnull=False)
        .order_by()
        .values("currency")
        .annotate(sum=Sum("discount_minor"))
    )
    return counted | {"saved": [Money(row["sum"], row["currency"]) for row in sums]}
