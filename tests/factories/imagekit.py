"""ImageKit's stand-in for tests, and a client whose SDK refuses answers of the wrong shape."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from config.content_policy import content_policy
from integrations.imagekit.client import Client
from integrations.imagekit.standin import StandIn


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn().running() as running:
        yield running


@pytest.fixture
def client_of(standin: StandIn) -> Client:
    return Client(standin.keys, timeout=httpx.Timeout(0.5), strict=True)


def settings_for(standin: StandIn) -> dict[str, Any]:
    """What the environment of a site with this account would make of its settings."""
    keys = standin.keys
    return {
        "IMAGEKIT_PUBLIC_KEY": keys.public_key,
        "IMAGEKIT_PRIVATE_KEY": keys.private_key,
        "IMAGEKIT_URL_ENDPOINT": keys.url_endpoint,
        "IMAGEKIT_WEBHOOK_SECRET": keys.webhook_secret,
        "IMAGEKIT_API_BASE": keys.api_base,
        "CONTENT_SECURITY_POLICY": content_policy(
            imagekit=keys.url_endpoint, uploads=keys.api_base
        ),
    }
