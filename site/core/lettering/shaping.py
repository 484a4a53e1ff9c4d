"""From a line of text to glyphs and their places: directions, faces, HarfBuzz.

Everything is in thousandths of the size of the type, so a shaped line fits any size.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

import uharfbuzz as hb
from bidi import algorithm as bidi

from .faces import Face, Family
from .letters import JOINERS

_RIGHT_TO_LEFT = {"R", "AL", "AN"}
# A text of one face with its level: an odd one runs from right to left.
Part = tuple[str, Face, int]
_WORDS = re.compile(r" +|[^ ]+")


@dataclass(frozen=True)
class Glyph:
    """`text` is what it stands for; empty for a glyph that belongs to its neighbour's text."""

    number: int
    text: str
    advance: int
    x: int
    y: int


@dataclass(frozen=True)
class Run:
    """Glyphs of one face in one direction, left to right as they stand on the page."""

    face: Face
    text: str
    glyphs: tuple[Glyph, ...]
    width: int
    right_to_left: bool


@dataclass(frozen=True)
class Line:
    """Runs from left to right. `top` and `bottom` are where its ink ends, from the base line."""

    text: str
    runs: tuple[Run, ...] = field(default=())
    width: int = 0
    top: int = 0
    bottom: int = 0


def is_right_to_left(text: str) -> bool:
    """The direction of a paragraph: that of its first letter with one."""
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False


def shaped(
    text: str, family: Family, *, tracking: int = 0, right_to_left: bool | None = None
) -> Line:
    """One line of cleaned text. `tracking` spaces the letters of scripts that do not join."""
    runs = [
        _run(part, face, level, tracking)
        for part, face, level in _visual(text, family, right_to_left)
    ]
    tops, bottoms = [0], [0]
    for run in runs:
        for glyph in run.glyphs:
            if extents := run.face.font.get_glyph_extents(glyph.number):
                tops.append(glyph.y + extents.y_bearing)
                bottoms.append(glyph.y + extents.y_bearing + extents.height)
    return Line(text, tuple(runs), sum(run.width for run in runs), max(tops), min(bottoms))


def clusters(text: str) -> Iterator[str]:
    """What is never torn apart: a letter with its marks, letters that joiners or viramas tie."""
    held = ""
    for letter in text:
        if held and not _sticks(letter) and not _ties(held[-1]):
            yield held
            held = ""
        held += letter
    if held:
        yield held


def _sticks(letter: str) -> bool:
    # Thai and Lao vowels and tone marks are marks too, but for SARA AM, which composes.
    return unicodedata.category(letter)[0] == "M" or letter in JOINERS or letter in "\u0e33\u0eb3"


def _ties(letter: str) -> bool:
    # Thai vowels of the class "Lo" that stand before their consonant belong to it.
    return letter in JOINERS or unicodedata.combining(letter) == 9 or "\u0e40" <= letter <= "\u0e44"


def _visual(text: str, family: Family, right_to_left: bool | None) -> list[Part]:
    """Parts of one face and level, in the order in which they stand from left to right."""
    parts: list[Part] = []
    at = 0
    levels = _levels(text, right_to_left)
    for part, face in _faces(text, family):
        for level, group in groupby(levels[at : at + len(part)]):
            length = len(list(group))
            parts.append((text[at : at + length], face, level))
            at += length
    for least in range(max((level for *_, level in parts), default=0), 0, -1):
        parts = _turned(parts, least)
    return parts


def _turned(parts: list[Part], least: int) -> list[Part]:
    """Rule L2 of the bidirectional algorithm, on parts in place of letters."""
    turned: list[Part] = []
    for deep, group in groupby(parts, lambda part: part[2] >= least):
        together = list(group)
        turned += reversed(together) if deep else together
    return turned


def _levels(text: str, right_to_left: bool | None) -> list[int]:
    """The embedding level of each letter; odd ones run right to left."""
    if not right_to_left and not set(map(unicodedata.bidirectional, text)) & _RIGHT_TO_LEFT:
        return [0] * len(text)
    base = is_right_to_left(text) if right_to_left is None else right_to_left
    storage = bidi.get_empty_storage()
    storage["base_level"], storage["base_dir"] = int(base), "LR"[base]
    bidi.get_embedding_levels(text, storage)
    # Rule X9 takes joiners away; their level is that of what they follow.
    storage["chars"] = [one for one in storage["chars"] if one["ch"] not in JOINERS]
    bidi.explicit_embed_and_overrides(storage)
    bidi.resolve_weak_types(storage)
    bidi.resolve_neutral_types(storage, False)
    bidi.resolve_implicit_levels(storage, False)
    resolved = iter(storage["chars"])
    levels: list[int] = []
    for letter in text:
        joins = letter in JOINERS
        levels.append((levels[-1] if levels else int(base)) if joins else next(resolved)["level"])
    return levels


def _faces(text: str, family: Family) -> Iterator[tuple[str, Face]]:
    """Neighbouring letters of one face. A word stays in one face where one has all of it."""
    pieces: list[tuple[str, Face]] = []
    for found in _WORDS.finditer(text):
        word = found[0]
        # Spaces and signs stay with what is before them; letters ask the family.
        if pieces and pieces[-1][1].has(word) and not any(map(str.isalnum, word)):
            pieces.append((word, pieces[-1][1]))
            continue
        whole = family.face_of(_asked(word))
        if whole:
            pieces.append((word, whole))
            continue
        last: Face | None = None
        for cluster in clusters(word):
            asked = _asked(cluster)
            face = (
                last if last and last.has(asked) and not asked.isalpha() else family.face_of(asked)
            )
            last = face or family.face_of(asked[:1]) or last or family.faces[0]
            pieces.append((cluster, last))
    for face, group in groupby(pieces, lambda piece: piece[1]):
        yield "".join(piece for piece, _ in group), face


def _asked(text: str) -> str:
    """What a face must have for a text."""
    return "".join(
        letter for letter in text if letter not in JOINERS and not "\ufe00" <= letter <= "\ufe0f"
    )


def _run(text: str, face: Face, level: int, tracking: int) -> Run:
    buffer = hb.Buffer()
    # Marks count as letters of their own, so that each glyph has as little text as can be.
    buffer.cluster_level = hb.BufferClusterLevel.MONOTONE_CHARACTERS
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if level % 2 else "ltr"
    spaced = tracking if buffer.script in ("Latn", "Grek", "Cyrl") else 0
    hb.shape(face.font, buffer, {"liga": False, "clig": False} if spaced else None)
    infos, positions = buffer.glyph_infos, buffer.glyph_positions
    texts = _texts(text, [info.cluster for info in infos])
    glyphs = tuple(
        Glyph(info.codepoint, part, place.x_advance + spaced, place.x_offset, place.y_offset)
        for info, place, part in zip(infos, positions, texts, strict=True)
    )
    return Run(face, text, glyphs, sum(glyph.advance for glyph in glyphs), level % 2 == 1)


def _texts(text: str, starts: list[int]) -> list[str]:
    """The text of each glyph: the first of a cluster stands for all of it."""
    ends = dict(zip(order := sorted(set(starts)), [*order[1:], len(text)], strict=True))
    seen: set[int] = set()
    texts = []
    for start in starts:
        texts.append("" if start in seen else text[start : ends[start]])
        seen.add(start)
    return texts
