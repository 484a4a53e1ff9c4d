"""Who asks; their language and time zone."""

import zoneinfo
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from accounts.models import User

Handler = Callable[[HttpRequest], HttpResponseBase]
View = Callable[..., HttpResponseBase]
PERSONAL = (
    "/account/",
    "/admin/",
    "/cart/",
    "/checkout/",
    "/learn/",
    "/mailbox/",
    "/my/",
    "/orders/",
    "/styleguide/",
)


class Authentication(AuthenticationMiddleware):
    """Django's, but that a person comes with their session's row."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _person(request))  # type: ignore[assignment]


def _person(request: HttpRequest) -> User | AnonymousUser:
    """The session's person where all is in order; whatever is not, Django decides and mends."""
    session, person = request.session, request.session.person  # type: ignore[attr-defined]
    in_order = (
        person is not None
        and person.is_active
        and session.get(auth.SESSION_KEY) == str(person.pk)
        and session.get(auth.BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(
            session.get(auth.HASH_SESSION_KEY, ""), person.get_session_auth_hash()
        )
    )
    return person if in_order else auth.get_user(request)


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

    personal = speaks_to_reader(get_response)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        answer = personal if request.path.startswith(PERSONAL) else get_response
        return answer(request)

    return middleware


def speaks_to_reader(view: View) -> View:
    """Decorator of a personal page among public ones: in the reader's language and time zone."""

    @wraps(view)
    def spoken(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return view(request, *args, **kwargs)
        language = request.user.language or settings.LANGUAGE_CODE
        with translation.override(language), timezone.override(zone(request.user.time_zone)):
            response = view(request, *args, **kwargs)
        response.headers.setdefault("Content-Language", language)
        return response

    return spoken
