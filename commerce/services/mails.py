"""What is written to buyers: after a purchase, about a renewal that failed, about money back."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _lazy

from accounts.middleware import zone
from commerce.models import CreditNote, Order
from course_pages.models import Course

RECEIPT = _lazy("Your order %(number)s")
RENEWAL_FAILED = _lazy("Your payment failed: order %(number)s")
REFUNDED = _lazy("Your money back: order %(number)s")
ENDED_UNPAID = _lazy("Your access has ended: order %(number)s")


def receipt(order: Order, *, goes_on: str = "") -> None:
    """Tell the buyer what was bought, in their language, with the way to it; and which order's
    subscription `goes_on` though it is bought for good now.

    Not where the money has gone back meanwhile: nothing is open to them then.
    """
    if order.state == Order.State.REFUNDED:
        return
    lines = list(order.lines.prefetch_related("courses__course"))
    _send(order, "receipt", RECEIPT, lines=lines, goes_on=goes_on)


def renewal_failed(order: Order, *, until: datetime | None, url: str) -> None:
    """What happened, how long access stays, and where to pay or to mend the card."""
    _send(order, "renewal_failed", RENEWAL_FAILED, until=until, url=url)


def ended_unpaid(order: Order, *, goes_on: bool, still_open: Iterable[Course]) -> None:
    """That a subscription stayed unpaid for too long; `goes_on` while it can still be paid."""
    _send(order, "ended_unpaid", ENDED_UNPAID, goes_on=goes_on, still_open=list(still_open))


def refunded(note: CreditNote) -> None:
    """That money went back, with the credit note for it."""
    order = Order.objects.select_related("user").get(payments=note.invoice.payment_id)
    _send(order, "refunded", REFUNDED, note=note, money=note.refund.money, told=note.refund.told)


def _send(order: Order, template: str, subject: Any, **about: Any) -> None:
    user = order.user
    if not user.is_active:
        return
    language = user.language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(zone(user.time_zone)):
        context = {
            "order": order,
            "user": user,
            "names": ", ".join(order.lines.values_list("name", flat=True)),
            "base_url": settings.BASE_URL,
            "site": settings.WAGTAIL_SITE_NAME,
        }
        body = render_to_string(f"commerce/email/{template}.txt", context | about)
        send_mail(subject % {"number": order.number}, body, None, [user.email])
