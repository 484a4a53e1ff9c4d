"""Where Stripe knocks."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from commerce import stripe_account
from commerce.services import events
from integrations.stripe.shapes import Forged

PATH = "/webhooks/stripe/"
MOST_BYTES = 512 * 1024


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """An event of Stripe: 200 once it is kept, also when it came before or is not ours.

    400 for what Stripe did not sign, or not now, or in the other mode; 413, unread, for what is
    too long. Everything else is done later. `core.short_ways` answers it.
    """
    if not stripe_account.is_set_up():
        return HttpResponse(status=HTTPStatus.NOT_FOUND)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()) or int(length) > MOST_BYTES:
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        event = stripe_account.client().event(
            request.body, request.headers.get("Stripe-Signature", "")
        )
    except (Forged, OSError):
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    events.receive(event)
    return HttpResponse(status=HTTPStatus.OK)
