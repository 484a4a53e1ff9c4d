"""Lesson snapshots → HTML.

Rendered once for each (digest, renderer version, language) and kept in the cache. What depends on
the course being read (links between lessons, addresses of files) stays a placeholder until asked
for.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from django.core.cache import cache
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from assets import pictures
from core import snapshots
from core.blocks import FiledAudioBlock, FiledVideoBlock
from core.snapshots import Frozen
from course_pages import videos
from course_pages.content import BODY

RENDERER_VERSION = 5
KEEP_SECONDS = 30 * 24 * 3600
KEEP_DRAFT_SECONDS = 300

LESSON_LINK = re.compile(
    r'<a\b([^>]*?)\bhref="lineage:([0-9a-f-]{36})"([^>]*)>(.*?)</a>', re.DOTALL
)
HEADING = re.compile(r"<(/?)h([2-6])\b")
QUIZ_LINK = re.compile(r' (href|hx-get)="quiz:([0-9a-f-]{36})"')
FILE_LINK = re.compile(r'"asset:(\d+)"')
MEDIA_LINK = re.compile(r'"media:([0-9a-f-]{36})(\?play)?"')

# Stands after a film that a lesson begins with: the player shows it above everything else.
STAGE_END = "<!--stage-->"
MEDIA_BOX = 'data-media="'

# Block types that the code dropped, for snapshots that still hold them: type → block. Those that
# it has in another shape are told by the field that only the old one had.
RETIRED: dict[str, Any] = {"video": FiledVideoBlock(), "audio": FiledAudioBlock()}
RETIRED_FIELD = "file"
# Block types whose snapshot holds a frozen thing, which their templates show.
PINNING = ("quiz", *videos.BLOCKS)


def _known_by() -> str:
    """What a body's HTML follows from beside its content."""
    return f"{RENDERER_VERSION}{pictures.known_by()}:{get_language()}"


def body_html(digest: str) -> str:
    """The lesson's body with placeholders; from the cache when it is warm."""
    key = f"lesson-body:{digest}:{_known_by()}"
    html: str | None = cache.get(key)
    if html is None:
        html = with_even_headings(render_raw(snapshots.load(digest)["body"]))
        cache.set(key, html, KEEP_SECONDS)
    return html


def draft_html(draft: Frozen) -> str:
    """The body of a lesson that is not stored, with placeholders.

    Kept for minutes and apart from released ones: nobody pins a draft's pictures and files.
    """
    key = f"draft-body:{draft.digest}:{_known_by()}"
    html: str | None = cache.get(key)
    if html is None:
        html = with_even_headings(render_raw(json.loads(draft.body)["body"]))
        cache.set(key, html, KEEP_DRAFT_SECONDS)
    return html


def render_raw(raw: list[dict[str, Any]]) -> str:
    """Raw blocks as HTML with placeholders for lesson links and files."""
    current = [_is_current(item) for item in raw]
    stream = BODY.to_python([item for item, known in zip(raw, current, strict=True) if known])
    children = iter(stream)
    parts = []
    for item, known in zip(raw, current, strict=True):
        if known:
            child = next(children)
            parts.append(
                child.block.render(
                    child.value,
                    context={
                        "behind_door": True,
                        "block_id": item.get("id"),
                        "pinned": item["value"].get("pinned") if item["type"] in PINNING else None,
                    },
                )
            )
        elif item["type"] in RETIRED:
            block = RETIRED[item["type"]]
            parts.append(
                block.render(block.to_python(item["value"]), context={"behind_door": True})
            )
    if parts and raw[0]["type"] == "video" and MEDIA_BOX in parts[0]:
        parts[0] += STAGE_END
    return "\n".join(parts)


def _is_current(item: Mapping[str, Any]) -> bool:
    """Whether the block is in a shape of today."""
    if item["type"] in RETIRED:
        return item["type"] in BODY.child_blocks and RETIRED_FIELD not in item["value"]
    return item["type"] in BODY.child_blocks


def with_even_headings(html: str) -> str:
    """The same with headings that follow the lesson's title without a gap.

    Many authors begin with sub-headings, and imported courses did; what is below what stays so.
    """
    open_levels: list[int] = []

    def shifted(match: re.Match[str]) -> str:
        closing, level = match.group(1), int(match.group(2))
        if not closing:
            while open_levels and open_levels[-1] >= level:
                open_levels.pop()
            open_levels.append(level)
        return f"<{closing}h{len(open_levels) + 1}"

    return HEADING.sub(shifted, html)


def resolve(
    html: str,
    *,
    lesson_url: Callable[[str], str | None],
    file_url: Callable[[int], str],
    quiz_url: Callable[[str], str | None],
    media_url: Callable[[str], str],
) -> SafeString:
    """Fill the placeholders. A link whose lesson is not in this outline becomes its plain text.

    A quiz without an address keeps its words and leads nowhere.
    """
    if '"quiz:' in html:
        html = QUIZ_LINK.sub(lambda match: _quiz_link(match, quiz_url), html)
    if "lineage:" in html:
        html = LESSON_LINK.sub(lambda match: _lesson_link(match, lesson_url), html)
    if '"asset:' in html:
        html = FILE_LINK.sub(lambda match: f'"{escape(file_url(int(match.group(1))))}"', html)
    if '"media:' in html:
        html = MEDIA_LINK.sub(lambda match: _media_link(match, media_url), html)
    return mark_safe(html)  # noqa: S308 - blocks escape what they render; rich text was sanitised when it came in


def stage_and_rest(html: SafeString) -> tuple[SafeString, SafeString]:
    """The film that a lesson begins with, if it does, and the rest of the lesson."""
    before, mark, after = html.partition(STAGE_END)
    if not mark:
        return SafeString(""), html
    # Parts of what was safe, cut between two blocks.
    return SafeString(before), SafeString(after)


def _lesson_link(match: re.Match[str], lesson_url: Callable[[str], str | None]) -> str:
    before, lineage, after, words = match.groups()
    url = lesson_url(lineage)
    return f'<a{before}href="{escape(url)}"{after}>{words}</a>' if url else words


def _quiz_link(match: re.Match[str], quiz_url: Callable[[str], str | None]) -> str:
    url = quiz_url(match.group(2))
    return f' {match.group(1)}="{escape(url)}"' if url else ""


def _media_link(match: re.Match[str], media_url: Callable[[str], str]) -> str:
    return f'"{escape(media_url(match.group(1)))}{match.group(2) or ""}"'


def document_ids(digest: str) -> set[int]:
    """Files that the lesson may hand out."""
    return {
        number for item in snapshots.load(digest)["body"] for number in _documents(item["value"])
    }


def _documents(value: Any) -> set[int]:
    if not isinstance(value, dict):
        return set()
    return {value[name] for name in ("file", "captions") if isinstance(value.get(name), int)}
