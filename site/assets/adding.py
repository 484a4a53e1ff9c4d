"""Films whose file is on this server already: those of imports, and documents that become films."""

from collections.abc import Mapping
from pathlib import Path

from django.conf.locale import LANG_INFO
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from django.db import transaction
from wagtail.models import Collection

from accounts.models import User
from assets import atoms, preparing
from assets.captions import read_captions, to_vtt
from assets.kinds import HEAD, FileKind, kind_of
from assets.models import Caption, Video, video_path
from assets.storage import private_storage
from core import clock
from core.text import one_line

Stored = list[tuple[Storage, str]]
"""What was put into storage, for whoever has to take it back when their transaction fails."""


def kind_of_file(path: Path) -> FileKind | None:
    """What a file is; None where it is neither film nor recording, whatever its name says."""
    with path.open("rb") as file:
        return kind_of(file.read(HEAD))


def language_of(code: str) -> str:
    """The code by which Django knows a language ("en_GB", "zh-Hans-CN"), or ""."""
    parts = code.strip().replace("_", "-").lower().split("-")
    tries = ("-".join(parts[:end]) for end in range(len(parts), 0, -1))
    return next((one for one in tries if "name_local" in LANG_INFO.get(one, {})), "")


@transaction.atomic
def add_video(
    *,
    source: File,
    name: str,
    title: str,
    collection: Collection,
    by: User | None,
    stored: Stored,
    prepared: bool = False,
) -> Video:
    """Store a film and have it prepared; its first bytes must be a film's. One transaction.

    `prepared` is for an MP4 or M4A file that every browser plays: ready as it is.
    """
    source.seek(0)
    kind = kind_of(source.read(HEAD))
    if kind is None:
        raise ValueError(name)
    video = Video(
        title=one_line(title)[:200] or Path(name).stem[:200],
        original_name=name[-255:],
        size=source.size,
        content_type=kind.content_type,
        kind=Video.Kind.AUDIO if kind.is_audio else Video.Kind.VIDEO,
        state=Video.State.PROCESSING,
        processing_since=clock.now(),
        collection=collection,
        uploaded_by_user=by,
    )
    video.file = File(source.file, name=f"film{kind.suffix}")
    place = video_path(video, str(video.file.name))
    storage = private_storage()
    if not storage.exists(place):
        stored.append((storage, storage.save(place, source)))
    # Equal films share their file: it goes with the last of them.
    video.file.name = place
    video.file._committed = True
    if prepared:
        index = atoms.read(Path(storage.path(place)))
        video.duration_ms = index.duration_ms if index else None
        video.state = Video.State.READY
    video.save()
    if not prepared:
        preparing.ask(video)
    return video


def add_captions(video: Video, files: Mapping[str, File], *, stored: Stored) -> int:
    """The languages that the video has no captions in yet; returns how many.

    Captions that are there stay: somebody may have worked on them.
    """
    known = set(video.captions.values_list("language", flat=True))
    added = 0
    for language, file in files.items():
        cues = read_captions(file.read(), str(file.name))
        if language in known or not cues:
            continue
        caption = Caption(video=video, language=language)
        caption.file = ContentFile(to_vtt(cues).encode(), name="captions.vtt")
        caption.save()
        stored.append((caption.file.storage, str(caption.file.name)))
        added += 1
    return added
