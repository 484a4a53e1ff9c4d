"""Addresses to which machines post: answered before all middleware that is about pages and people.

The proof comes with the request, so there is no session, no cookie and no CSRF token.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

View = Callable[[HttpRequest], HttpResponseBase]

# An answer for a machine: nothing of it is ever shown as a page.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
_ways: dict[str, View] = {}


def open_way(path: str, view: View) -> None:
    """Have POSTs to a path answered by a view at once; call from an app's `ready()`."""
    _ways[path] = view


def way(request: HttpRequest) -> View | None:
    """The view of a request that takes a short way; None for all others."""
    return _ways.get(request.path_info) if request.method == "POST" else None


def short_ways(get_response: View) -> View:
    """Middleware; what is none of these goes the way of all pages."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        view = way(request)
        if view is None:
            return get_response(request)
        response = view(request)
        for name, value in HEADERS.items():
            response[name] = value
        return response

    return middleware
