"""The mailbox: what a demo site would have sent."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.html import strip_tags
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from messaging.models import KeptEmail

PER_PAGE = 20
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def demo_only(view: View[P]) -> View[P]:
    """Everybody may read this mailbox, so it exists only where nothing real is sent."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not settings.DEMO_MAILBOX:
            raise Http404
        return view(request, *args, **kwargs)

    return never_cache(require_safe(wrapped))


@demo_only
def index(request: HttpRequest) -> HttpResponse:
    """Newest first; the list alone for HTMX, which asks again every few seconds."""
    mails = Paginator(KeptEmail.objects.order_by("-pk"), PER_PAGE).get_page(request.GET.get("page"))
    partial = getattr(request, "htmx", False)
    template = "messaging/_mails.html" if partial else "messaging/mailbox.html"
    response = render(request, template, {"mails": mails})
    response.headers["Vary"] = "HX-Request, Cookie"
    return response


@demo_only
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail as text with its links made clickable; its HTML is never run on this site."""
    kept = get_object_or_404(KeptEmail, pk=pk)
    body = kept.text or strip_tags(kept.html)
    return render(request, "messaging/mail.html", {"mail": kept, "body": body})
