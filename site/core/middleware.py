"""What every request and response gets."""

import logging
import re
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.http.response import HttpResponse

from core import logs

Handler = Callable[[HttpRequest], HttpResponseBase]
PLAUSIBLE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=()"
ADMIN_PREFIX = "/admin/"
logger = logging.getLogger("lectern.request")


def request_id(get_response: Handler) -> Handler:
    """Give the request an id (a proxy's X-Request-ID if plausible), log it, return it."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        current = given if PLAUSIBLE_ID.fullmatch(given) else secrets.token_urlsafe(12)
        token = logs.request_id.set(current)
        try:
            response = get_response(request)
            response["X-Request-ID"] = current
            logger.log(
                logging.WARNING if response.status_code in (400, 403) or response.status_code >= 500 else logging.INFO,
                "%s %s %s",
                request.method,
                request.path,
                response.status_code,
            )
            return response
        finally:
            logs.request_id.reset(token)

    return middleware


def security_headers(get_response: Handler) -> Handler:
    """Headers that Django's SecurityMiddleware does not know, and no shared copy of what is personal."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        if "Cookie" in response.get("Vary", "") and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response

    return middleware


def admin_csp(get_response: Handler) -> Handler:
    """Wagtail's admin: a nonce on its few inline scripts, and its inline styles allowed."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not request.path.startswith(ADMIN_PREFIX) and not getattr(request, "is_preview", False):
            return response
        response._csp_update = {"style-src": ["'unsafe-inline'"], "img-src": ["blob:"]}  # type: ignore[attr-defined]
        if isinstance(response, HttpResponse) and response.get("Content-Type", "").startswith("text/html"):
            nonce = str(request.csp_nonce)  # type: ignore[attr-defined]
            response.content = re.sub(
                rb"<script(?![^>]*\b(?:src|nonce)=)([^>]*)>",
                lambda match: b'<script nonce="' + nonce.encode() + b'"' + match.group(1) + b">",
                response.content,
            )
            if response.has_header("Content-Length"):
                response["Content-Length"] = str(len(response.content))
        return response

    return middleware
