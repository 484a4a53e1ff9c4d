"""From a video to the snapshot that a release pins, and what is wrong with it.

video v1: `{"uid", "title", "kind", "duration_ms", "captions": [{"language", "label", "path",
"sha256"}], "chapters": [{"at_ms", "title"}], "poster": image or null, "file": {"backend", "sha256",
"external_path"}}`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from assets.models import Caption, Video
from core import snapshots
from core.snapshots import Frozen, Reference

VIDEO_V = 1
BLOCKS = ("video", "audio")
# What a lesson's block says of the video it shows, so that its text needs nothing else.
SHOWN = ("uid", "title", "kind", "duration_ms", "captions", "chapters", "poster")


@dataclass(frozen=True)
class PinnedVideo:
    """A video that a lesson chooses, frozen; `problems` say why it cannot be released so."""

    frozen: Frozen
    data: dict[str, Any]
    problems: tuple[str, ...] = ()

    @property
    def uid(self) -> str:
        return str(self.data["uid"])

    @property
    def in_lesson(self) -> dict[str, Any]:
        """`pinned` of a block in the lesson's snapshot."""
        return {name: self.data[name] for name in SHOWN} | {"digest": self.frozen.digest}


def chosen_in(body: Any) -> Iterator[int]:
    """Primary keys of the videos that a body's blocks choose."""
    for item in body:
        if item["type"] in BLOCKS and item["value"].get("video"):
            yield item["value"]["video"]


def pin(keys: Iterable[int]) -> dict[int, PinnedVideo]:
    """Primary key → video, frozen: one query for any number, none for none.

    A video that is gone is left out.
    """
    wanted = set(keys)
    if not wanted:
        return {}
    # A row for each of a video's captions, and one for a video without any.
    spoken = {f"caption_{name}": F(f"captions__{name}") for name in ("language", "file", "sha256")}
    videos: dict[int, Video] = {}
    captions: dict[int, list[Caption]] = defaultdict(list)
    for row in Video.objects.filter(pk__in=wanted).annotate(**spoken):
        videos[row.pk] = row
        if row.caption_language is not None:
            caption = Caption(
                language=row.caption_language, file=row.caption_file, sha256=row.caption_sha256
            )
            captions[row.pk].append(caption)
    return {pk: pinned(video, captions[pk]) for pk, video in videos.items()}


def pinned(video: Video, captions: Iterable[Caption]) -> PinnedVideo:
    """One video as it stands in memory, with its captions."""
    captions = sorted(captions, key=lambda one: one.language)
    data = {
        "uid": str(video.uid),
        "title": video.title,
        "kind": video.kind,
        "duration_ms": video.duration_ms,
        "captions": [_caption(one) for one in captions],
        "chapters": [asdict(one) for one in video.chapter_list],
        "poster": video.poster_id,
        "file": {
            "backend": video.backend,
            "sha256": video.sha256,
            "external_path": video.external_path,
        },
    }
    needed = {Reference("video", str(video.pk))}
    needed |= {Reference("caption", one.sha256) for one in captions}
    if video.poster_id:
        needed.add(Reference("image", str(video.poster_id)))
    frozen = snapshots.freeze("video", VIDEO_V, data, needed)
    return PinnedVideo(frozen, data, tuple(_problems(video)))


def _caption(caption: Caption) -> dict[str, Any]:
    return {
        "language": caption.language,
        "label": caption.label,
        "path": caption.file.name,
        "sha256": caption.sha256,
    }


def _problems(video: Video) -> Iterator[str]:
    match video.state:
        case Video.State.UPLOADING:
            yield _("its upload is not finished.")
        case Video.State.PROCESSING:
            yield _("it is still being prepared.")
        case Video.State.FAILED:
            yield _("it cannot be played: %(problem)s") % {"problem": video.problem or _("unknown")}


def without_captions(body: Any) -> list[str]:
    """Titles of the videos in a body that say something to hearing people only."""
    return [one.data["title"] for one in pin(chosen_in(body)).values() if not one.data["captions"]]
