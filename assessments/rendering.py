"""The words of questions as HTML, made once for each version of a question and language.

What is shown while answering and what is shown afterwards are two different things here: `Words`
holds nothing of the key.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from wagtail.templatetags.wagtailcore_tags import richtext

from assessments.blocks.parts import StemBlock
from assessments.questions import paper
from assessments.questions.data import GAP, Question, items, options
from core import formulas
from course_pages import rendering

VERSION = 1
KEEP_SECONDS = 30 * 24 * 3600
STEM = StemBlock()


@dataclass(frozen=True)
class Words:
    """What a question says to somebody who answers it, as safe HTML."""

    stem: str
    hint: str
    # Choices, items, left sides or options by id; pieces of text around the gaps in order.
    choices: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)


def words_of(questions: Iterable[Question]) -> dict[str, Words]:
    """Question id → its words; one look into the cache for all."""
    keys = {question["id"]: _key(question) for question in questions}
    found = cache.get_many(keys.values())
    made = {}
    for question in questions:
        if keys[question["id"]] not in found:
            made[keys[question["id"]]] = _words(question)
    if made:
        cache.set_many(made, KEEP_SECONDS)
    known = found | made
    return {key: known[name] for key, name in keys.items()}


def _key(question: Question) -> str:
    return f"question:{paper.version_of(question)}:{VERSION}:{get_language()}"


def _words(question: Question) -> Words:
    kind = question["type"]
    listed: dict[str, str] = {}
    if kind in {"single", "multiple"}:
        listed = {key: rich(value["text"]) for key, value in items(question["choices"])}
    elif kind == "order":
        listed = {key: escape(value["text"]) for key, value in items(question["items"])}
    elif kind == "match":
        listed = {key: escape(value["left"]) for key, value in items(question["pairs"])}
    return Words(
        stem=_stem(question["stem"]),
        hint=rich(question.get("hint") or ""),
        choices=listed,
        options=options(question) if kind == "match" else {},
        pieces=_pieces(question["text"]) if kind == "blanks" else [],
    )


def _pieces(text: str | None) -> list[str]:
    """The text before, between and after the gaps."""
    return [escape(piece) for piece in GAP.split(text or "")[::2]]


def _stem(raw: list[Mapping[str, Any]]) -> str:
    stream = STEM.to_python([dict(item) for item in raw])
    parts = [child.block.render(child.value, context={"behind_door": True}) for child in stream]
    return _no_links_inside("\n".join(parts))


def rich(html: str) -> SafeString:
    """Rich text of the editor as safe HTML with its formulas; links to pages become words."""
    return _no_links_inside(formulas.in_rich_text(str(richtext(html)))) if html else SafeString("")


def _no_links_inside(html: str) -> SafeString:
    return rendering.resolve(
        html,
        lesson_url=lambda _: None,
        file_url=lambda _: "",
        quiz_url=lambda _: None,
        media_url=lambda _: "",
    )


def safe(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308 - made here, of escaped text and sanitised rich text
