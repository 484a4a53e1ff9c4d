"""What every page links to at its foot."""

from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from core import slots
from home.models import SiteSettings

KEPT_AS = "site-footer"
KEEP_SECONDS = 60


def contents() -> dict[str, Any]:
    """Tagline and links as {title, url} of pages that are live; kept for a minute."""
    found: dict[str, Any] | None = cache.get(KEPT_AS)
    if found is None:
        settings = (
            SiteSettings.objects.select_related("imprint", "privacy", "contact")
            .filter(site__is_default_site=True)
            .first()
        )
        pages = [settings.imprint, settings.privacy, settings.contact] if settings else []
        found = {
            "tagline": settings.tagline if settings else "",
            "links": [
                {"title": page.title, "url": page.get_url()} for page in pages if page and page.live
            ],
        }
        cache.set(KEPT_AS, found, KEEP_SECONDS)
    return found


def forget(**about: Any) -> None:
    """The settings were saved."""
    transaction.on_commit(lambda: cache.delete(KEPT_AS), robust=True)


@slots.fill("site.footer")
def footer(context: Context, about: Any) -> SafeString:
    """The same for every visitor."""
    return SafeString(render_to_string("home/_footer.html", contents()))
