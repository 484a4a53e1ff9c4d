"""Rich text of our own making: the tags it may hold, and how lines and lists become blocks."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import nh3

from course_pages.importing.description import Block

RICH_TEXT_TAGS = {"p", "b", "i", "ul", "ol", "li", "a", "code", "sub", "sup", "s", "hr", "br"}
RICH_TEXT_ATTRIBUTES = {"a": {"href", "linktype", "id"}}
LINK_SCHEMES = {"http", "https", "mailto", "tel"}
# What neither XML nor a database column takes.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean_rich_text(source: str) -> str:
    """The last gate of every rich-text value: the allow list of the text block."""
    return nh3.clean(
        source,
        tags=RICH_TEXT_TAGS,
        attributes=RICH_TEXT_ATTRIBUTES,
        url_schemes=LINK_SCHEMES,
        link_rel=None,
    )


def visible(markup: str) -> str:
    """The text of our own mark-up, stripped."""
    return html.unescape(re.sub(r"<[^>]*>", "", markup)).strip()


def to_plain(source: str) -> str:
    """Only the words, on one line."""
    cleaned = nh3.clean(FORBIDDEN.sub("", source), tags=set(), link_rel=None)
    return " ".join(html.unescape(cleaned).split())


@dataclass(frozen=True)
class Line:
    """One paragraph of inline HTML."""

    html: str


@dataclass(frozen=True)
class List:
    """A whole list, as HTML."""

    html: str


@dataclass(frozen=True)
class Rule:
    """A thematic break."""


Part = Line | List | Rule | Block


def assembled(parts: Iterable[Part]) -> Iterator[Block]:
    text: list[str] = []

    def flush() -> Iterator[Block]:
        words = clean_rich_text("".join(text))
        text.clear()
        if visible(words) or "<hr>" in words:
            yield Block("text", words)

    for part in parts:
        match part:
            case Block():
                yield from flush()
                yield part
            case Rule():
                if text:
                    text.append("<hr>")
            case List():
                text.append(part.html)
            case Line():
                text.append(f"<p>{part.html}</p>")
    yield from flush()


def inline_words(block: Block) -> str:
    value = block.value
    match block.type:
        case "heading":
            return f"<b>{html.escape(value['text'], quote=False)}</b>"
        case "code":
            return (
                f"<code>{html.escape(value['code'], quote=False).replace(chr(10), '<br>')}</code>"
            )
        case _:
            words = html.escape(value["text"], quote=False).replace("\n\n", "<br>")
            source = html.escape(value["attribution"], quote=False)
            return f"“{words}”" + (f" — {source}" if source else "")


def folded(parts: list[Part]) -> tuple[str, list[Block]]:
    """Parts made fit for the inside of a list item, and the blocks that must follow the list."""
    words: list[str] = []
    blocks: list[Block] = []
    for part in parts:
        match part:
            case Line():
                words.append(part.html)
            case List():
                words.append(part.html)
            case Block(type="heading" | "quote"):
                words.append(inline_words(part))
            case Block(type="code") if "\n" not in part.value["code"]:
                words.append(inline_words(part))
            case Block():
                blocks.append(part)
    lines = sum(not word.startswith(("<ul>", "<ol>")) for word in words)
    joiner = " · " if lines > 3 else "<br>"
    joined = ""
    for word in words:
        is_list = word.startswith(("<ul>", "<ol>"))
        after_list = joined.endswith(("</ul>", "</ol>"))
        joined += word if not joined or is_list or after_list else joiner + word
    return joined, blocks
