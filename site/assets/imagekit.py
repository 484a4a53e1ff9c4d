"""Films at ImageKit: sent there by the browser, trusted only as the provider itself describes them.

A webhook makes a film ready at once; the poll repairs what a lost one left. Whatever comes twice,
late or in another order does no harm.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from wagtail.models import Collection

from accounts.models import User
from assets import news, uploads
from assets.models import ProviderEvent, Video
from core import clock, outbox, snapshots
from integrations.errors import PermanentFailure, TemporaryFailure
from integrations.imagekit import account
from integrations.imagekit.shapes import MASTER, RESOLUTIONS, Details, Event

FOLDER = "/lms/videos"
LOOK, FORGET = "video.look", "video.forget"
THUMBNAIL = "ik-thumbnail.jpg"
SIGNATURE = timedelta(minutes=50)
FIRST_LOOK, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=1)
AT_ONCE = 20
READY = {"video.transformation.ready", "upload.post-transform.success"}
FAILED = {"video.transformation.error", "upload.post-transform.error"}
State = Video.State

logger = logging.getLogger(__name__)


class Provider(Protocol):
    """What is asked of `integrations`; all but signing raise TemporaryFailure, PermanentFailure."""

    @property
    def upload_url(self) -> str: ...

    def upload_fields(self, *, expires_at: datetime) -> dict[str, str]: ...

    def details(self, file_id: str) -> Details: ...

    def find(self, path: str) -> str: ...

    def delete(self, file_id: str) -> None: ...

    def is_streamed(self, path: str) -> bool: ...

    def signed_url(
        self, path: str, *, expires_at: datetime, transformation: list[dict[str, Any]] | None = None
    ) -> str: ...

    def event(self, body: bytes, headers: Mapping[str, str]) -> Event: ...


def provider() -> Provider | None:
    """The account of the settings; None where films stay on this site."""
    return account.from_settings()


def begin(
    provider: Provider,
    *,
    title: str,
    name: str,
    size: int,
    modified: str,
    collection: Collection,
    by: User,
) -> tuple[Video, dict[str, Any]]:
    """A row, and what the browser sends straight to the provider; raises UploadRefused."""
    video = uploads.begin(
        title=title,
        name=name,
        size=size,
        modified=modified,
        collection=collection,
        by=by,
        backend=Video.Backend.IMAGEKIT,
    )
    fields = provider.upload_fields(expires_at=clock.now() + SIGNATURE) | {
        "fileName": str(video.uid),
        "folder": FOLDER,
        "useUniqueFileName": "false",
        "isPrivateFile": "true",
        "transformation": '{"post":[{"type":"abs","protocol":"hls","value":"sr-240_480_720"}]}',
    }
    return video, {"url": provider.upload_url, "fields": fields, "file_field": "file"}


def path_of(video: Video) -> str:
    """Where the browser was told to put the film; nowhere else is it looked for."""
    return f"{FOLDER}/{video.uid}"


def confirm(provider: Provider, *, video: Video, file_id: str) -> None:
    """The browser says that it has sent the film; the provider is asked what that file is.

    Raises UploadRefused for another file, one that is no film, and one that is too large.
    """
    found = provider.details(file_id)
    if found.path != path_of(video) or found.file_id != file_id:
        raise uploads.UploadRefused(_("This is another file. Please upload the film again."))
    if not found.private:
        raise uploads.UploadRefused(_("The file can be read by anybody. Please upload it again."))
    if not found.mime.startswith(("video/", "audio/")):
        raise uploads.UploadRefused(uploads.no_media())
    uploads.check_size(found.size)
    now = clock.now()
    is_audio = found.mime.startswith("audio/")
    arrived = Video.objects.filter(pk=video.pk, state=State.UPLOADING).update(
        # A recording is played as it is.
        state=State.READY if is_audio else State.PROCESSING,
        kind=Video.Kind.AUDIO if is_audio else Video.Kind.VIDEO,
        external_id=file_id,
        external_path=found.path,
        size=found.size,
        content_type=found.mime,
        width=found.width,
        height=found.height,
        processing_since=now,
        look_at=now + FIRST_LOOK,
        resume_key="",
        **({"duration_ms": found.duration_ms} if found.duration_ms else {}),
    )
    if arrived and is_audio:
        news.settled.send(sender=Video, pk=video.pk)


@transaction.atomic
def take(event: Event) -> bool:
    """Act on a verified message, once; False for one that came before. One transaction."""
    try:
        with transaction.atomic():
            ProviderEvent.objects.create(event_id=event.event_id, kind=event.kind[:100])
    except IntegrityError:
        return False
    uid = event.path.removeprefix(f"{FOLDER}/")
    video = Video.objects.filter(_named(event.file_id, uid), backend="imagekit").first()
    if video is None:
        return True
    if not event.adaptive:
        # About another version of the film, which some visitor's browser may have asked for.
        return True
    if event.kind in READY and video.external_id:
        make_ready(video)
    elif event.kind in READY and event.file_id:
        # It overtook the browser's own word, or that was lost.
        outbox.publish(LOOK, {"video": video.pk, "file_id": event.file_id})
    elif event.kind in FAILED:
        _fail(video, event.reason or _("ImageKit could not prepare the film."))
    return True


def _named(file_id: str, uid: str) -> Q:
    named = Q(external_path=f"{FOLDER}/{uid}")
    if file_id:
        named |= Q(external_id=file_id)
    if len(uid) == 36 and uid.replace("-", "").isalnum() and uid.isascii():
        try:
            named |= Q(uid=uid)
        except ValueError:
            return named
    return named


def make_ready(video: Video) -> None:
    """It can be played, also where it had been given up; a second call does nothing."""
    there = Video.objects.filter(pk=video.pk, state__in=(State.PROCESSING, State.FAILED))
    if there.exclude(external_path="").update(
        state=State.READY, hls=True, problem="", percent=100, look_at=None
    ):
        news.settled.send(sender=Video, pk=video.pk)


def repair(provider: Provider, *, video: Video, file_id: str) -> None:
    """After a message that overtook the browser: its word is not needed; repeatable."""
    if video.state == State.UPLOADING:
        try:
            confirm(provider, video=video, file_id=file_id)
        except uploads.UploadRefused as refused:
            uploading = Video.objects.filter(pk=video.pk, state=State.UPLOADING)
            uploading.update(state=State.FAILED, problem=refused.reason[:500])
        video.refresh_from_db()
    if video.state == State.PROCESSING:
        look(provider, video)


def _fail(video: Video, reason: str) -> None:
    if Video.objects.filter(pk=video.pk, state=State.PROCESSING).update(
        state=State.FAILED, problem=reason[:500], look_at=None
    ):
        news.settled.send(sender=Video, pk=video.pk)


def look_at_due(provider: Provider) -> int:
    """Ask for what is still being prepared, a few at once; returns how many were asked for."""
    due = Video.objects.filter(
        backend=Video.Backend.IMAGEKIT, state=State.PROCESSING, look_at__lte=clock.now()
    ).order_by("look_at")[:AT_ONCE]
    for video in due:
        look(provider, video)
    return len(due)


def look(provider: Provider, video: Video) -> None:
    """Ask once; backs off where it is not ready yet, gives up after a day."""
    now = clock.now()
    since = video.processing_since or video.created_at
    try:
        if provider.is_streamed(video.external_path):
            make_ready(video)
            return
    except PermanentFailure as error:
        logger.warning("ImageKit does not have %s: %s", video.external_path, error)
        _fail(video, _("ImageKit does not have the film any more. Please upload it again."))
        return
    except TemporaryFailure as error:
        logger.warning("ImageKit did not answer for %s: %s", video.external_path, error)
    if now - since > GIVE_UP_AFTER:
        _fail(video, _("ImageKit did not prepare the film within a day."))
        return
    wait = min(FIRST_LOOK * 2 ** min(video.attempts, 10), LONGEST_WAIT)
    Video.objects.filter(pk=video.pk, state=State.PROCESSING).update(
        attempts=video.attempts + 1, look_at=now + wait
    )


def ask_to_forget(video: Video) -> None:
    """Have a deleted video's file removed, in the caller's transaction.

    Of an upload that was taken back the number is not known yet, nor whether it goes on: it is
    looked for once no upload with that signature can begin any more.
    """
    number = {"video": video.pk, "file_id": video.external_id, "path": path_of(video)}
    outbox.publish(FORGET, number, after=timedelta(0) if video.external_id else SIGNATURE)


def forget(provider: Provider, *, pk: int, file_id: str, path: str) -> None:
    """Remove the file, unless a release or another video needs it; repeatable.

    Raises TemporaryFailure, PermanentFailure.
    """
    if snapshots.is_pinned("video", pk) or Video.objects.filter(external_path=path).exists():
        logger.warning("%s stays at ImageKit: it is still needed", path)
        return
    if number := file_id or provider.find(path):
        provider.delete(number)


def sources(provider: Provider, video: Video, *, expires_at: datetime) -> list[tuple[str, str]]:
    """(address, type): adaptive first, then the file as it was sent."""
    path, found = video.external_path, []
    if video.hls:
        steps = [{"streaming_resolutions": list(RESOLUTIONS)}]
        stream = provider.signed_url(
            f"{path}/{MASTER}", expires_at=expires_at, transformation=steps
        )
        found.append((stream, "application/vnd.apple.mpegurl"))
    found.append((provider.signed_url(path, expires_at=expires_at), video.content_type))
    return found


def poster_url(provider: Provider, video: Video, *, expires_at: datetime) -> str:
    """A picture of the film, made by the provider."""
    if video.kind == Video.Kind.AUDIO:
        return ""
    at = [{"start_offset": min((video.duration_ms or 0) // 5000, 10), "width": 1280}]
    return provider.signed_url(
        f"{video.external_path}/{THUMBNAIL}", expires_at=expires_at, transformation=at
    )
