"""Orders: opened from a cart, closed without money, and the news that one was paid."""

import hashlib
import json
import secrets
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.models import User
from commerce import states
from commerce.models import Line, LineCourse, Offer, Order
from commerce.services import coupons
from commerce.services.carts import Cart, Entry
from core import clock, outbox
from core.retrying import retried

PAID = "commerce.order_paid"
"""News: {"order": pk}."""

TRIES = 3
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


class CannotBuy(Exception):
    """Nothing of the cart can be bought; the message tells the buyer why."""


class AnotherOpen(Exception):
    """The buyer has an open order for another cart, which has to be closed first."""

    def __init__(self, order: Order) -> None:
        super().__init__(order.number)
        self.order = order


@retried
def open_order(*, user: User, cart: Cart) -> Order:
    """The buyer's open order for this cart, made if there is none; one transaction.

    The unique `open_key` lets one in of many who come at once; the others find its order. Raises
    CannotBuy, CouponRefused, and AnotherOpen where the open order is for something else.
    """
    if not cart.buyable:
        raise CannotBuy(_("There is nothing in your cart that can be bought."))
    if cart.code_problem:
        raise coupons.CouponRefused(cart.code_problem)
    if cart.too_little:
        raise CannotBuy(cart.too_little)
    print_of_cart = fingerprint(cart)
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                return _open(user, cart, print_of_cart)
        except IntegrityError:
            order = Order.objects.filter(open_key=_open_key(user)).first()
            # The one in the way may have been closed a moment ago.
            if order is None and not left:
                raise
        if order is None:
            continue
        if order.fingerprint != print_of_cart:
            raise AnotherOpen(order)
        return order
    raise AssertionError("unreachable")


def fingerprint(cart: Cart) -> str:
    """Equal for carts that cost and give the same, at the same versions of their prices."""
    said: Any = [
        [[entry.offer.pk, entry.price and entry.price.pk, entry.discount_minor, entry.offer.kind,
          entry.offer.interval, entry.offer.access_days,
          sorted(content.course_id for content in entry.courses)]
         for entry in cart.buyable],
        cart.currency,
        cart.coupon and cart.coupon.pk,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _open_key(user: User) -> str:
    return f"buyer:{user.pk}"


def _open(user: User, cart: Cart, print_of_cart: str) -> Order:
    order = Order.objects.create(
        number=new_number(),
        user=user,
        open_key=_open_key(user),
        fingerprint=print_of_cart,
        currency=cart.currency,
        subtotal_minor=cart.quote.subtotal_minor,
        discount_minor=cart.quote.discount_minor,
        total_minor=cart.quote.total_minor,
        coupon_code=cart.coupon.code if cart.coupon else "",
        created_at=clock.now(),
    )
    # Rows that others want too are written before they are referred to, and in one order: else two
    # buyers would each hold what the other needs.
    if cart.coupon is not None:
        coupons.hold(coupon=cart.coupon, order=order, user=user)
    for entry in sorted(cart.buyable, key=lambda one: one.offer.pk):
        _take_place(entry.offer)
    for entry in cart.buyable:
        _sell(order, entry)
    return order


def _take_place(offer: Offer) -> None:
    free = Q(places=None) | Q(taken__lt=F("places"))
    if not Offer.objects.filter(free, pk=offer.pk).update(taken=F("taken") + 1):
        raise CannotBuy(_("All places of “%(offer)s” are taken.") % {"offer": offer.name})


def _sell(order: Order, entry: Entry) -> None:
    offer = entry.offer
    line = Line.objects.create(
        order=order,
        offer=offer,
        price=entry.price,
        name=offer.name,
        kind=offer.kind,
        interval=offer.interval,
        access_days=offer.access_days,
        amount_minor=entry.amount_minor,
        discount_minor=entry.discount_minor,
        holds_place=True,
    )
    LineCourse.objects.bulk_create(
        LineCourse(
            line=line,
            course=content.course,
            release=content.course.live_release,
            title=content.course.title,
        )
        for content in entry.courses
    )


def new_number() -> str:
    """A number for people to read out, which tells nobody how many there are."""
    letters = [secrets.choice(LETTERS) for _one in range(10)]
    return f"{''.join(letters[:5])}-{''.join(letters[5:])}"


def step(order: Order, state: str, now: datetime) -> None:
    """Take the order to a state, with all that hangs on it. Inside a transaction that locked it.

    Raises ValueError for a step that `commerce.states` does not know.
    """
    if not states.may_follow(order.state, state):
        raise ValueError(f"{order.number}: {order.state} → {state}")
    was_closed = order.state in states.CLOSED_UNPAID
    closes = state in states.CLOSED_UNPAID
    order.state = state
    order.open_key = order.open_key if state == Order.State.OPEN else None
    order.closed_at = order.closed_at or now if state != Order.State.OPEN else None
    if closes and not was_closed:
        coupons.release(order)
        _give_places_back(order)
    elif was_closed and not closes:
        coupons.hold_again(order)
        _take_places_again(order)


def _give_places_back(order: Order) -> None:
    for line in order.lines.filter(holds_place=True).order_by("offer"):
        Line.objects.filter(pk=line.pk).update(holds_place=False)
        Offer.objects.filter(pk=line.offer_id, taken__gt=0).update(taken=F("taken") - 1)


def _take_places_again(order: Order) -> None:
    """Paid after all, so it was sold: if others took the last places meanwhile, there are more."""
    for line in order.lines.filter(holds_place=False).order_by("offer"):
        offer = Offer.objects.select_for_update().get(pk=line.offer_id)
        offer.taken += 1
        if offer.places is not None:
            offer.places = max(offer.places, offer.taken)
        offer.save(update_fields=["taken", "places"])
        Line.objects.filter(pk=line.pk).update(holds_place=True)


def close(order: Order, state: str) -> bool:
    """Close an unpaid order; one transaction. False when it was not open any more."""
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        if locked.state not in {Order.State.OPEN, Order.State.PENDING}:
            return False
        step(locked, state, clock.now())
        locked.version += 1
        locked.save(update_fields=["state", "open_key", "closed_at", "version"])
    return True


def announce_paid(order: Order) -> None:
    """Tell upper layers and the buyer; inside the transaction in which it was paid."""
    outbox.publish(PAID, {"order": order.pk})
