"""Blocks as readers make them, within what the blocks of the site take."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from course_pages.importing.description import Block

HEADING_LENGTH = 200
ALT_LENGTH = 500
TITLE_LENGTH = 200


def heading(text: str, level: str = "h2") -> Block:
    """A heading block; its text is cut to what the block takes only by whoever calls."""
    return Block("heading", {"text": text, "level": level})


def picture(key: str, alt: str, caption: str = "") -> Block:
    """An image block; without a description it can only be decoration."""
    alt = alt[:ALT_LENGTH]
    return Block(
        "image",
        {
            "image": key,
            "alt": alt,
            "decorative": not alt,
            "caption": caption[:ALT_LENGTH],
            "width": "text",
        },
    )


def download(key: str, title: str) -> Block:
    return Block("download", {"title": title[:TITLE_LENGTH], "file": key, "description": ""})


def video(title: str, *, url: str = "", file: str | None = None) -> Block:
    return Block(
        "video",
        {
            "title": title[:TITLE_LENGTH],
            "video": file,
            "url": url,
            "transcript": "",
        },
    )


def callout(title: str, text: str, kind: str = "note") -> Block:
    return Block("callout", {"kind": kind, "title": title[:TITLE_LENGTH], "text": text})


def quiz(
    title: str, text: str, source_format: str, questions: Sequence[dict[str, Any]], **rules: Any
) -> Block:
    """Questions as text, and all that was parsed of them for the quiz engine."""
    source = {"v": 1, "format": source_format, **rules, "questions": list(questions)}
    value = {"title": title[:TITLE_LENGTH], "text": text}
    return Block("quiz", value | {"source": json.dumps(source, ensure_ascii=False)})


def audio(title: str, *, url: str = "", file: str | None = None) -> Block:
    value = {"title": title[:TITLE_LENGTH], "video": file, "url": url, "transcript": ""}
    return Block("audio", value)


def formula(tex: str, description: str = "") -> Block:
    return Block("math", {"formula": tex, "description": description})


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Block:
    """A table of words; its cells are rich text."""
    return Block(
        "table",
        {
            "caption": caption,
            "columns": [{"type": "text", "heading": head} for head in heads],
            "rows": [{"values": list(cells)} for cells in rows],
        },
    )
