"""The account at ImageKit that the settings name."""

from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from integrations.imagekit.shapes import Keys

if TYPE_CHECKING:
    from integrations.imagekit.client import Client


@lru_cache(maxsize=4)
def _client(keys: Keys) -> "Client":
    # The SDK takes most of a second to import: only sites that use it pay for it.
    from integrations.imagekit.client import Client

    return Client(keys)


def from_settings() -> "Client | None":
    """The client; None where the settings name no account."""
    if not settings.IMAGEKIT_PRIVATE_KEY:
        return None
    return _client(
        Keys(
            public_key=settings.IMAGEKIT_PUBLIC_KEY,
            private_key=settings.IMAGEKIT_PRIVATE_KEY,
            url_endpoint=settings.IMAGEKIT_URL_ENDPOINT,
            webhook_secret=settings.IMAGEKIT_WEBHOOK_SECRET,
            api_base=settings.IMAGEKIT_API_BASE,
        )
    )
