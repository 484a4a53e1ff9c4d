"""Videos of Open edX: where they play from, their captions, transcript and handouts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from lxml import etree

from assets import captions
from assets.adding import language_of
from core.blocks.files import player_url
from course_pages.importing.blocks import download, video
from course_pages.importing.description import Block
from course_pages.importing.media import no_media
from course_pages.importing.olx_static import Statics
from course_pages.importing.targets import Note, TargetKind


@dataclass
class Video:
    """A video block, what comes with it, and whether there is anything to play."""

    block: Block
    extras: list[Block] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def plays(self) -> bool:
        return bool(self.block.value["url"] or self.block.value["video"])


def read_video(element: etree._Element, title: str, static: Statics, language: str) -> Video:
    """The component's video; captions in the course's `language` where there are any."""
    made = Video(video(title))
    url, file = _source(element, static, made.notes)
    made.block.value.update(url=url, video=file)
    _captions(element, static, language or "en", made.block, made.notes)
    made.extras += _handouts(element, static, made.notes)
    start, end = element.get("start_time") or "", element.get("end_time") or ""
    if start.strip("0:. ") or end.strip("0:. "):
        span = {"start": start or "00:00:00", "end": end or _("the end")}
        reason = _("only a part is meant: %(start)s to %(end)s") % span
        made.notes.append(Note("clip", title, reason))
    return made


def _source(element: etree._Element, static: Statics, notes: list[Note]) -> tuple[str, str | None]:
    """The address or the file, whichever the export has; YouTube first, as Open edX does."""
    youtube = element.get("youtube_id_1_0") or ""
    for pair in (element.get("youtube") or "").split(","):
        speed, __, found = pair.strip().partition(":")
        if speed in ("1.00", "1.0", "1") and not youtube:
            youtube = found
    candidates = [f"https://www.youtube.com/watch?v={youtube}"] if youtube else []
    if candidates and not player_url(candidates[0]):
        notes.append(Note("video", youtube, _("is no YouTube id")))
        candidates = []
    candidates += _json_strings(element.get("html5_sources"))
    candidates += [source.get("src") or "" for source in element.iter("source")]
    chosen, file = "", None
    for candidate in dict.fromkeys(filter(None, map(str.strip, candidates))):
        target = static.file(candidate)
        if target.kind is TargetKind.FILE and not target.plays:
            notes.append(Note("video", candidate, no_media()))
        elif target.kind is TargetKind.FILE and file is None and not chosen:
            file = target.value
        elif target.kind is TargetKind.WEB and not chosen and file is None:
            chosen = target.value
        elif target.kind not in (TargetKind.WEB, TargetKind.FILE):
            notes.append(Note("video", candidate, _("the file is not in the source")))
    return chosen, file


def _captions(
    element: etree._Element, static: Statics, own: str, block: Block, notes: list[Note]
) -> None:
    by_language: dict[str, list[str]] = {}
    try:
        listed = json.loads(element.get("transcripts") or "{}")
    except (ValueError, RecursionError):
        listed = {}
    if isinstance(listed, dict):
        for language, name in listed.items():
            if isinstance(name, str):
                by_language.setdefault(language, []).append(name)
    for transcript in element.iter("transcript"):
        if transcript.get("src"):
            by_language.setdefault(transcript.get("language") or "", []).append(
                transcript.get("src")
            )
    sub = element.get("sub") or ""
    if sub:
        by_language.setdefault(own, []).append(f"subs_{sub}.srt.sjson")
    order = sorted(by_language, key=lambda code: (code != own, code != "en", code))
    film = block.value["video"]
    chosen = ""
    for language in order:
        known = language_of(language)
        for name in dict.fromkeys(by_language[language]):
            path = static.path(f"/static/{name}")
            if path is None:
                notes.append(Note("captions", name, _("the file is not in the source")))
                continue
            if film and not known:
                notes.append(Note("captions", f"{language}: {name}", _("an unknown language")))
                static.mark_used(path)
                continue
            if chosen and not film:
                reason = _("a film of another site has one transcript here")
                notes.append(Note("captions", f"{language}: {name}", reason))
                static.mark_used(path)
                continue
            cues = captions.read_captions(path.read_bytes(), path.name)
            static.mark_used(path)
            if not cues:
                notes.append(Note("captions", name, _("no captions can be read from it")))
                continue
            chosen = language
            if film:
                words = block.value.setdefault("captions", {})
                words.setdefault(known, static.keep(path))
            else:
                block.value.update(transcript=captions.to_transcript(cues))


def _handouts(element: etree._Element, static: Statics, notes: list[Note]) -> Iterator[Block]:
    named = [
        (element.get("handout"), _("Handout")),
        (element.get("track"), _("Transcript")),
        *((child.get("src"), _("Handout")) for child in element.iter("handout")),
        *((child.get("src"), _("Transcript")) for child in element.iter("track")),
    ]
    seen: set[str] = set()
    for url, title in named:
        if not url:
            continue
        target = static.link(url)
        if target.value in seen:
            continue
        seen.add(target.value)
        if target.kind in (TargetKind.FILE, TargetKind.IMAGE):
            yield download(target.value, f"{title}: {target.title}")
        elif target.kind is TargetKind.MISSING:
            notes.append(Note("file", target.value, _("the file is not in the source")))


def _json_strings(text: str | None) -> list[str]:
    try:
        data = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return []
    return [item for item in data if isinstance(item, str)] if isinstance(data, list) else []
