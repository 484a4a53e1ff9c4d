"""The address at which media is played, and the one at which its provider reports."""

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from assets import imagekit, signing
from assets.serving import media_response
from core import clock
from integrations.imagekit.shapes import Forged


@require_safe
def play(request: HttpRequest, ticket: str, name: str) -> HttpResponseBase:
    """A film, a part of it or its captions; 403 tells a player to ask the door for a new ticket."""
    now = clock.now()
    try:
        folder, path, expires_at = signing.opened(ticket, name, now=now)
    except signing.Refused:
        return HttpResponse(
            status=403, content_type="text/plain", headers={"Cache-Control": "no-store"}
        )
    return media_response(request, folder=folder, path=path, now=now, expires_at=expires_at)


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """A message of ImageKit: 200 once it is verified, also for one that came before or says nothing
    to us; 400 for what is forged or old."""
    provider = imagekit.provider()
    if provider is None:
        raise Http404
    try:
        event = provider.event(request.body, dict(request.headers))
    except (Forged, RequestDataTooBig):
        return HttpResponse(status=400)
    imagekit.take(event)
    return HttpResponse(status=200)
