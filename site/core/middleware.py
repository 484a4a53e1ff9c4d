"""What every request and response gets."""

import json
import logging
import re
import secrets
from collections.abc import Callable

from django.contrib import messages
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponseBase
from django.http.response import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.encoding import escape_uri_path
from django.utils.log import log_response

from core import logs, searching, short_ways

Handler = Callable[[HttpRequest], HttpResponseBase]
PLAUSIBLE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=()"
ADMIN_PREFIX = "/admin/"
# The key in a link for resetting a password is as good as the password, a ticket as the film.
SECRET_PATH = re.compile(r"(/password/reset/key/|^/play/)[^/]+/")
WAGTAILS_SCRIPT = re.compile(
    rb"<script>\s*(?:"
    rb"(?:init(?:Date|Time|DateTime)Chooser|new (?:Document|Image|Page|Snippet)?Chooser)"
    rb'\("[^"<>]*", (?P<json>\{[^<>]*?\})\);'
    rb"|\(function\(\) \{\s*"
    rb'var panel = new (?:Inline|MultipleChooser)Panel\(JSON\.parse\("[^"<>]*"\)\);'
    rb"\s*\}\)\(\);"
    rb")\s*</script>"
)
logger = logging.getLogger("lectern.request")


def request_id(get_response: Handler) -> Handler:
    """Give the request an id (a proxy's X-Request-ID if plausible), log it, return it.

    One line a request, and for each refusal and each failure one more, all with the id. Machines
    that post every few seconds get a line only where something is wrong.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        current = given if PLAUSIBLE_ID.fullmatch(given) else secrets.token_urlsafe(12)
        token = logs.request_id.set(current)
        try:
            response = get_response(request)
            response["X-Request-ID"] = current
            status = response.status_code
            path = SECRET_PATH.sub(r"\1…/", escape_uri_path(request.path))
            if status >= 400 or short_ways.way(request) is None:
                logger.info("%s %s %s", request.method, path, status)
            if status >= 400:
                # Django would do so after us, when the id is forgotten; it logs a response once.
                reason = response.reason_phrase
                log_response("%s: %s", reason, path, response=response, request=request)  # type: ignore[arg-type]
            return response
        finally:
            logs.request_id.reset(token)

    return middleware


def security_headers(get_response: Handler) -> Handler:
    """Headers that Django does not know, and no shared copy of what is personal."""

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
        response._csp_update = {  # type: ignore[attr-defined]
            "style-src": ["'unsafe-inline'"],
            "img-src": ["blob:"],
            "media-src": ["blob:"],
        }
        html = response.get("Content-Type", "").startswith("text/html")
        if html and isinstance(response, HttpResponse):
            nonce = str(request.csp_nonce)  # type: ignore[attr-defined]
            response.content = sign_wagtails_scripts(response.content, nonce)
            if response.has_header("Content-Length"):
                response["Content-Length"] = str(len(response.content))
        return response

    return middleware


def sign_wagtails_scripts(html: bytes, nonce: str) -> bytes:
    """Put the nonce on the inline scripts that Wagtail writes, known word for word.

    They hold data only where ours have a hole, so a script that an author smuggled in never fits.
    """

    def sign(match: re.Match[bytes]) -> bytes:
        data = match["json"]
        if data is not None and not _is_json(data):
            return match[0]
        return b'<script nonce="' + nonce.encode() + match[0].replace(b"<script", b'"', 1)

    return WAGTAILS_SCRIPT.sub(sign, html)


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


def modest_queries(get_response: Handler) -> Handler:
    """No address is endless, and Wagtail's many searches and filters get what they can bear."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        searching.check_length(request)
        if request.path.startswith(ADMIN_PREFIX) and request.GET:
            request.GET = searching.bounded(request.GET)  # type: ignore[assignment]
        return get_response(request)

    return middleware


class kept:
    """In the admin, deleting what must stay answers with the reason instead of an error page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, ProtectedError) or not request.path.startswith(ADMIN_PREFIX):
            return None
        messages.error(request, str(error.args[0]))
        return HttpResponseRedirect(reverse("wagtailadmin_home"))
