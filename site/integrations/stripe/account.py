"""The account at Stripe that the settings name."""

from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from integrations.stripe.shapes import Keys

if TYPE_CHECKING:
    from integrations.stripe.client import Client


@lru_cache(maxsize=4)
def _client(keys: Keys) -> "Client":
    # The SDK takes its time to import: only sites that use it pay for it.
    from integrations.stripe.client import Client

    return Client(keys)


def from_settings() -> "Client | None":
    """The client; None where the settings name no account, and nothing can be sold."""
    if not settings.STRIPE_SECRET_KEY:
        return None
    return _client(
        Keys(
            secret_key=settings.STRIPE_SECRET_KEY,
            publishable_key=settings.STRIPE_PUBLISHABLE_KEY,
            webhook_secrets=_words(settings.STRIPE_WEBHOOK_SECRET),
            api_base=settings.STRIPE_API_BASE,
        )
    )


def _words(text: str) -> tuple[str, ...]:
    """More than one while the secret is being changed."""
    return tuple(one.strip() for one in text.split(",") if one.strip())
