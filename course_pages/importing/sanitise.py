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
    walker = walked(source, resolver)
    words: list[Part] = []
    extras: list[Block] = []
    for part in walker.parts:
        if not isinstance(part, Block):
            words.append(part)
        elif part.type in {"heading", "quote", "code"}:
            words.append(Line(inline_words(part)))
        else:
            extras.append(part)
    texts = [block.value for block in assembled(words)]
    return RichText("".join(texts), tuple(extras), tuple(walker.notes))
