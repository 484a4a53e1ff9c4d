"""The upload screen, and what it says to the server: begin, where are you, a slice, cancel."""

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.forms.utils import flatatt
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
    UnreadablePostError,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.permissions import policy_registry

from accounts.models import User
from assets import imagekit, preparing, uploads
from assets.admin.forms import UploadForm, collections_for, told_to_script
from assets.models import Video
from core.guarding import key_of
from core.uploads import was_too_large
from integrations.errors import PermanentFailure, TemporaryFailure

EDIT = "wagtailsnippets_assets_video:edit"
LONGEST_MS = 7 * 86_400_000


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Where films are dropped. Without JavaScript one at a time, in one piece."""
    user = _uploader(request)
    form = UploadForm(user=user)
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, user=user, too_large=was_too_large(request))
        if form.is_valid():
            return redirect(EDIT, form.cleaned_data["video"].pk)
    context = {
        "form": form,
        "script": flatatt(told_to_script()),
        "largest": settings.VIDEO_MAX_BYTES,
        "in_one_piece": settings.UPLOAD_MAX_BYTES,
        "header_title": _("Upload videos"),
        "header_icon": "media",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("wagtailsnippets_assets_video:list"), "label": _("Videos")},
            {"url": "", "label": _("Upload videos")},
        ],
    }
    return render(request, "assets/admin/upload.html", context)


@never_cache
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """201 with where to send the slices, and how much is there already; 400 says why not."""
    user = _uploader(request)
    places = collections_for(user)
    wanted = request.POST.get("collection", "")
    # Whoever may upload to one place only is not asked for it.
    collection = places.filter(pk=key_of(wanted)).first() if wanted else places.first()
    if collection is None:
        raise PermissionDenied
    asked: dict[str, Any] = {
        "title": request.POST.get("title", ""),
        "name": request.POST.get("name", ""),
        "size": key_of(request.POST.get("size", "")),
        "modified": request.POST.get("modified", "")[:50],
        "collection": collection,
        "by": user,
    }
    provider, direct = imagekit.provider(), None
    try:
        if provider is None:
            video = uploads.begin(**asked)
        else:
            video, direct = imagekit.begin(provider, **asked)
    except uploads.UploadRefused as refused:
        return _refused(refused.reason)
    length = key_of(request.POST.get("duration_ms", ""))
    if 0 < length < LONGEST_MS:
        Video.objects.filter(pk=video.pk).update(duration_ms=length)
    return JsonResponse(_told(video) | ({"direct": direct} if direct else {}), status=201)


@never_cache
@require_POST
def confirm(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The browser has sent one's film to the provider, which is asked about it."""
    video = get_object_or_404(
        Video, uid=uid, uploaded_by_user=_uploader(request), backend=Video.Backend.IMAGEKIT
    )
    provider = imagekit.provider()
    if provider is None:
        raise Http404
    try:
        imagekit.confirm(provider, video=video, file_id=request.POST.get("file_id", "")[:100])
    except uploads.UploadRefused as refused:
        return _refused(refused.reason)
    except PermanentFailure:
        return _refused(_("The video service does not know this file. Please upload it again."))
    except TemporaryFailure:
        return JsonResponse({"error": _("The video service does not answer.")}, status=503)
    video.refresh_from_db()
    return JsonResponse(_told(video))


@never_cache
@require_http_methods(["GET", "PATCH", "DELETE"])
def upload(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One's own upload: where it is (GET), its next slice (PATCH), away with it (DELETE)."""
    user = _uploader(request)
    video = get_object_or_404(Video, uid=uid, uploaded_by_user=user)
    if request.method == "GET":
        return JsonResponse(_told(video))
    if request.method == "DELETE":
        return HttpResponse(status=204 if uploads.cancel(video=video) else 409)
    if video.state != Video.State.UPLOADING or video.backend != Video.Backend.LOCAL:
        return JsonResponse(_told(video), status=409)
    try:
        uploads.receive(
            video=video,
            offset=_number(request.headers.get("Upload-Offset")),
            source=request,
            length=_number(request.headers.get("Content-Length")),
        )
    except uploads.WrongOffset:
        return JsonResponse(_told(video), status=409)
    except uploads.Busy:
        return JsonResponse(_told(video), status=423)
    except uploads.UploadRefused as refused:
        return _refused(refused.reason)
    except UnreadablePostError:
        return HttpResponse(status=400)
    except OSError:
        return JsonResponse(
            {"error": _("The server cannot store the file. Ask whoever runs the site.")}, status=507
        )
    video.refresh_from_db()
    return JsonResponse(_told(video))


@never_cache
@require_safe
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a film is, asked for by open pages."""
    return render(request, "assets/admin/_state.html", {"video": _own(request, pk)})


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Prepare a failed film once more."""
    video = _own(request, pk)
    preparing.again(video=video)
    return redirect(EDIT, video.pk)


def _uploader(request: HttpRequest) -> User:
    policy = policy_registry.get_by_type(Video)
    if not isinstance(request.user, User) or not policy.user_has_permission(request.user, "add"):
        raise PermissionDenied
    return request.user


def _own(request: HttpRequest, pk: int) -> Video:
    video = get_object_or_404(Video, pk=key_of(pk))
    policy = policy_registry.get_by_type(Video)
    if not policy.user_has_permission_for_instance(request.user, "change", video):
        raise Http404
    return video


def _number(text: str | None) -> int:
    """A whole number from a header; -1, which fits nothing, for what is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else -1


def _told(video: Video) -> dict[str, Any]:
    return {
        "uid": str(video.uid),
        "state": video.state,
        "problem": video.problem,
        "offset": uploads.offset_of(video) if video.state == Video.State.UPLOADING else video.size,
        "url": reverse("video_admin:upload", args=[video.uid]),
        "confirm_url": reverse("video_admin:confirm", args=[video.uid]),
        "edit_url": reverse(EDIT, args=[video.pk]),
        "state_url": reverse("video_admin:state", args=[video.pk]),
    }


def _refused(reason: str) -> JsonResponse:
    return JsonResponse({"error": reason}, status=400)
