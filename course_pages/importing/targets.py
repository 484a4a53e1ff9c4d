"""What readers and the sanitiser tell each other about the addresses in a source."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol
from urllib.parse import urlsplit


class TargetKind(Enum):
    """What an address in the source leads to."""

    IMAGE = auto()  # value: a key of the description's images
    FILE = auto()  # value: a key of the description's files
    LESSON = auto()  # value: a lineage
    WEB = auto()  # value: an absolute address
    MISSING = auto()  # value: the name of the file that the source does not hold
    NOWHERE = auto()  # value: why


@dataclass(frozen=True)
class Target:
    kind: TargetKind
    value: str
    title: str = ""
    plays: str = ""
    """"video" or "audio" for a file that is one, whatever its name says."""


class Resolver(Protocol):
    """What the sanitiser asks a reader about the addresses that it meets."""

    def link(self, url: str) -> Target:
        """What a link leads to; a picture of the source is a file to download here."""
        ...

    def image(self, url: str) -> Target:
        """What an image shows."""
        ...

    def file(self, url: str) -> Target:
        """The file behind a player or an object."""
        ...


@dataclass(frozen=True)
class Note:
    """A detail that did not survive as it was."""

    what: str
    name: str
    reason: str


def is_web_address(url: str) -> bool:
    """Whether a link may lead there: an absolute address of an allowed scheme with a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme in {"mailto", "tel"}:
        return bool(parts.path)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
