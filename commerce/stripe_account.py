"""The account at Stripe, and which of its objects are ours: two sites may share one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings

from integrations.errors import PermanentFailure, TemporaryFailure
from integrations.stripe import account

if TYPE_CHECKING:
    from integrations.stripe.client import Client


class NotSetUp(PermanentFailure):
    """The settings name no account at Stripe."""


UNREACHABLE = (TemporaryFailure, PermanentFailure)
"""What pages that ask Stripe have to expect."""


def client() -> "Client":
    """The account's client; raises NotSetUp."""
    found = account.from_settings()
    if found is None:
        raise NotSetUp
    return found


def site() -> str:
    """What our objects at Stripe are marked with: the site's host."""
    return urlsplit(settings.BASE_URL).netloc


def mark(order_number: str) -> dict[str, str]:
    """The metadata of an order's session, payment and subscription."""
    return {"site": site(), "order": order_number}


def is_ours(metadata: Mapping[str, object]) -> bool:
    return metadata.get("site") == site()


def is_set_up() -> bool:
    """Whether anything can be sold."""
    return bool(settings.STRIPE_SECRET_KEY)
