"""Regular work on films, and what starts the preparation of one."""

from datetime import timedelta
from functools import partial
from typing import Any

from assets import imagekit, preparing, uploads
from assets.models import Video
from core import children, outbox, schedule
from integrations.errors import TemporaryFailure

LONGEST = timedelta(hours=6)


@outbox.handler(preparing.ASKED)
def asked(payload: dict[str, Any]) -> None:
    take_up()


@schedule.every(timedelta(seconds=15), "prepare-videos")
def take_up() -> None:
    """Start on the oldest film that waits, unless one is being prepared; then comes the next."""
    preparing.give_up()
    if preparing.held().exists():
        return
    video = preparing.claim()
    if video is not None:
        pk, attempt = video.pk, video.attempts
        command = ["prepare_video", str(pk), str(attempt)]
        children.start(command, longest=LONGEST, ended=partial(_ended, pk, attempt))


def _ended(pk: int, attempt: int, code: int) -> None:
    if code:
        preparing.lost(pk, attempt)
    take_up()


@outbox.handler(imagekit.LOOK)
def overtaken(payload: dict[str, Any]) -> None:
    provider, video = imagekit.provider(), Video.objects.filter(pk=payload["video"]).first()
    if provider is not None and video is not None:
        imagekit.repair(provider, video=video, file_id=payload["file_id"])


@outbox.handler(imagekit.FORGET)
def forgotten(payload: dict[str, Any]) -> None:
    """Fails, and is tried again, where the account is not there any more."""
    provider = imagekit.provider()
    if provider is None:
        raise TemporaryFailure("no account at ImageKit is set: the file stays there")
    imagekit.forget(provider, pk=payload["video"], file_id=payload["file_id"], path=payload["path"])


@schedule.every(timedelta(minutes=1), "look-at-imagekit")
def look_at_imagekit() -> None:
    """What a lost message left undone."""
    provider = imagekit.provider()
    if provider is not None:
        imagekit.look_at_due(provider)


schedule.every(timedelta(hours=1), "sweep-uploads")(uploads.sweep)
