"""Blocks as readers make them, within what the blocks of the site take."""

from __future__ import annotations

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
            "file": file,
            "url": url,
            "poster": None,
            "captions": None,
            "transcript": "",
        },
    )


def callout(title: str, text: str, kind: str = "note") -> Block:
    return Block("callout", {"kind": kind, "title": title[:TITLE_LENGTH], "text": text})
