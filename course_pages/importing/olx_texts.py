"""The words of Open edX activities that have no block here, so that they are not lost."""

from __future__ import annotations

import contextlib
import html
import json
from collections.abc import Iterator
from typing import Any

from lxml import etree

LEFT_OUT = {"script", "style", "answer"}
# Attributes that hold words for the learner; everything else is configuration.
WORDY = ("question", "instructions", "description", "prompt", "question_text", "text", "title")


def activity_texts(element: etree._Element) -> Iterator[str]:
    """Pieces of HTML, unsanitised, in the order in which a learner would have met them."""
    match element.tag:
        case "openassessment":
            yield from _open_response(element)
        case "poll" | "survey" | "poll_question":
            yield from _poll(element)
        case "annotatable":
            yield from _annotatable(element)
        case _:
            yield from _generic(element)


def _open_response(element: etree._Element) -> Iterator[str]:
    for prompt in element.iter("prompt"):
        description = prompt.find("description")
        if description is not None:
            yield _maybe_html("".join(description.itertext()))
    for criterion in element.iter("criterion"):
        label = _words(criterion.find("label")) or _words(criterion.find("name"))
        prompt_words = _words(criterion.find("prompt"))
        options = "".join(
            f"<li><b>{_text(_words(option.find('label')) or _words(option.find('name')))}</b>: "
            f"{_text(_words(option.find('explanation')))}</li>"
            for option in criterion.iter("option")
        )
        yield f"<p><b>{_text(label)}</b> {_text(prompt_words)}</p><ul>{options}</ul>"


def _poll(element: etree._Element) -> Iterator[str]:
    if question := element.get("question"):
        yield _maybe_html(question)
    for name in ("questions", "answers"):
        labels = [_text(label) for label in _labels(element.get(name))]
        if labels:
            yield "<ul>" + "".join(f"<li>{label}</li>" for label in labels) + "</ul>"
    yield from _generic_children(element)


def _labels(source: str | None) -> list[str]:
    try:
        rows = json.loads(source or "[]")
    except (ValueError, RecursionError):
        return []
    labels: list[str] = []
    for row in rows if isinstance(rows, list) else []:
        value: Any = row[1] if isinstance(row, list) and len(row) > 1 else row
        if isinstance(value, dict):
            value = value.get("label")
        if isinstance(value, str) and value.strip():
            labels.append(value)
    return labels


def _annotatable(element: etree._Element) -> Iterator[str]:
    yield _inner(element)
    for annotation in element.iter("annotation"):
        title, body = annotation.get("title") or "", annotation.get("body") or ""
        if body:
            yield f"<p><b>{_text(title)}</b> {_maybe_html(body)}</p>"


def _generic(element: etree._Element) -> Iterator[str]:
    for name in WORDY:
        value = element.get(name)
        if value and value.strip() and value != element.get("display_name"):
            yield _maybe_html(value)
    if data := element.get("data"):
        with contextlib.suppress(ValueError, RecursionError):
            words = list(dict.fromkeys(_json_words(json.loads(data), 0)))
            if words:
                yield "<ul>" + "".join(f"<li>{_text(word)}</li>" for word in words) + "</ul>"
    yield from _generic_children(element)


def _generic_children(element: etree._Element) -> Iterator[str]:
    inner = _inner(element)
    if inner.strip():
        yield inner


def _json_words(value: Any, depth: int) -> Iterator[str]:
    """Titles and texts of a drag-and-drop's JSON, by the names that its editor gives them."""
    if depth > 8:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in ("title", "displayName", "questionText", "question_text"):
                if isinstance(inner, str) and inner.strip():
                    yield inner
            elif name not in ("feedback",):
                yield from _json_words(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _json_words(inner, depth + 1)


def _inner(element: etree._Element) -> str:
    parts = [_text(element.text or "")]
    for child in element:
        if isinstance(child.tag, str) and child.tag not in LEFT_OUT:
            parts.append(etree.tostring(child, encoding="unicode", method="html", with_tail=False))
        parts.append(_text(child.tail or ""))
    return "".join(parts)


def _words(element: etree._Element | None) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def _maybe_html(source: str) -> str:
    """Text that an editor wrote: HTML where it looks like it, else escaped paragraphs."""
    if "<" in source and ">" in source:
        return source
    lines = [line for line in source.splitlines() if line.strip()]
    return "".join(f"<p>{_text(line)}</p>" for line in lines)


def _text(words: str) -> str:
    return html.escape(words, quote=False)
