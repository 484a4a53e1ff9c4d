"""The films of a released lesson, as its snapshot pins them, and what is said in them."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf.locale import LANG_INFO
from django.core.files.storage import storages
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from assets.captions import read_captions
from assets.models import Document
from core import snapshots

BLOCKS = ("video", "audio")
GROUP = 40  # cues that a browser lays out together, once they come near


@dataclass(frozen=True)
class Words:
    """The captions of a film in one language; `digest` is the file's."""

    language: str
    label: str
    path: str
    digest: str

    @property
    def direction(self) -> str:
        return "rtl" if LANG_INFO.get(self.language, {}).get("bidi") else "ltr"


@dataclass(frozen=True)
class Film:
    """A film of a lesson as it was released."""

    uid: str
    title: str
    words: tuple[Words, ...]

    def in_language(self, wanted: str) -> Words:
        """The captions in this language, else the first ones; ask only where there are some."""
        return next((one for one in self.words if one.language == wanted), self.words[0])


@dataclass(frozen=True)
class Download:
    """A file to take away; the door hands it out."""

    document: int
    title: str
    description: str
    kind: str
    size: int


@lru_cache(maxsize=512)
def films(digest: str) -> tuple[Film, ...]:
    """Those of a lesson's snapshot, in their order."""
    return tuple(
        _film(block["value"]["pinned"])
        for block in snapshots.load(digest)["body"]
        if block["type"] in BLOCKS and block["value"].get("pinned")
    )


def _film(pinned: dict[str, Any]) -> Film:
    words = (
        Words(one["language"], one["label"], one["path"], one["sha256"])
        for one in pinned["captions"]
    )
    return Film(pinned["uid"], pinned["title"], tuple(words))


@lru_cache(maxsize=512)
def downloads(digest: str) -> tuple[Download, ...]:
    """The files of a lesson's snapshot; they are kept while it is. One query, once."""
    values = [
        block["value"]
        for block in snapshots.load(digest)["body"]
        if block["type"] == "download" and block["value"].get("file")
    ]
    files = Document.objects.in_bulk([value["file"] for value in values])
    return tuple(
        Download(
            document=value["file"],
            title=value["title"],
            description=value.get("description", ""),
            kind=files[value["file"]].file_extension.upper(),
            size=files[value["file"]].file_size or 0,
        )
        for value in values
        if value["file"] in files
    )


@lru_cache(maxsize=32)
def transcript(words: Words, uid: str, url: str) -> SafeString:
    """What is said, each sentence a link to its moment; ten hours of it are a page still."""
    with storages["private"].open(words.path) as file:
        cues = read_captions(file.read(), words.path)
    groups = [cues[place : place + GROUP] for place in range(0, len(cues), GROUP)]
    context = {"groups": groups, "words": words, "uid": uid, "url": url}
    return SafeString(render_to_string("learning/_cues.html", context))
