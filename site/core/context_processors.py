"""What every template knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(_request: HttpRequest | None = None) -> dict[str, Any]:
    """Names and addresses of the site; no queries, nothing about the visitor."""
    return {
        "site_name": settings.WAGTAIL_SITE_NAME,
        "base_url": settings.BASE_URL,
        "demo_mailbox": settings.DEMO_MAILBOX,
    }
