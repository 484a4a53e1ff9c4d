"""What the readers of cartridges and Markdown have in common: accounts, texts, estimates."""

from __future__ import annotations

import html
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from course_pages.importing.blocks import callout
from course_pages.importing.description import Block, Finding, Kind
from course_pages.importing.errors import SourceRefused
from course_pages.importing.richtext import FORBIDDEN, visible
from course_pages.importing.targets import Note

LARGEST_TEXT = 4 * 1024 * 1024
SUMMARY_LENGTH = 300
TITLE_LENGTH = 255
WORDS_PER_MINUTE = 200
# What the public description of a course can hold.
COURSE_BLOCKS = {"text", "heading", "image", "callout", "quote", "embed"}
# A note of these kinds changes nothing that a learner would miss.
HARMLESS = {"style", "icon"}


class NoText(Exception):
    """The file holds no text, whatever its name says."""


@dataclass
class Account:
    """Every part of a source, counted once, with what became of it."""

    found: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def add(self, kind: Kind, what: str, name: str, place: str, reason: str = "") -> None:
        self.found[what] += 1
        self.findings.append(Finding(kind, what, name, place, reason))

    def detail(self, what: str, name: str, place: str, reason: str) -> None:
        self.findings.append(Finding(Kind.IGNORED, what, name, place, reason))

    def details(self, notes: Iterable[Note], place: str) -> None:
        for note in notes:
            self.detail(note.what, note.name, place, note.reason)


def outcome(notes: Iterable[Note]) -> tuple[Kind, str]:
    """Whether a text came over as it was, and which of its details did not."""
    changed = sorted({note.what for note in notes} - HARMLESS)
    if not changed:
        return Kind.IMPORTED, ""
    return Kind.CONVERTED, _("in part: %s") % ", ".join(changed)


def text_of(path: Path) -> tuple[str, bool]:
    """The words of a text file, and whether it was the UTF-8 that it should be."""
    if path.stat().st_size > LARGEST_TEXT:
        raise SourceRefused(_("“%s” is too large for a piece of text.") % path.name)
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace"), False
    if b"\0" in data:
        raise NoText
    try:
        return data.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), False


def one_line(text: str, length: int = TITLE_LENGTH) -> str:
    """A title: no line breaks, no control characters, not longer than its column."""
    cleaned = "".join(c for c in FORBIDDEN.sub("", text) if unicodedata.category(c) != "Cf")
    words = " ".join(cleaned.split())
    return words if len(words) <= length else words[: length - 1].rstrip() + "…"


def not_here(title: str, activity: str) -> Block:
    """What a learner sees in the place of an activity that there is no block for."""
    text = _(
        "This activity (%(activity)s) worked only on the platform that the course was made for."
    ) % {"activity": activity}
    return callout(
        title or activity[:1].upper() + activity[1:], f"<p>{html.escape(text, quote=False)}</p>"
    )


def minutes_for(blocks: Iterable[Block]) -> int:
    """An honest guess: reading speed, and some time for what is watched or worked on."""
    words = extra = 0
    for block in blocks:
        match block.type:
            case "text":
                words += len(visible(block.value).split())
            case "quiz":
                words += len(visible(block.value["text"]).split())
                extra += 1
            case "video":
                extra += 3
            case "code":
                words += len(block.value["code"].split()) // 2
            case "quote":
                words += len(block.value["text"].split())
    return max(1, round(words / WORDS_PER_MINUTE) + extra)
