"""Orders that a person has to look at: bought twice, or not to be delivered any more."""

import logging

from commerce.models import LineCourse, Offer, Order
from commerce.rules import Owned
from learning.models import AccessGrant

logger = logging.getLogger(__name__)


def flag(order: Order) -> None:
    """Mark an order that was just paid, before its own grants are given; the caller saves it."""
    bought = LineCourse.objects.filter(line__order=order)
    if bought.filter(course__live_release=None).exists():
        _mark(order, Order.Attention.UNDELIVERABLE, "A course has no released content.")
        return
    courses = set(bought.values_list("course", flat=True))
    others = AccessGrant.objects.filter(
        enrolment__user=order.user_id, enrolment__course__in=courses,
        source=AccessGrant.Source.ORDER, revoked_at=None, ends_at=None,
    )  # fmt: skip
    owned = Owned(
        frozenset(others.values_list("enrolment__course", flat=True)),
        frozenset(_subscribed(order, courses)),
    )
    if not order.needs_no_payment and all(
        owned.has_all(
            {content.course_id for content in line.courses.all()}, line.interval, line.access_days
        )
        for line in order.lines.prefetch_related("courses")
    ):
        _mark(order, Order.Attention.DUPLICATE, "Every course of it was the buyer’s before.")


def _subscribed(order: Order, courses: set[int]) -> set[int]:
    """Of these courses, those that the buyer pays for by another subscription that runs."""
    others = LineCourse.objects.filter(
        line__order__user=order.user_id, line__order__subscription__ended_at=None,
        line__order__subscription__isnull=False, line__order__state=Order.State.PAID,
        line__kind=Offer.Kind.SUBSCRIPTION, course__in=courses,
    ).exclude(line__order=order)  # fmt: skip
    return set(others.values_list("course", flat=True))


def _mark(order: Order, attention: str, note: str) -> None:
    if not order.attention:
        order.attention, order.attention_note = attention, note
        logger.error("Order %s needs a person: %s", order.number, note)
