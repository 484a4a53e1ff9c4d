"""From a cart to Stripe's page: one open session for a buyer, however often they click."""

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from commerce import stripe_account
from commerce.models import Customer, Line, Order
from commerce.services import fulfilment, orders
from commerce.services.carts import Cart
from commerce.services.orders import AnotherOpen, CannotBuy
from core import clock
from integrations.errors import NotThere, PermanentFailure, TemporaryFailure, TooLittle
from integrations.stripe import shapes

OPEN_FOR = timedelta(hours=2)
REUSED_UNTIL = timedelta(minutes=5)
"""A session that ends sooner is replaced by a new one."""
SHORTEST = timedelta(minutes=40)
"""Stripe takes no less than half an hour."""
TRIES = 4


class AlreadyPaid(Exception):
    """The buyer's other order turned out to be paid, or to be on its way."""

    def __init__(self, order: Order) -> None:
        super().__init__(order.number)
        self.order = order


def start(*, user: User, cart: Cart) -> Order:
    """The buyer's order for this cart, ready to be paid at `session_url`, or paid if it is free.

    Asks Stripe, so never inside a transaction. Raises CannotBuy, CouponRefused, AlreadyPaid, and
    TemporaryFailure, after which the same call goes on where it stopped: nothing is made twice.
    """
    for _try in range(TRIES):
        try:
            order = orders.open_order(user=user, cart=cart)
        except AnotherOpen as other:
            _clear_away(other.order)
            continue
        if order.needs_no_payment:
            return fulfilment.settle_free(order)
        try:
            order = _with_session(order, user)
        except TooLittle:
            orders.close(order, Order.State.CANCELLED)
            raise CannotBuy(
                _("%(total)s is less than can be paid here. Take something else, too.")
                % {"total": order.total}
            ) from None
        if order.is_open and order.session_url:
            return order
    raise TemporaryFailure("orders of this buyer change too often")


def cancel(order: Order) -> None:
    """Close an open order at Stripe and here; raises AlreadyPaid where it is too late."""
    _clear_away(order)


def _clear_away(order: Order) -> None:
    if order.session_id:
        try:
            stripe_account.client().expire_session(order.session_id)
        except PermanentFailure:
            # Paid, or over: it tells which.
            order = fulfilment.refresh(order)
            if order.state in {Order.State.PENDING, Order.State.PAID, Order.State.HELD}:
                raise AlreadyPaid(order) from None
    orders.close(order, Order.State.CANCELLED)


def _with_session(order: Order, user: User) -> Order:
    """The order with a session that can still be paid."""
    if order.session_id and order.session_expires_at:
        if order.session_expires_at - clock.now() > REUSED_UNTIL:
            return _checked(order)
        _end_session(order)
        order.refresh_from_db()
        if not order.is_open:
            raise AlreadyPaid(order)
    while _expires_at(order) - clock.now() < SHORTEST:
        order.session_try += 1
    Order.objects.filter(pk=order.pk, session_id=None).update(session_try=order.session_try)
    number = customer(user)
    try:
        session = _session(order, number)
    except NotThere:
        # Deleted there, or of an account or a mode that the site had before.
        number = customer(user, instead_of=number)
        order.session_try += 1
        Order.objects.filter(pk=order.pk, session_id=None).update(session_try=order.session_try)
        session = _session(order, number)
    # Whoever comes second has got the same session, by the key.
    Order.objects.filter(pk=order.pk, session_id=None, state=Order.State.OPEN).update(
        session_id=session.id,
        session_url=session.url,
        session_expires_at=session.expires_at,
        version=F("version") + 1,
    )
    order.refresh_from_db()
    return order


def _checked(order: Order) -> Order:
    """An order whose session is old: it may have been paid in another tab a moment ago."""
    order = fulfilment.refresh(order)
    if order.state in {Order.State.PENDING, Order.State.PAID, Order.State.HELD}:
        raise AlreadyPaid(order)
    return order


def _end_session(order: Order) -> None:
    """Have the session end and forget it, so that the next one gets a key of its own."""
    try:
        stripe_account.client().expire_session(order.session_id)
    except PermanentFailure:
        order = fulfilment.refresh(order)
        if order.state != Order.State.OPEN:
            return
    Order.objects.filter(pk=order.pk, state=Order.State.OPEN, session_id=order.session_id).update(
        session_id=None,
        session_url="",
        session_expires_at=None,
        session_try=F("session_try") + 1,
        version=F("version") + 1,
    )


def _session(order: Order, customer: str) -> shapes.Session:
    """A session for the order; the same one for everybody who asks with this try's number."""
    client = stripe_account.client()
    base = settings.BASE_URL
    done = base + reverse("commerce:done") + "?session={CHECKOUT_SESSION_ID}"
    return client.create_session(
        [_line(order, line) for line in order.lines.all() if line.amount_minor],
        customer=customer,
        client_reference_id=order.number,
        metadata=stripe_account.mark(order.number),
        success_url=done,
        cancel_url=base + reverse("commerce:cancelled"),
        key=f"order-{order.number}-{order.session_try}",
        # From the order's own time, so that a second try sends the very same words.
        expires_at=_expires_at(order),
        discount=order.discount_minor or None,
        allow_promotion_codes=settings.STRIPE_PROMOTION_CODES,
        automatic_tax=settings.STRIPE_AUTOMATIC_TAX,
    )


def _expires_at(order: Order) -> datetime:
    """Two hours from the order's first moment, and two more with each new session."""
    return order.created_at.replace(microsecond=0) + OPEN_FOR * order.session_try


def _line(order: Order, line: Line) -> shapes.Line:
    return shapes.Line(
        name=line.name,
        amount_minor=line.amount_minor,
        currency=order.currency,
        interval=line.interval or None,  # type: ignore[arg-type]
    )


def customer(user: User, *, instead_of: str = "") -> str:
    """The buyer's number at Stripe, asked for once; a new one `instead_of` one that is gone."""
    if instead_of:
        Customer.objects.filter(user=user, stripe_id=instead_of).delete()
    found = Customer.objects.filter(user=user).values_list("stripe_id", flat=True).first()
    if found:
        return found
    number = stripe_account.client().create_customer(
        email=user.email,
        name=user.display_name,
        user_ref=f"{stripe_account.site()}:{user.pk}",
        # With another name or address it is another request, which the same key would forbid.
        key=f"customer-{user.pk}-"
        + _short(stripe_account.site(), user.email, user.display_name, instead_of),
    )
    Customer.objects.get_or_create(user=user, defaults={"stripe_id": number})
    return number


def _short(*said: str) -> str:
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]
