"""Films on this site's own disk."""

import shutil
from datetime import datetime
from pathlib import Path

from assets import signing
from assets.models import Video
from assets.serving import media_type
from assets.storage import private_storage

HLS = "application/vnd.apple.mpegurl"
MASTER = "master.m3u8"
PARTS = "videos/parts"
# What browsers play as it is.
PLAYED = {
    *("video/mp4", "video/webm"),
    *("audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav", "audio/flac"),
}


def part_of(video: Video) -> Path:
    """Where an upload lies until it has its place."""
    return Path(private_storage().path(f"{PARTS}/{video.uid}"))


def hls_folder(sha256: str) -> str:
    """Where the adaptive version of a film lies."""
    return f"videos/hls/{sha256}"


def sources(video: Video, *, expires_at: datetime) -> list[tuple[str, str]]:
    """(address, type): the adaptive version, if there is one; the file, if browsers play it."""
    found = []
    if video.hls:
        folder = hls_folder(video.sha256)
        found.append((signing.address_below(folder, MASTER, expires_at=expires_at), HLS))
    kind = video.content_type or media_type(video.file.name or "")
    if kind in PLAYED:
        found.append((signing.address(str(video.file.name), expires_at=expires_at), kind))
    return found


def forget(video: Video) -> None:
    """Remove the file of a deleted video, unless another one has the same; repeatable."""
    part_of(video).unlink(missing_ok=True)
    if not video.sha256 or Video.objects.filter(sha256=video.sha256).exists():
        return
    storage = private_storage()
    if video.file:
        storage.delete(str(video.file.name))
    shutil.rmtree(Path(storage.path(hls_folder(video.sha256))), ignore_errors=True)
