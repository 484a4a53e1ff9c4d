"""Whole pages that are the same for everybody: rendered once, then kept for a short while.

A page offers its answer, and nothing is kept for which somebody looked at who asks. All that is
kept belongs to an *edition*; when something that public pages show has changed, the next edition
begins, and pages of an older one are not used any more. What nobody tells of (the moment a sale
ends) shows when the time of keeping is over.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import cache
from django.db import models, transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse

EDITION = "shared-pages-edition"
PROXY_SECONDS = 10
"""For how long a proxy in front may answer by itself: it hears of no edition."""

View = Callable[..., HttpResponse]
_shown: set[type[models.Model]] = set()


@dataclass(frozen=True)
class Kept:
    """An answer and the edition of which it is."""

    edition: str
    content: bytes
    headers: dict[str, str]

    def response(self) -> HttpResponse:
        return HttpResponse(self.content, headers=self.headers)


def offer(response: HttpResponse) -> HttpResponse:
    """Say that an answer is the same for everybody who asks for this address with this query."""
    response.is_shared = True  # type: ignore[attr-defined]
    return response


def shared(view: View) -> View:
    """Decorator of a view of public pages: what it offers is kept, and used instead of it."""

    @wraps(view)
    def keeping(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "GET" or not settings.SHARED_PAGES_SECONDS:
            return view(request, *args, **kwargs)
        key = _key(request)
        found = cache.get_many([EDITION, key])
        # Known before anything is read: what changes meanwhile belongs to the next edition.
        edition: str | None = found.get(EDITION)
        kept: Kept | None = found.get(key)
        if edition is not None and kept is not None and kept.edition == edition:
            return kept.response()
        response = view(request, *args, **kwargs)
        if edition is None:
            cache.add(EDITION, _new(), None)
        elif _is_for_everybody(request, response):
            headers = dict(response.headers)
            cache.set(key, Kept(edition, response.content, headers), settings.SHARED_PAGES_SECONDS)
        return response

    return keeping


def _key(request: HttpRequest) -> str:
    """What an answer depends on; fields that were left empty say nothing."""
    asked = sorted((name, one) for name, all in request.GET.lists() for one in all if one)
    parts = (
        request.scheme,
        request.get_host(),
        request.path,
        urlencode(asked),
        request.headers.get("HX-Target") if "HX-Request" in request.headers else None,
        # The names of scripts and styles: a page of the last deployment names the last ones.
        getattr(staticfiles_storage, "manifest_hash", ""),
    )
    return "shared-page:" + hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def _is_for_everybody(request: HttpRequest, response: HttpResponse) -> bool:
    if response.status_code != 200 or not getattr(response, "is_shared", False):
        return False
    if isinstance(response, SimpleTemplateResponse):
        response.render()
    asked_who = request.session.accessed or request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
    if asked_who or response.cookies:
        return False
    response["Cache-Control"] = f"public, max-age=0, s-maxage={PROXY_SECONDS}"
    return True


def renew() -> None:
    """The next edition begins when the transaction is committed."""
    if settings.SHARED_PAGES_SECONDS:
        transaction.on_commit(lambda: cache.set(EDITION, _new(), None), robust=True)


def renew_with(*shown: type[models.Model]) -> None:
    """Saving or deleting one of these renews; call from an app's `ready()`."""
    _shown.update(shown)


@receiver([post_save, post_delete])
def _changed(sender: type[models.Model], **kwargs: Any) -> None:
    if issubclass(sender, tuple(_shown)):
        renew()


def _new() -> str:
    return secrets.token_hex(8)
