"""What a player needs for a video, once the door has let somebody in. It expires."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from assets import imagekit, local, signing
from assets.models import Image, Video

POSTER = "max-1280x1280|format-webp"


@dataclass(frozen=True)
class Source:
    url: str
    type: str


@dataclass(frozen=True)
class Track:
    """Captions in one language; `label` is the language in its own words."""

    url: str
    language: str
    label: str


@dataclass(frozen=True)
class Playback:
    """The best source first; the others are for players that cannot play it."""

    sources: list[Source]
    poster_url: str
    tracks: list[Track]
    expires_at: datetime


class NotReady(Exception):
    """There is nothing to play: still uploading, being prepared, failed, or its provider is off."""


def playback(video: Video, *, now: datetime, seconds: int | None = None) -> Playback:
    """Addresses that live `seconds` (MEDIA_URL_SECONDS); raises NotReady."""
    if not video.is_ready:
        raise NotReady
    end = signing.ends_at(now, settings.MEDIA_URL_SECONDS if seconds is None else seconds)
    return Playback(
        sources=[Source(*source) for source in sources(video, end)],
        poster_url=poster_url(video) or provided_poster(video, end),
        tracks=[
            track(one.file.name, language=one.language, label=one.label, expires_at=end)
            for one in video.captions.all()
        ],
        expires_at=end,
    )


def sources(video: Video, end: datetime) -> list[tuple[str, str]]:
    if video.backend == Video.Backend.LOCAL:
        return local.sources(video, expires_at=end)
    return imagekit.sources(_provider(), video, expires_at=end)


def _provider() -> imagekit.Provider:
    provider = imagekit.provider()
    if provider is None:
        raise NotReady
    return provider


def provided_poster(video: Video, end: datetime) -> str:
    """The provider's picture of a film that has none of ours; "" for none."""
    if video.backend == Video.Backend.LOCAL:
        return ""
    return imagekit.poster_url(_provider(), video, expires_at=end)


def track(path: str, *, language: str, label: str, expires_at: datetime) -> Track:
    """A caption file by its path: for captions as a release pinned them."""
    return Track(signing.address(path, expires_at=expires_at), language, label)


def poster_url(video: Video) -> str:
    """The picture before the film starts, public like every picture of a lesson; "" for none."""
    still: Image | None = video.poster
    if still is not None:
        return str(still.get_rendition(POSTER).url)
    return video.poster_file.url if video.poster_file else ""
