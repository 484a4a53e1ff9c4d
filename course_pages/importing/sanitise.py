"""HTML of strangers, made into lesson blocks.

The mark-up is walked once and written anew from what it says, so nothing of the source's
tags reaches a page; the result goes through nh3 with the rich-text allow list as well.
Text is never dropped silently: what cannot keep its form keeps its words.
"""

from __future__ import annotations

from dataclasses import dataclass

from course_pages.importing.description import Block
from course_pages.importing.html_walk import walked
from course_pages.importing.richtext import Line, Part, assembled, inline_words
from course_pages.importing.targets import Note, Resolver


@dataclass(frozen=True)
class Sanitised:
    blocks: tuple[Block, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class RichText:
    """Words of one rich-text field, and the blocks that such a field cannot hold."""

    html: str
    extras: tuple[Block, ...]
    notes: tuple[Note, ...]


def to_blocks(source: str, resolver: Resolver) -> Sanitised:
    """Lesson blocks for a piece of HTML, in its order."""
    walker = walked(source, resolver)
    return Sanitised(tuple(assembled(walker.parts)), tuple(walker.notes))


def to_rich_text(source: str, resolver: Resolver) -> RichText:
    """The same for a field that holds only rich text: headings become bold lines."""
    made = to_runs(source, resolver)
    texts = [block.value for block in made.blocks if block.type == "text"]
    extras = tuple(block for block in made.blocks if block.type != "text")
    return RichText("".join(texts), extras, made.notes)


def to_runs(source: str, resolver: Resolver) -> Sanitised:
    """Runs of rich text and, in their places between them, what such text cannot hold."""
    walker = walked(source, resolver)
    parts: list[Part] = [
        Line(inline_words(part))
        if isinstance(part, Block) and part.type in {"heading", "quote", "code"}
        else part
        for part in walker.parts
    ]
    return Sanitised(tuple(assembled(parts)), tuple(walker.notes))
