"""The mail after a purchase."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from commerce.models import Order


def send(order: Order) -> None:
    """Tell the buyer what was bought, in their language, with the way to it.

    Not where the money has gone back meanwhile: nothing is open to them then.
    """
    user = order.user
    if not user.is_active or order.state == Order.State.REFUNDED:
        return
    with translation.override(user.language or settings.LANGUAGE_CODE):
        context = {
            "order": order,
            "user": user,
            "lines": list(order.lines.prefetch_related("courses__course")),
            "base_url": settings.BASE_URL,
            "site": settings.WAGTAIL_SITE_NAME,
        }
        subject = _("Your order %(number)s") % {"number": order.number}
        body = render_to_string("commerce/email/receipt.txt", context)
    send_mail(subject, body, None, [user.email])
