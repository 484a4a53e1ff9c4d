"""The walk through a course as drafted, from page to page: for those who edit the course."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET
from wagtail.permissions import policy_registry

from assets.models import Document, Video
from assets.serving import file_response
from core import clock
from course_pages import drafts, playing, videos
from course_pages.models.pages import CoursePage
from course_pages.personas import Persona
from course_pages.previews import Preview, private, show


def enter(request: HttpRequest, course: int) -> CoursePage:
    """The course's page for whoever may edit it; else PermissionDenied."""
    page = get_object_or_404(CoursePage, id=course)  # by `pk`, 2^63 would reach the database
    if not page.permissions_for_user(request.user).can_edit():  # type: ignore[arg-type]
        raise PermissionDenied
    return page


@require_GET
def home(request: HttpRequest, course: int) -> HttpResponse:
    page = enter(request, course)
    persona = Persona.named(request.GET.get("as"))
    if not persona.studies:
        # A visitor's home of the course is its public page, which Wagtail previews.
        url = reverse("wagtailadmin_pages:view_draft", args=[page.pk])
        return private(redirect(f"{url}?mode={persona.value}"))
    draft = drafts.read(page.path)
    if draft is None:
        raise Http404
    return private(show(Preview(draft, persona), request))


@require_GET
def lesson(request: HttpRequest, course: int, lesson: UUID) -> HttpResponse:
    page = enter(request, course)
    draft = drafts.read(page.path, lesson=str(lesson))
    found = draft.outline.by_lineage.get(str(lesson)) if draft else None
    if draft is None or found is None:
        raise Http404
    persona = Persona.named(request.GET.get("as"))
    return private(show(Preview(draft, persona, lesson=found), request))


@require_GET
def file(request: HttpRequest, course: int, document: int) -> HttpResponseBase:
    """A file of a drafted lesson, for an editor of the course who may use that file in lessons."""
    enter(request, course)
    found = get_object_or_404(Document, pk=document)
    _may_use(request, found)
    return file_response(found)


@require_GET
def media(request: HttpRequest, course: int, uid: UUID) -> HttpResponse:
    """A video of a drafted lesson as it stands now, for the same people; nothing is recorded."""
    enter(request, course)
    found = get_object_or_404(Video.objects.select_related("poster"), uid=uid)
    _may_use(request, found)
    by_link = "play" in request.GET
    try:
        answer = playing.playable(
            found, videos.pinned(found, found.captions.all()).data, now=clock.now()
        )
    except playing.Unavailable:
        return playing.sorry(plain=by_link)
    return playing.as_film(answer) if by_link else playing.as_json(answer)


def _may_use(request: HttpRequest, thing: Document | Video) -> None:
    policy = policy_registry.get_by_type(type(thing))
    if not policy.user_has_any_permission_for_instance(
        request.user, ["choose", "change", "delete"], thing
    ):
        raise PermissionDenied
