"""P12: whatever changes between the page and the payment, the buyer gets what was shown, or the
money back; never nothing.

Seen to fail: with a fulfilment that reads the offer instead of the order's lines, and without the
refund in `handlers.after_payment`.
"""

from collections.abc import Callable

import pytest
from django.core import mail
from wagtail.models import Page

from commerce.models import Offer, Order
from commerce.services import fulfilment
from core import clock, outbox
from course_pages.models import Course, CoursePage
from learning.models import AccessGrant
from tests.factories import commerce as shop
from tests.factories.commerce import Account

pytestmark = pytest.mark.django_db


def page(course: Course) -> CoursePage:
    return CoursePage.objects.get(translation_key=course.lineage)


def dearer(offer: Offer, _course: Course) -> None:
    shop.price(offer, 9900)


def cheaper_elsewhere(offer: Offer, _course: Course) -> None:
    offer.prices.filter(currency="EUR").update(current=None, replaced_at=clock.now())
    shop.price(offer, 100, "USD")


def another_course(offer: Offer, _course: Course) -> None:
    offer.contents.update(course=shop.course())


def archived(offer: Offer, _course: Course) -> None:
    Offer.objects.filter(pk=offer.pk).update(archived_at=clock.now())


def over(offer: Offer, _course: Course) -> None:
    Offer.objects.filter(pk=offer.pk).update(on_sale_until=clock.now())


def full(offer: Offer, _course: Course) -> None:
    Offer.objects.filter(pk=offer.pk).update(places=1)


def renamed(offer: Offer, course: Course) -> None:
    Course.objects.filter(pk=course.pk).update(slug="elsewhere", title="Renamed")


def unpublished(offer: Offer, course: Course) -> None:
    page(course).unpublish()


def deleted(offer: Offer, course: Course) -> None:
    Page.objects.get(pk=page(course).pk).delete()


CHANGES: list[Callable[[Offer, Course], None]] = [
    *(dearer, cheaper_elsewhere, another_course, archived, over, full, renamed),
    *(unpublished, deleted),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_P12_the_buyer_gets_what_was_shown_and_paid(
    account: Account, change: Callable[[Offer, Course], None]
) -> None:
    course = shop.course()
    offer = shop.offer(course)
    order = shop.ordered(offer)
    change(offer, course)
    account.pay(order)
    paid = fulfilment.refresh(order)
    assert (paid.state, paid.total_minor, paid.attention) == ("paid", 2000, "")
    grant = AccessGrant.objects.active(clock.now()).get()
    assert grant.enrolment.course_id == course.pk


def test_P12_what_cannot_be_given_is_paid_back_and_told(account: Account) -> None:
    course = shop.course()
    order = shop.ordered(shop.offer(course))
    Course.objects.filter(pk=course.pk).update(live_release=None)
    account.pay(order)
    fulfilment.refresh(order)
    outbox.drain()
    order.refresh_from_db()
    assert order.state == Order.State.REFUNDED
    assert account.payments[order.payments.get().stripe_id].refunds[0].amount == 2000
    assert mail.outbox[0].to == [order.user.email]
    assert not AccessGrant.objects.active(clock.now()).exists()
