"""The reader's language and time zone."""

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

Handler = Callable[[HttpRequest], HttpResponseBase]
PERSONAL = ("/account/", "/admin/", "/learn/", "/my/", "/mailbox/", "/styleguide/")


def zone(name: str) -> zoneinfo.ZoneInfo:
    """The time zone of this name; UTC where the system's tables no longer know it."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        return zoneinfo.ZoneInfo("UTC")


def reader_locale(get_response: Handler) -> Handler:
    """Personal pages speak the signed-in reader's language and clock.

    Public pages are the same for everyone, so that they can be cached: they use the site's own.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(PERSONAL) or not request.user.is_authenticated:
            return get_response(request)
        language = request.user.language or settings.LANGUAGE_CODE
        with translation.override(language), timezone.override(zone(request.user.time_zone)):
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware
