"""Captions as they come (SRT, WebVTT, or Open edX's own JSON), made into WebVTT and text."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

MOST_BYTES = 2 * 2**20
UTF16 = (b"\xff\xfe", b"\xfe\xff")
# Languages that old editors write in Windows-1252.
WESTERN = {
    *("af", "ca", "da", "de", "en", "es", "eu", "fi", "fr", "ga", "gl", "id", "is", "it", "lb"),
    *("nb", "nl", "nn", "no", "pt", "sv", "sw"),
}
NO_CAPTIONS = ("WEBVTT", "\ufeffWEBVTT", "NOTE", "STYLE", "REGION")
_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[,.](\d{1,3})"
_CUE = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|\{\\[^{}]*\}")


@dataclass(frozen=True)
class Cue:
    """One caption; times in milliseconds, text plain with its line breaks."""

    start: int
    end: int
    text: str


def read_captions(data: bytes, name: str) -> list[Cue]:
    """Cues of an SRT, WebVTT or `.sjson` file in time order; an empty list if there are none."""
    text = _decode(data)
    cues = _from_json(text) if name.lower().endswith((".sjson", ".json")) else _from_srt(text)
    return sorted(cues, key=lambda cue: (cue.start, cue.end))


class CaptionsRefused(Exception):
    """A caption file that would lose something; `reason` names the line, for whoever sent it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def checked(data: bytes, name: str, language: str) -> list[Cue]:
    """Cues of an SRT or WebVTT file in which every line makes sense; raises CaptionsRefused."""
    if len(data) > MOST_BYTES:
        raise CaptionsRefused(_("The captions are larger than 2 MB: this is no caption file."))
    if b"\0" in data and data[:2] not in UTF16:
        raise CaptionsRefused(_("This is no text file."))
    try:
        text = data.decode("utf-16" if data[:2] in UTF16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        # Old editors; in other scripts the same bytes would be read as nonsense.
        if language.partition("-")[0] not in WESTERN:
            raise CaptionsRefused(_("Save the captions as UTF-8 and upload them again.")) from error
        text = _decode(data)
    _check_lines(text)
    cues = read_captions(data, name)
    if not cues:
        raise CaptionsRefused(
            _("There are no captions in this file. WebVTT and SRT files are taken.")
        )
    return cues


def _check_lines(text: str) -> None:
    """Every arrow stands in a good time line, and every paragraph has one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    begun, paragraph = False, ""
    for number, line in enumerate(lines, start=1):
        paragraph = (paragraph or line) if line.strip() else ""
        if not line.strip():
            begun = False
        elif "-->" in line:
            _check_times(line, number)
            begun = True
        elif not begun and not _stands_before_times(lines, number, paragraph):
            raise CaptionsRefused(
                _("Line %(number)s: these words have no times: “%(line)s”.")
                % {"number": number, "line": line.strip()[:40]}
            )


def _check_times(line: str, number: int) -> None:
    match = _CUE.match(line)
    if match is None:
        raise CaptionsRefused(
            _("Line %(number)s: write times such as “00:01:02.500 --> 00:01:05.000”.")
            % {"number": number}
        )
    start, end = _milliseconds(match.groups()[:4]), _milliseconds(match.groups()[4:])
    if end < start:
        raise CaptionsRefused(
            _("Line %(number)s: the caption ends before it begins.") % {"number": number}
        )


def _stands_before_times(lines: list[str], number: int, paragraph: str) -> bool:
    """A cue's number or name, or a paragraph of WebVTT that is no caption.

    `paragraph` is its first line.
    """
    following = lines[number] if number < len(lines) else ""
    if "-->" in following:
        return True
    # A number alone is what some programs leave of an empty caption.
    return paragraph.startswith(NO_CAPTIONS) or lines[number - 1].strip().isdigit()


def to_vtt(cues: list[Cue]) -> str:
    """A WebVTT file. Mark-up of the source is gone: cue text reaches browsers as text only."""
    lines = ["WEBVTT", ""]
    for cue in cues:
        lines.append(f"{_stamp(cue.start)} --> {_stamp(cue.end)}")
        # A line holding an arrow or nothing would end the cue.
        lines += [html.escape(line, quote=False) for line in cue.text.splitlines() if line.strip()]
        lines.append("")
    return "\n".join(lines)


def to_transcript(cues: list[Cue]) -> str:
    """The spoken text in paragraphs: a new one after a pause, or at a sentence's end when long."""
    paragraphs: list[str] = []
    current: list[str] = []
    previous_end = 0
    for cue in cues:
        words = " ".join(cue.text.split())
        if not words:
            continue
        said = " ".join(current)
        if current and (
            cue.start - previous_end > 3000
            or (len(said) > 400 and said.endswith((".", "!", "?", "…", "。")))
        ):
            paragraphs.append(said)
            current = []
        current.append(words)
        previous_end = cue.end
    if current:
        paragraphs.append(" ".join(current))
    return "\n\n".join(paragraphs)


def _decode(data: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16") if data[:2] in UTF16 else ("utf-8-sig",):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("cp1252", "replace")


def _from_srt(text: str) -> list[Cue]:
    cues: list[Cue] = []
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    position = 0
    while position < len(lines):
        match = _CUE.match(lines[position])
        position += 1
        if not match:
            continue
        body: list[str] = []
        while position < len(lines) and lines[position].strip():
            if _CUE.match(lines[position]):
                # No blank line between two cues; the number before the times is no text.
                if body and body[-1].strip().isdigit():
                    body.pop()
                break
            body.append(lines[position])
            position += 1
        words = _plain("\n".join(body))
        start, end = _milliseconds(match.groups()[:4]), _milliseconds(match.groups()[4:])
        if words and end > start:
            cues.append(Cue(start, end, words))
    return cues


def _from_json(text: str) -> list[Cue]:
    try:
        data = json.loads(text)
        rows = list(zip(data["start"], data["end"], data["text"], strict=True))
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    cues = []
    for start, end, words in rows:
        if (
            isinstance(start, int | float)
            and isinstance(end, int | float)
            and isinstance(words, str)
            and _plain(words)
            and 0 <= start < end < 10**9
        ):
            cues.append(Cue(int(start), int(end), _plain(words)))
    return cues


def _plain(text: str) -> str:
    text = html.unescape(_TAG.sub("", text)).replace("\0", "").replace("\N{NO-BREAK SPACE}", " ")
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _milliseconds(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, fraction = parts
    whole = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    return whole * 1000 + int((fraction or "0").ljust(3, "0"))


def _stamp(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{rest:03}"
