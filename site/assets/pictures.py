"""Where a picture's size is to be had: from this site, or from ImageKit (IMAGEKIT_IMAGES).

ImageKit fetches the original from this site and makes the same size of it: the part that Wagtail's
filter shows, focal point included, and the format. What is made here stays, so that the setting can
be taken back at any time.
"""

import hashlib
from typing import TYPE_CHECKING, Any

from django.conf import settings

from integrations.imagekit import account

if TYPE_CHECKING:
    from assets.models import Rendition


def provided_url(rendition: "Rendition") -> str:
    """The size as ImageKit makes it; "" where pictures come from here, and for drawings."""
    image = rendition.image
    if not settings.IMAGEKIT_IMAGES or image.is_svg():
        return ""
    provider = account.from_settings()
    if provider is None:
        return ""
    return provider.public_url(image.file.url, transformation=steps(rendition))


def known_by() -> str:
    """What HTML with pictures' addresses is kept by, beside its content; "" where they are ours."""
    if not settings.IMAGEKIT_IMAGES:
        return ""
    signed_with = f"{settings.IMAGEKIT_URL_ENDPOINT}\n{settings.IMAGEKIT_PRIVATE_KEY}"
    return hashlib.sha256(signed_with.encode()).hexdigest()[:16]


def steps(rendition: "Rendition") -> list[dict[str, Any]]:
    """Cut out, then made smaller and of the rendition's format; in whole dots of the original."""
    image = rendition.image
    shown = rendition.filter.get_transform(image).get_rect().round()
    suffix = str(rendition.file.name).rpartition(".")[2].lower()
    last = {
        "width": rendition.width,
        "height": rendition.height,
        "crop": "force",
        "format": "jpg" if suffix == "jpeg" else suffix,
    }
    if tuple(shown) == (0, 0, image.width, image.height):
        return [last]
    cut = {"crop_mode": "extract", "x": shown.left, "y": shown.top}
    return [cut | {"width": shown.width, "height": shown.height}, last]
