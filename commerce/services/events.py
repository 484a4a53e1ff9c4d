"""What Stripe tells us: kept first, worked on later, harmless to repeat in any order.

An event is only a hint that something changed. What counts is asked of Stripe, so neither the order
of arrival nor a lost or doubled event makes a difference.
"""

import logging
import traceback
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q, QuerySet

from commerce import stripe_account
from commerce.models import Order, Payment, StripeEvent, Subscription
from commerce.services import fulfilment
from commerce.stripe_account import is_ours
from core import clock, outbox
from core.retrying import retried
from integrations.stripe.client import Event

RECEIVED = "commerce.stripe_event"
"""News: {"event": pk}."""
AFTER_PAYMENT = (
    *("charge.refunded", "refund.created", "refund.updated", "refund.failed"),
    *("charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed"),
    *("charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated"),
    *("invoice.paid", "invoice.payment_failed"),
    *("customer.subscription.updated", "customer.subscription.deleted"),
)
"""What becomes of an order once it is paid; Stripe lists twenty types at the most."""
AT_ONCE = 100
MOST = 500
KEEP_FOR = timedelta(days=400)

logger = logging.getLogger(__name__)


@retried
def receive(event: Event) -> bool:
    """Keep a verified event by one statement; `take_up` finds it. False if it came before."""
    row = StripeEvent(
        event_id=event.id,
        type=event.type,
        api_version=event.api_version or "",
        created_at=event.created,
        received_at=clock.now(),
        body=event.data,
    )
    # Within somebody else's transaction, a savepoint: that one goes on after a refusal.
    own = transaction.atomic() if connection.in_atomic_block else nullcontext()
    try:
        with own:
            row.save(force_insert=True)
    except IntegrityError:
        if not StripeEvent.objects.filter(event_id=event.id).exists():
            raise
        return False
    return True


def take_up() -> None:
    """Have new events worked on. One that is taken up twice is worked on once."""
    new = StripeEvent.objects.filter(state=StripeEvent.State.NEW).order_by("pk")
    if not new.exists():
        return
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        keys = list(new.select_for_update(skip_locked=skip).values_list("pk", flat=True)[:MOST])
        outbox.publish_many(RECEIVED, ({"event": pk} for pk in keys))
        StripeEvent.objects.filter(pk__in=keys).update(state=StripeEvent.State.TAKEN)


def fetch_missed(since: datetime) -> Iterator[Event]:
    """Keep what happened at Stripe after payments and was never delivered; gives what was new."""
    found = stripe_account.client().list_events(since, AFTER_PAYMENT)
    while chunk := list(islice(found, AT_ONCE)):
        rows = StripeEvent.objects.filter(event_id__in=[event.id for event in chunk])
        known = set(rows.values_list("event_id", flat=True))
        yield from (event for event in chunk if event.id not in known and receive(event))


def process(pk: int) -> None:
    """Work on one event. What fails is kept on the row and raised, so that it is tried again."""
    event = StripeEvent.objects.get(pk=pk)
    if event.state in {StripeEvent.State.DONE, StripeEvent.State.IGNORED}:
        return
    StripeEvent.objects.filter(pk=pk).update(tries=F("tries") + 1)
    try:
        order = _order_of(event.body)
        if order is not None:
            fulfilment.refresh(order, news=_payments_of(event.body))
    except Exception as error:
        said = "".join(traceback.format_exception_only(error))[:2000]
        StripeEvent.objects.filter(pk=pk).update(state=StripeEvent.State.FAILED, last_error=said)
        raise
    done = StripeEvent.State.IGNORED if order is None else StripeEvent.State.DONE
    StripeEvent.objects.filter(pk=pk).update(
        state=done, order=order, done_at=clock.now(), last_error=""
    )


def replay(event: StripeEvent) -> None:
    """Work on an event once more: by hand, after what was wrong has been mended."""
    StripeEvent.objects.filter(pk=event.pk).update(state=StripeEvent.State.NEW)


def _order_of(body: dict[str, Any]) -> Order | None:
    """The order that an event's object is about; None for what is not ours.

    An object of ours without a row raises Order.DoesNotExist: it may have been paid for.
    """
    thing = body.get("object")
    if not isinstance(thing, dict):
        return None
    return (
        _by_metadata(thing)
        or _by_session(thing)
        or _by_payment(thing)
        or _by_subscription(thing)
        or _by_asking(thing)
    )


def _by_metadata(thing: dict[str, Any]) -> Order | None:
    metadata = thing.get("metadata")
    if not isinstance(metadata, dict) or not is_ours(metadata):
        return None
    return Order.objects.get(number=str(metadata.get("order", "")))


def _by_session(thing: dict[str, Any]) -> Order | None:
    if thing.get("object") != "checkout.session":
        return None
    return Order.objects.filter(session_id=_id(thing.get("id"))).first()


def _by_payment(thing: dict[str, Any]) -> Order | None:
    payment = _payments(thing).select_related("order").first()
    return payment.order if payment else None


def _payments(thing: dict[str, Any]) -> QuerySet[Payment]:
    """Those that an object names, by their own numbers or by those of their charges."""
    intent = _id(thing.get("payment_intent"))
    charge = _id(thing.get("id" if thing.get("object") == "charge" else "charge"))
    if not intent and not charge:
        return Payment.objects.none()
    return Payment.objects.filter(
        (Q(stripe_id=intent) & ~Q(stripe_id="")) | (Q(charge_id=charge) & ~Q(charge_id=""))
    )


def _payments_of(body: dict[str, Any]) -> set[str]:
    """The numbers of payments of ours that an event tells something about."""
    thing = body.get("object")
    found = _payments(thing) if isinstance(thing, dict) else Payment.objects.none()
    return set(found.values_list("stripe_id", flat=True))


def _by_subscription(thing: dict[str, Any]) -> Order | None:
    number = _subscription_of(thing)
    rows = Subscription.objects.select_related("order")
    row = rows.filter(stripe_id=number).first() if number else None
    return row.order if row else None


def _subscription_of(thing: dict[str, Any]) -> str:
    """The subscription that an object belongs to, in bodies of old and new API versions."""
    if thing.get("object") == "subscription":
        return _id(thing.get("id"))
    parent = thing.get("parent")
    details = parent.get("subscription_details") if isinstance(parent, dict) else None
    nested = details.get("subscription") if isinstance(details, dict) else None
    return _id(nested) or _id(thing.get("subscription"))


def _by_asking(thing: dict[str, Any]) -> Order | None:
    """Of a refund, dispute or charge that came before its payment did, Stripe tells whose it is."""
    if thing.get("object") not in {"refund", "dispute", "charge"}:
        return None
    intent = _id(thing.get("payment_intent"))
    metadata = fulfilment.metadata_of_payment(intent) if intent else None
    return _by_metadata({"metadata": metadata}) if metadata else None


def _id(found: Any) -> str:
    """An id, also of an object that came in whole; "" for what is none."""
    if isinstance(found, dict):
        found = found.get("id")
    return found if isinstance(found, str) and len(found) <= 255 else ""
