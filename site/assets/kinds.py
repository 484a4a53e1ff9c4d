"""What a file is, told by its first bytes and never by its name."""

from dataclasses import dataclass

HEAD = 4096


@dataclass(frozen=True)
class FileKind:
    """A container of films or recordings; `plays` where every browser takes it as it is."""

    suffix: str
    content_type: str
    plays: bool = False

    @property
    def is_audio(self) -> bool:
        return self.content_type.startswith("audio/")


MP4 = FileKind(".mp4", "video/mp4", plays=True)
M4A = FileKind(".m4a", "audio/mp4", plays=True)
MOV = FileKind(".mov", "video/quicktime")
WEBM = FileKind(".webm", "video/webm", plays=True)
MKV = FileKind(".mkv", "video/x-matroska")
AVI = FileKind(".avi", "video/x-msvideo")
MPEG = FileKind(".mpg", "video/mpeg")
TS = FileKind(".ts", "video/mp2t")
WMV = FileKind(".wmv", "video/x-ms-wmv")
MP3 = FileKind(".mp3", "audio/mpeg", plays=True)
OGG = FileKind(".ogg", "audio/ogg", plays=True)
WAV = FileKind(".wav", "audio/wav", plays=True)
FLAC = FileKind(".flac", "audio/flac", plays=True)

BEGINNINGS = [
    (b"OggS", OGG),
    (b"fLaC", FLAC),
    (b"ID3", MP3),
    (b"\x00\x00\x01\xba", MPEG),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", WMV),
]


def kind_of(head: bytes) -> FileKind | None:
    """The kind of a file that begins so; None for what is neither film nor recording."""
    if head[4:8] == b"ftyp":
        return {b"M4A ": M4A, b"M4B ": M4A, b"qt  ": MOV}.get(head[8:12], MP4)
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return WEBM if b"webm" in head[:64] else MKV
    if head.startswith(b"RIFF"):
        return {b"WAVE": WAV, b"AVI ": AVI}.get(head[8:12])
    if head[:1] == b"\x47" and head[188:189] == b"\x47":
        return TS
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 in {0xE2, 0xE4, 0xE6}:
        return MP3
    return next((kind for start, kind in BEGINNINGS if head.startswith(start)), None)
