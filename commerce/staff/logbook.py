"""What staff did at the till: kinds of entries in Wagtail's log, and reading them."""

from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogFormatter
from wagtail.models import ModelLogEntry

KINDS = {
    "commerce.price": _("Price changed"),
    "commerce.archive": _("Offer archived"),
    "commerce.restore": _("Offer restored"),
    "commerce.disable": _("Coupon disabled"),
    "commerce.enable": _("Coupon enabled"),
    "commerce.batch": _("Coupons made"),
    "commerce.refund": _("Money given back"),
    "commerce.refund_whole": _("All money given back"),
    "commerce.accept": _("Payment accepted as it is"),
    "commerce.set_aside": _("Order left as it is"),
    "commerce.end_subscription": _("Subscription ended"),
    "commerce.refresh": _("Stripe asked again"),
    "commerce.replay": _("Event replayed"),
    "commerce.give": _("Access given"),
    "commerce.move_end": _("End of access moved"),
    "commerce.end": _("Access ended"),
    "commerce.give_many": _("Access given to a list"),
}


class Formatter(LogFormatter):
    """The kind of act, and what was said of it."""

    def format_message(self, log_entry: Any) -> str:
        data = log_entry.data or {}
        if log_entry.action == "commerce.price":
            return f"{self.label}: {data.get('before', '')} → {data.get('after', '')}"
        return f"{self.label}: {data['said']}" if data.get("said") else str(self.label)


def register(actions: Any) -> None:
    for action, label in KINDS.items():
        made = type("TillFormatter", (Formatter,), {"label": label})
        actions.register_action(action)(made)


def entries(*about: tuple[type[Model], Iterable[int]]) -> QuerySet[ModelLogEntry]:
    """What was done to these rows, the newest first, with who did it."""
    wanted = Q(pk=None)
    for model, keys in about:
        kind = ContentType.objects.get_for_model(model)
        wanted |= Q(content_type=kind, object_id__in=[str(key) for key in keys])
    return ModelLogEntry.objects.filter(wanted).select_related("user").order_by("-timestamp", "-pk")
