"""Duration and codecs of an MP4 file, read from its boxes: for sites without ffmpeg."""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MOST_BYTES = 64 * 2**20
LONGEST_SECONDS = 7 * 86_400
"""More is no length but a broken index."""
CODECS = {
    *(b"avc1", b"avc3", b"av01", b"vp08", b"vp09", b"hev1", b"hvc1", b"mp4v"),
    *(b"mp4a", b"Opus", b"ac-3", b"ec-3", b"alac"),
}
# What a browser may not play, whatever it says of MP4.
UNPLAYED = {b"hev1": "HEVC", b"hvc1": "HEVC", b"mp4v": "MPEG-4 Part 2"}


@dataclass(frozen=True)
class Mp4:
    duration_ms: int  # 0 where the file does not tell
    codecs: frozenset[bytes]

    @property
    def has_picture(self) -> bool:
        return any(
            code[:2] in {b"av", b"vp", b"he", b"hv"} or code == b"mp4v" for code in self.codecs
        )


def read(path: Path) -> Mp4 | None:
    """What the file's index says; None where there is none: cut short, or no MP4."""
    with path.open("rb") as file:
        index = _box(file, b"moov", path.stat().st_size)
    if index is None:
        return None
    at = index.find(b"mvhd")
    if at < 0:
        return None
    try:
        long = index[at + 4] == 1
        scale, duration = struct.unpack_from(
            ">IQ" if long else ">II", index, at + (24 if long else 16)
        )
    except (struct.error, IndexError):
        return None
    if duration >= (2**64 if long else 2**32) - 1 or duration > scale * LONGEST_SECONDS:
        duration = 0
    found = frozenset(code for code in CODECS if code in index)
    return Mp4(duration * 1000 // scale, found) if scale else None


def _box(file: BinaryIO, wanted: bytes, end: int) -> bytes | None:
    """The content of the first top-level box of a type."""
    place = 0
    while place + 8 <= end:
        file.seek(place)
        header = file.read(16)
        size, kind = struct.unpack(">I4s", header[:8])
        begin = 8
        if size == 1 and len(header) == 16:
            size, begin = struct.unpack(">Q", header[8:])[0], 16
        size = size or end - place
        if size < begin:
            return None
        if kind == wanted:
            file.seek(place + begin)
            return file.read(min(size - begin, MOST_BYTES))
        place += size
    return None
