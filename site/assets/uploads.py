"""Films come in slices onto this site's disk: resumable, repeatable, of constant memory.

How far an upload is says the length of its part file, so nothing can disagree with it.
"""

import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from wagtail.models import Collection

from accounts.models import User
from assets import preparing
from assets.kinds import HEAD, kind_of
from assets.local import PARTS, part_of
from assets.models import Video
from assets.storage import private_storage
from core import clock
from core.text import one_line

SLICE_BYTES = 8 * 2**20
LARGEST_SLICE = 64 * 2**20
PIECE = 1 << 18
SPARE_DISK = 2**30
ABANDONED_AFTER = timedelta(days=2)


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


class UploadRefused(Exception):
    """The file is not taken; `reason` is for whoever sent it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WrongOffset(Exception):
    """The slice does not go on where the file ends; `offset` is where that is."""

    def __init__(self, offset: int) -> None:
        super().__init__(str(offset))
        self.offset = offset


class Busy(Exception):
    """An earlier slice of the same upload is still being written."""


def no_media() -> str:
    return _(
        "This is neither a film nor a recording, whatever its name says. "
        "MP4, MOV, WebM, MKV, MP3, M4A, OGG and WAV files are taken."
    )


def check_size(size: int) -> None:
    """Raises UploadRefused for a file that is empty or too large."""
    if size <= 0:
        raise UploadRefused(_("The file is empty."))
    if size > settings.VIDEO_MAX_BYTES:
        raise UploadRefused(
            _("The file is too large: at most %(limit)s are accepted.")
            % {"limit": filesizeformat(settings.VIDEO_MAX_BYTES)}
        )


def check_room(size: int) -> None:
    """Raises UploadRefused for a file that the disk would not hold."""
    folder = Path(private_storage().path(""))
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < size + SPARE_DISK:
        raise UploadRefused(_("The server has no room for this file. Ask whoever runs the site."))


@transaction.atomic
def begin(
    *,
    title: str,
    name: str,
    size: int,
    modified: str,
    collection: Collection,
    by: User,
    backend: str = Video.Backend.LOCAL,
) -> Video:
    """An upload: the same file of the same person goes on where it was. One transaction.

    Raises UploadRefused.
    """
    check_size(size)
    if backend == Video.Backend.LOCAL:
        check_room(size)
    name = one_line(name.replace("\\", "/").rpartition("/")[2])[-255:] or "film"
    key = hashlib.sha256(f"{name}\n{size}\n{modified}".encode()).hexdigest()
    known = Video.objects.filter(
        state=Video.State.UPLOADING,
        backend=backend,
        uploaded_by_user=by,
        collection=collection,
        resume_key=key,
    )
    return known.first() or Video.objects.create(
        title=one_line(title)[:200] or Path(name).stem[:200],
        original_name=name,
        size=size,
        resume_key=key,
        backend=backend,
        collection=collection,
        uploaded_by_user=by,
    )


def offset_of(video: Video) -> int:
    """How many bytes are there."""
    part = part_of(video)
    return part.stat().st_size if part.exists() else 0


def receive(*, video: Video, offset: int, source: Source, length: int) -> int:
    """Append a slice; returns where the next one begins.

    Raises WrongOffset, Busy, and UploadRefused; what is no film is then gone. A slice that is cut
    short stays as far as it came.
    """
    if not 0 < length <= LARGEST_SLICE:
        raise UploadRefused(_("The upload was not understood. Please reload the page."))
    part = part_of(video)
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("ab+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Busy from error
        end = file.seek(0, 2)
        if end != offset:
            raise WrongOffset(end)
        if end + length > video.size:
            raise UploadRefused(_("More came than was announced. Please upload the file again."))
        end += _write(file, source, length)
        file.seek(0)
        head = file.read(HEAD)
    if (end >= HEAD or end == video.size) and kind_of(head) is None:
        cancel(video=video)
        raise UploadRefused(no_media())
    if end == video.size:
        finish(video=video)
    return end


def _write(file: BinaryIO, source: Source, length: int) -> int:
    written = 0
    while written < length and (piece := source.read(min(PIECE, length - written))):
        file.write(piece)
        written += len(piece)
    return written


@transaction.atomic
def finish(*, video: Video) -> None:
    """All is there: have it prepared. One transaction; a second call does nothing."""
    uploading = Video.objects.filter(pk=video.pk, state=Video.State.UPLOADING)
    if uploading.update(state=Video.State.PROCESSING, processing_since=clock.now(), resume_key=""):
        preparing.ask(video)


@transaction.atomic
def cancel(*, video: Video) -> bool:
    """Take an unfinished upload back, with what came of it; False if it is finished already."""
    return bool(Video.objects.filter(pk=video.pk, state=Video.State.UPLOADING).delete()[0])


def take_whole(
    *, title: str, name: str, size: int, source: Source, collection: Collection, by: User
) -> Video:
    """A file that came in one piece with a plain form; raises UploadRefused."""
    video = begin(
        title=title, name=name, size=size, modified=str(clock.now()), collection=collection, by=by
    )
    for offset in range(0, size, LARGEST_SLICE):
        receive(video=video, offset=offset, source=source, length=min(LARGEST_SLICE, size - offset))
    video.refresh_from_db()
    return video


def sweep() -> int:
    """Remove uploads of which nothing came for days, and parts that nobody knows."""
    before = clock.now() - ABANDONED_AFTER
    gone = 0
    for video in Video.objects.filter(state=Video.State.UPLOADING, created_at__lt=before):
        part = part_of(video)
        if not part.exists() or part.stat().st_mtime < before.timestamp():
            gone += cancel(video=video)
    for part in _parts():
        if part.stat().st_mtime < before.timestamp() and not _is_wanted(part):
            part.unlink(missing_ok=True)
    return gone


def _parts() -> Iterator[Path]:
    folder = Path(private_storage().path(PARTS))
    return folder.iterdir() if folder.is_dir() else iter(())


def _is_wanted(part: Path) -> bool:
    wanted = (Video.State.UPLOADING, Video.State.PROCESSING)
    return Video.objects.filter(uid=part.name, state__in=wanted).exists()
