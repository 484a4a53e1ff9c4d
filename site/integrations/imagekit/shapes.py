"""What goes to ImageKit and comes from there, without its SDK."""

from dataclasses import dataclass

MASTER = "ik-master.m3u8"
RESOLUTIONS = ("240", "480", "720")


@dataclass(frozen=True)
class Details:
    """A file as ImageKit describes it; its path begins with a slash."""

    file_id: str
    path: str
    size: int
    mime: str
    private: bool = True
    duration_ms: int | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True)
class Event:
    """A verified message; `path` is that of the file, without what was asked of it.

    `adaptive` tells whether it is about the film's adaptive version, or does not say.
    """

    event_id: str
    kind: str
    file_id: str
    path: str
    reason: str = ""
    adaptive: bool = True


class Forged(Exception):
    """A message that ImageKit did not sign, or signed too long ago."""


@dataclass(frozen=True)
class Keys:
    """An account at ImageKit; `api_base` is empty but for a stand-in."""

    public_key: str
    private_key: str
    url_endpoint: str
    webhook_secret: str = ""
    api_base: str = ""
