"""What pages may load, run and frame, and from where."""

from collections.abc import Iterable
from typing import Any

from csp.constants import NONCE, NONE, SELF

IMAGEKIT_UPLOADS = "https://upload.imagekit.io"
STRIPE_PAGES = ["https://checkout.stripe.com", "https://billing.stripe.com"]


def payment_pages(secret_key: str, api_base: str) -> list[str]:
    """Where buyers pay: nowhere without keys, at the stand-in if there is one."""
    if not secret_key:
        return []
    return [api_base] if api_base else STRIPE_PAGES


def content_policy(
    *, imagekit: str = "", uploads: str = "", payment_pages: Iterable[str] = ()
) -> dict[str, Any]:
    """django-csp's setting. `imagekit`: the endpoint of an account, if there is one.

    Players read films and pictures below it, the upload screen sends films to `uploads`. With its
    path: behind the same host lie the accounts of strangers. The answer to a form may lead to
    `payment_pages`, too.
    """
    policy: dict[str, list[Any]] = {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        # An adaptive film is put together by a worker, and played from what it made.
        "media-src": [SELF, "blob:"],
        "worker-src": [SELF, "blob:"],
        "font-src": [SELF, "data:"],
        "connect-src": [SELF],
        "frame-src": [SELF, "https://www.youtube-nocookie.com", "https://player.vimeo.com"],
        "frame-ancestors": [SELF],
        "form-action": [SELF, *payment_pages],
        "base-uri": [SELF],
        "object-src": [NONE],
    }
    if imagekit:
        for what in ("img-src", "media-src", "connect-src"):
            policy[what].append(f"{imagekit.rstrip('/')}/")
        policy["connect-src"].append(uploads)
    return {"EXCLUDE_URL_PREFIXES": (), "DIRECTIVES": policy}
