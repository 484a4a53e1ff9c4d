"""From an uploaded file to something to play: looked at, pictured, made adaptive.

Claimed with a lease and done in a process of its own. Everything is written aside and then renamed,
so a worker that dies leaves nothing half, and the next one begins again.
"""

import hashlib
import logging
import os
import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import F, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from PIL import Image as Pillow

from assets import atoms, ffmpeg, news
from assets.kinds import HEAD, M4A, FileKind, kind_of
from assets.local import MASTER, hls_folder, part_of
from assets.models import Video
from assets.storage import CHUNK, path_for, private_storage
from core import clock, outbox

ASKED = "video.prepare"
LEASE = timedelta(minutes=5)
RENEWED_EVERY = 20.0
MOST_ATTEMPTS = 3
State = Video.State

logger = logging.getLogger(__name__)


class Failed(Exception):
    """It cannot be played; `reason` is for whoever uploaded it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Lost(Exception):
    """Somebody else works on it, or it is gone."""


def ask(video: Video) -> None:
    """Have a video prepared soon; in the caller's transaction."""
    outbox.publish(ASKED, {"video": video.pk})


def free() -> "QuerySet[Video]":
    """What waits for a worker, never claimed or lost by one."""
    now = clock.now()
    return Video.objects.filter(
        Q(lease_until=None) | Q(lease_until__lt=now),
        state=State.PROCESSING,
        backend=Video.Backend.LOCAL,
    )


def held() -> "QuerySet[Video]":
    """What a worker is at."""
    return Video.objects.filter(
        state=State.PROCESSING, backend=Video.Backend.LOCAL, lease_until__gte=clock.now()
    )


def claim() -> Video | None:
    """The oldest free one, now this process's; None if there is none."""
    for video in free().filter(attempts__lt=MOST_ATTEMPTS).order_by("processing_since", "pk"):
        # The conditional update is the claim: a second worker finds another number of attempts.
        taken = free().filter(pk=video.pk, attempts=video.attempts)
        if taken.update(attempts=F("attempts") + 1, lease_until=clock.now() + LEASE, percent=0):
            video.refresh_from_db()
            return video
    return None


def give_up() -> int:
    """End what workers lost too often; returns how many."""
    reason = _(
        "The file could not be prepared: it was broken off several times. It may be too much for "
        "this server. Try a smaller file, or ask whoever runs the site."
    )
    return (
        free()
        .filter(attempts__gte=MOST_ATTEMPTS)
        .update(state=State.FAILED, problem=reason, lease_until=None)
    )


def lost(pk: int, attempt: int) -> None:
    """Its worker died: it is free at once instead of when its lease runs out."""
    _claimed(pk, attempt).update(lease_until=clock.now())


def again(*, video: Video) -> bool:
    """Prepare a failed one once more, if its file is still there; False where it is not."""
    if video.backend != Video.Backend.LOCAL or not (part_of(video).exists() or video.file):
        return False
    failed = Video.objects.filter(pk=video.pk, state=State.FAILED)
    changed = failed.update(
        state=State.PROCESSING, problem="", attempts=0, processing_since=clock.now(), percent=0
    )
    if changed:
        ask(video)
    return bool(changed)


def run(pk: int, attempt: int) -> None:
    """Prepare what was claimed, to its end; nothing if the claim is no longer valid."""
    video = _claimed(pk, attempt).select_related("uploaded_by_user").first()
    if video is None:
        return
    by = video.uploaded_by_user
    with translation.override((by and by.language) or settings.LANGUAGE_CODE):
        try:
            _prepare(video)
        except Lost:
            logger.warning("Video %s is in other hands", pk)
        except Failed as failed:
            _end(video, state=State.FAILED, problem=failed.reason[:500])


def _claimed(pk: int, attempt: int) -> "QuerySet[Video]":
    return Video.objects.filter(pk=pk, attempts=attempt, state=State.PROCESSING)


def _end(video: Video, **fields: object) -> None:
    if not _claimed(video.pk, video.attempts).update(lease_until=None, **fields):
        raise Lost
    news.settled.send(sender=Video, pk=video.pk)


def _prepare(video: Video) -> None:
    path, kind = place(video)
    if ffmpeg.executable() is None:
        found = _look_without(path, kind, video)
    else:
        found = _look(path, kind)
        _picture(video, path, found)
    is_audio = not found.has_picture
    if is_audio and not kind.plays:
        raise Failed(_("Browsers do not play this kind of recording. Upload it as MP3 or M4A."))
    adaptive = not is_audio and ffmpeg.executable() is not None
    length = found.duration_ms
    if adaptive:
        folder = _make_adaptive(video, path, found)
        length = length or ffmpeg.length_of(folder)
    elif not kind.plays:
        raise Failed(_("Browsers do not play this kind of film. Upload it as MP4."))
    _end(
        video,
        state=State.READY,
        problem="",
        percent=100,
        hls=adaptive,
        kind=Video.Kind.AUDIO if is_audio else Video.Kind.VIDEO,
        content_type=(M4A if is_audio and kind.suffix == ".mp4" else kind).content_type,
        duration_ms=length or video.duration_ms,
        width=video.width or found.width or None,
        height=video.height or found.height or None,
    )


def place(video: Video) -> tuple[Path, FileKind]:
    """Give the upload its place by its hash; repeatable, also after a fall in the middle."""
    storage, part = private_storage(), part_of(video)
    if part.exists():
        with part.open("rb") as file:
            kind = kind_of(file.read(HEAD))
        if kind is None:
            raise Failed(_("This is neither a film nor a recording, whatever its name says."))
        name = path_for("videos", _hash(video, part), f"film{kind.suffix}")
        target = Path(storage.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        _keep(video, file=name, sha256=target.stem)
        os.chmod(part, settings.FILE_UPLOAD_PERMISSIONS or 0o644)
        os.replace(part, target)
        video.file.name, video.sha256 = name, target.stem
    path = Path(storage.path(video.file.name or "gone"))
    if not path.is_file():
        raise Failed(_("The file is gone. Please upload it again."))
    with path.open("rb") as file:
        kind = kind_of(file.read(HEAD))
    assert kind is not None
    return path, kind


def _hash(video: Video, part: Path) -> str:
    digest, tick = hashlib.sha256(), _ticker(video)
    with part.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            tick(0)
    return digest.hexdigest()


def _look(path: Path, kind: FileKind) -> ffmpeg.Probe:
    try:
        return ffmpeg.probe(path)
    except ffmpeg.Unreadable as error:
        logger.warning("%s cannot be read: %s", path.name, error)
        raise Failed(_("The file is damaged, or holds no picture and no sound.")) from error


def _look_without(path: Path, kind: FileKind, video: Video) -> ffmpeg.Probe:
    """What the file says of itself; its length else is what the browser told at the upload."""
    if kind.suffix not in {".mp4", ".m4a"}:
        picture = None if kind.is_audio else 0
        return ffmpeg.Probe(video.duration_ms, picture, picture, has_sound=True)
    found = atoms.read(path)
    if found is None:
        raise Failed(_("The file is damaged, or holds no picture and no sound."))
    if unplayed := sorted(atoms.UNPLAYED[code] for code in found.codecs & set(atoms.UNPLAYED)):
        raise Failed(
            _("Not every browser plays this film (%(codec)s). Upload it as H.264.")
            % {"codec": unplayed[0]}
        )
    picture = 0 if found.has_picture else None
    return ffmpeg.Probe(found.duration_ms, picture, picture, has_sound=True)


def _picture(video: Video, path: Path, found: ffmpeg.Probe) -> None:
    """A still of the film, and the size at which people see it. Without one it plays as well."""
    if not found.has_picture:
        return
    aside = _aside(video, "still.webp")
    try:
        ffmpeg.poster(path, aside, at_ms=min((found.duration_ms or 0) // 5, 10_000))
        with Pillow.open(aside) as still:
            width, height = still.size
        turned = (width < height) != ((found.width or 0) < (found.height or 0))
        sides = (found.height, found.width) if turned else (found.width, found.height)
        video.width, video.height = sides
        _keep(video, poster_file=keep_still(aside.read_bytes()))
    except (ffmpeg.Unreadable, OSError) as error:
        logger.warning("%s gives no still: %s", path.name, error)
    finally:
        aside.unlink(missing_ok=True)


def keep_still(data: bytes) -> str:
    """Store a WebP picture by its hash; returns its name. Repeatable."""
    name = path_for("posters", hashlib.sha256(data).hexdigest(), "still.webp")
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(data))
    return name


def _make_adaptive(video: Video, path: Path, found: ffmpeg.Probe) -> Path:
    target = Path(private_storage().path(hls_folder(video.sha256)))
    if (target / MASTER).is_file():
        return target
    aside = _aside(video, "hls")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    tick, length = _ticker(video), max(found.duration_ms or 0, 1)
    try:
        ffmpeg.hls(
            path,
            aside,
            found=found,
            turned=bool(video.width and video.height and video.width < video.height),
            progress=lambda done: tick(min(done * 100 // length, 99)),
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        if not (target / MASTER).is_file():
            shutil.rmtree(target, ignore_errors=True)
            aside.rename(target)
    except ffmpeg.Unreadable as error:
        logger.warning("%s cannot be made adaptive: %s", path.name, error)
        raise Failed(_("The file is damaged: it cannot be played to its end.")) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return target


def _aside(video: Video, name: str) -> Path:
    """A place of this attempt's own, on the same disk as the final one."""
    folder = Path(private_storage().path("videos/aside"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{video.uid}.{video.attempts}.{name}"


def _keep(video: Video, **fields: object) -> None:
    if not _claimed(video.pk, video.attempts).update(**fields):
        raise Lost


def _ticker(video: Video) -> Callable[[int], None]:
    """Tells the row how far it is and renews the lease, now and then; raises Lost."""
    last = 0.0

    def tick(percent: int) -> None:
        nonlocal last
        if time.monotonic() - last > (RENEWED_EVERY if not percent else 2.0):
            last = time.monotonic()
            _keep(video, percent=percent, lease_until=clock.now() + LEASE)

    return tick
