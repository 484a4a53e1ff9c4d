"""Where players report what was played. The signed token is the proof: no session, no cookie.

Such requests are the most frequent ones by far: `core.short_ways` answers them.
"""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from core import clock
from learning.services import watching
from learning.services.watching import AccessEnded, Busy
from learning.watching import samples, token
from learning.watching.samples import NotABeat
from learning.watching.token import BadToken

PATH = "/learn/-/beat/"


@csrf_exempt
def beat(request: HttpRequest) -> HttpResponseBase:
    """What a player sends every few seconds, and by `sendBeacon` when it is left."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        signed, taken = samples.read(_body(request))
        proof = token.read(signed, clock.now())
        result = watching.beat(token=proof, samples=taken)
    except NotABeat as error:
        return _answer({"error": str(error)}, 400)
    except BadToken:
        return _answer({"error": "token"}, 403)
    except AccessEnded:
        return _answer({"error": "access"}, 403)
    except Busy:
        return _answer({"error": "busy"}, 503)
    return _answer({key: value for key, value in asdict(result).items() if value is not None}, 200)


def _body(request: HttpRequest) -> bytes:
    """Not read at all when it says that it is too long."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()) or int(length) > samples.MOST_BYTES:
        raise NotABeat("too long")
    try:
        return request.body
    except OSError as error:
        raise NotABeat("cut off") from error


def _answer(data: dict[str, object], status: int) -> JsonResponse:
    return JsonResponse(data, status=status, headers={"Cache-Control": "no-store"})
