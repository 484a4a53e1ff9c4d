"""Films and recordings, ready to be played or on the way there."""

import struct
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.urls import reverse
from wagtail.images.tests.utils import get_test_image_file

from assets import local, preparing, signing
from assets.models import Caption, Video
from assets.storage import private_storage

FILM = bytes(range(256)) * 40
MASTER = b"#EXTM3U\n#EXT-X-VERSION:7\n480/index.m3u8\n"


def video(data: bytes = FILM, name: str = "film.mp4", **fields: Any) -> Video:
    """A film of the local backend, ready unless the fields say otherwise."""
    usual = {"title": "Film", "state": Video.State.READY, "size": len(data), "duration_ms": 5000}
    return Video.objects.create(file=ContentFile(data, name=name), **(usual | fields))


def with_hls(film: Video) -> Video:
    """As the worker leaves it: a playlist and a segment beside the file."""
    folder = Path(private_storage().path(local.hls_folder(film.sha256)))
    (folder / "480").mkdir(parents=True, exist_ok=True)
    (folder / local.MASTER).write_bytes(MASTER)
    (folder / "480" / "0001.m4s").write_bytes(b"segment")
    film.hls = True
    film.save(update_fields=["hls"])
    return film


def captions(film: Video, language: str = "en", text: str = "Hello") -> Caption:
    data = f"WEBVTT\n\n00:00.000 --> 00:01.000\n{text}\n".encode()
    return Caption.objects.create(
        video=film, language=language, file=ContentFile(data, name="captions.vtt")
    )


def play_url(path: str, name: str, expires_at: datetime) -> str:
    """An address with a ticket for one path, asked for by any name."""
    return reverse("assets:play", args=[signing.ticket(path, expires_at=expires_at), name])


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


FILM_HEAD = _box(b"ftyp", b"isom\0\0\2\0isomavc1")


def playable(seconds: int = 5, codec: bytes = b"avc1", *, long: int | None = None) -> bytes:
    """What says of itself that it is an MP4 film: its index, and a picture's codec.

    `long`: a length in milliseconds as the larger kind of index has it.
    """
    header = struct.pack(">4xII", 0, 0) + struct.pack(">II", 1000, seconds * 1000)
    if long is not None:
        header = b"\1\0\0\0" + struct.pack(">QQIQ", 0, 0, 1000, long)
    return (
        FILM_HEAD
        + _box(b"moov", _box(b"mvhd", header) + _box(b"trak", codec))
        + _box(b"mdat", FILM)
    )


def block(film: Video, *, kind: str = "", **value: Any) -> dict[str, Any]:
    """A lesson's block that shows the film."""
    chosen = {"video": film.pk, "title": "", "url": "", "transcript": ""}
    return {"type": kind or film.kind, "value": chosen | value, "id": str(uuid.uuid4())}


def stream_item(film: Video) -> tuple[str, dict[str, Any]]:
    """The same for a page in memory."""
    return (film.kind, {"video": film, "title": "", "url": "", "transcript": ""})


def prepare(film: Video) -> Video:
    """What the worker does with a film that waits."""
    claimed = preparing.claim()
    assert claimed == film
    preparing.run(claimed.pk, claimed.attempts)
    film.refresh_from_db()
    return film


def still() -> Any:
    """A picture for the front of a film."""
    return get_test_image_file(filename="still.png", size=(160, 90))
