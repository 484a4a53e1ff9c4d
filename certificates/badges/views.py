"""What programs read: keys, issuer, achievements, credentials and what became of them."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from certificates import checking
from certificates.badges import documents, keys
from certificates.checking import Found
from certificates.models import Certificate
from certificates.standing import Status
from course_pages import outline as outlines

View = Callable[..., HttpResponse]


def for_machines(view: View) -> View:
    """Readable by pages of other sites, and by no search engine; 404 with nothing said."""

    @wraps(view)
    def open_to_all(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        response["X-Robots-Tag"] = "noindex"
        return response

    return require_safe(open_to_all)


def document(said: dict[str, Any], content_type: str = "application/json") -> JsonResponse:
    return JsonResponse(said, content_type=content_type, json_dumps_params={"ensure_ascii": False})


def _signs() -> None:
    """404 where the site gives no badges."""
    if not keys.known():
        raise Http404


@cache_control(public=True, max_age=3600)
@for_machines
def key_set(request: HttpRequest) -> HttpResponse:
    """/.well-known/jwks.json"""
    _signs()
    return document({"keys": [keys.public(one) for one in keys.known()]})


@cache_control(public=True, max_age=3600)
@for_machines
def key(request: HttpRequest, thumbprint: str) -> HttpResponse:
    for one in keys.known():
        if one.thumbprint() == thumbprint:
            return document(keys.public(one), "application/jwk+json")
    raise Http404


@cache_control(public=True, max_age=3600)
@for_machines
def issuer(request: HttpRequest) -> HttpResponse:
    _signs()
    said = documents.issuer()
    return document({"@context": documents.CONTEXT} | said, "application/ld+json")


@cache_control(public=True, max_age=3600)
@for_machines
def achievement(request: HttpRequest, lineage: UUID, release: int) -> HttpResponse:
    """Of releases in which somebody has got a certificate; nothing is told of others."""
    _signs()
    given = Certificate.objects.filter(
        course__lineage=lineage, release__number=release, current__isnull=False
    )
    outline = given.values_list("release__outline_id", flat=True).first()
    if outline is None:
        raise Http404
    said = documents.achievement(str(lineage), release, outlines.load(outline))
    return document({"@context": documents.CONTEXT} | said, "application/ld+json")


def of_print(public_id: str, number: int) -> Found:
    """A print whose badge may be asked for. Raises Http404."""
    _signs()
    found = checking.look_up(public_id, number)
    if found is None or found.said is None:
        raise Http404
    return found


@never_cache
@for_machines
def revocations(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    return document(documents.revocations(of_print(public_id, number).standing))


@never_cache
@for_machines
def badge(request: HttpRequest, public_id: str, number: int, form: str) -> HttpResponse:
    """The badge, as it is signed (jwt) or as it reads (json); 410 once it does not hold.

    While the name is hidden it is for its holder alone: who knows an address could ask whose it is.
    """
    found = of_print(public_id, number)
    holder = found.certificate.enrolment.user
    if found.certificate.name_hidden and request.user != holder:
        raise Http404
    if found.status != Status.VALID:
        gone = document({"status": found.status.value})
        gone.status_code = 410
        return gone
    said = documents.credential(found.standing, holder.email)
    name = f"badge-{found.issue.printed_serial}"
    if form == "json":
        response: HttpResponse = document(said, "application/ld+json")
    else:
        signed = keys.sign(documents.claims(said))
        response = HttpResponse(signed, content_type=f"application/{keys.MEDIA_TYPE}")
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def offered(found: Found) -> bool:
    """Whether there is a badge to download; no query."""
    return bool(keys.known()) and found.status == Status.VALID and found.said is not None
