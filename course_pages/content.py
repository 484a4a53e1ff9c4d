"""From a page's stored blocks to a lesson snapshot: normalised, self-contained, checked."""

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

from core import snapshots
from core.blocks.leaves import leaves
from core.snapshots import Frozen, Reference
from course_pages import videos
from course_pages.blocks import LessonBody
from course_pages.outline import LESSON_V
from course_pages.registries import QUIZ, Pinned, Problem, pinned
from course_pages.videos import PinnedVideo

PAGE_LINK = re.compile(r'<a\b[^>]*\blinktype="page"[^>]*>')
ANY_ID = re.compile(r'\bid="(\d+)"')
# The editor's own mark on each paragraph, for comments; new on every paste, and no content.
BLOCK_KEY = re.compile(r'(<[a-z][a-z0-9]*\b[^<>]*?) data-block-key="[^"<>]*"')
# In rich text as the address of a link, in a button as the whole value.
LINEAGE_LINK = re.compile(r'(?:href="|^)lineage:([0-9a-f-]{36})(?:"|$)')
NOBODY = uuid.UUID(int=0)
BODY = LessonBody()
CHOOSERS = {ImageChooserBlock: "image", DocumentChooserBlock: "document"}


@dataclass(frozen=True)
class LessonSource:
    """What a release needs of a lesson page."""

    lineage: str
    title: str
    raw: list[dict[str, Any]]


def linked_page_ids(value: Any) -> set[int]:
    """Primary keys of all pages that rich text and buttons inside the raw value link to."""
    found = {button["page"] for button in _buttons(value) if button.get("page")}
    for text in _texts(value):
        for tag in PAGE_LINK.findall(text):
            if match := ANY_ID.search(tag):
                found.add(int(match.group(1)))
    return found


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if "linktype" in value:
            yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _buttons(body: Any) -> Iterator[Mapping[str, Any]]:
    """The values of a body's buttons, the only blocks that choose pages."""
    for item in body:
        if item["type"] == "button":
            yield item["value"]


def quizzes_in(body: Any) -> Iterator[int]:
    """Primary keys of the quizzes that a body's blocks choose."""
    for item in body:
        if item["type"] == "quiz" and item["value"].get("quiz"):
            yield item["value"]["quiz"]


@dataclass(frozen=True)
class Pins:
    """What bodies choose and a release freezes with them, by primary key."""

    quizzes: Mapping[int, Pinned] = field(default_factory=dict)
    videos: Mapping[int, PinnedVideo] = field(default_factory=dict)


def pins_of(bodies: Iterable[Any]) -> Pins:
    """All that the bodies choose, frozen; no query where they choose nothing."""
    chosen = list(bodies)
    return Pins(
        pinned(QUIZ, (pk for body in chosen for pk in quizzes_in(body))),
        videos.pin(pk for body in chosen for pk in videos.chosen_in(body)),
    )


def _video_by_digest(value: Any, pins: Mapping[int, PinnedVideo]) -> Any:
    """A video or audio block's raw value with the frozen video in place of the row."""
    if "video" not in value:
        return value
    kept = {key: item for key, item in value.items() if key != "video"}
    pinned = pins.get(value["video"] or 0)
    return {**kept, "pinned": pinned.in_lesson} if pinned else kept


def _quiz_by_digest(value: Any, pins: Mapping[int, Pinned]) -> Any:
    """A quiz block's raw value with the frozen quiz in place of the row; no key for none.

    What an import kept of the questions, answers and all, stays out where there is a quiz.
    """
    kept = {key: item for key, item in value.items() if key != "quiz"}
    pinned = pins.get(value.get("quiz") or 0)
    if pinned is None:
        return kept
    quiz = {"lineage": pinned.lineage, "digest": pinned.frozen.digest, "title": pinned.title}
    return {**kept, "text": "", "source": "", "pinned": quiz}


def _button_by_lineage(value: Any, lineages: Mapping[int, str]) -> Any:
    """A button's raw value with the chosen page as its address; gone pages are nobody's."""
    if not value.get("page"):
        return value
    return {**value, "page": None, "url": f"lineage:{lineages.get(value['page'], NOBODY)}"}


def _by_lineage(text: str, lineages: Mapping[int, str]) -> str:
    def replace(match: re.Match[str]) -> str:
        number = ANY_ID.search(match.group(0))
        lineage = lineages.get(int(number.group(1))) if number else None
        # A target that is gone keeps a link to nobody: rendering turns it into plain text.
        return f'<a href="lineage:{lineage or NOBODY}">'

    return PAGE_LINK.sub(replace, text)


def normalise(raw: Any, lineages: Mapping[int, str], seed: str, pins: Pins | None = None) -> Any:
    """The raw blocks with page links by lineage, a unique id on every block, no editor's marks.

    `seed` (the lesson's lineage) makes missing or repeated ids the same every time.
    """
    chosen = pins or Pins()
    seen: set[str] = set()

    def block_id(given: Any, place: str) -> str:
        chosen = str(given) if given else ""
        if not chosen or chosen in seen:
            chosen = str(uuid.uuid5(uuid.UUID(seed), place))
        seen.add(chosen)
        return chosen

    def walk(value: Any, place: str) -> Any:
        if isinstance(value, str):
            if "data-block-key" in value:
                value = BLOCK_KEY.sub(r"\1", value)
            return _by_lineage(value, lineages) if "linktype" in value else value
        if isinstance(value, float):
            return str(value)
        if isinstance(value, Mapping):
            walked = {
                key: walk(item, f"{place}/{key}") for key, item in value.items() if key != "id"
            }
            if "type" in value and "value" in value:
                walked["id"] = block_id(value.get("id"), place)
            elif "id" in value:
                walked["id"] = value["id"]
            return walked
        if isinstance(value, list):
            return [walk(item, f"{place}/{index}") for index, item in enumerate(value)]
        return value

    def settled(item: Any) -> Any:
        if item["type"] == "button":
            return {**item, "value": _button_by_lineage(item["value"], lineages)}
        if item["type"] == "quiz":
            return {**item, "value": _quiz_by_digest(item["value"], chosen.quizzes)}
        if item["type"] in videos.BLOCKS:
            return {**item, "value": _video_by_digest(item["value"], chosen.videos)}
        return item

    return walk([settled(item) for item in raw], "")


def references(raw: list[dict[str, Any]], body: blocks.StreamBlock = BODY) -> set[Reference]:
    """Images, documents and lineages that the blocks need."""
    found = {
        Reference("page", lineage)
        for text in _strings(raw)
        for lineage in LINEAGE_LINK.findall(text)
    }
    for block, value in leaves(body, raw):
        for chooser, kind in CHOOSERS.items():
            if value and isinstance(block, chooser):
                found.add(Reference(kind, str(value)))
    return found


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def freeze(source: LessonSource, lineages: Mapping[int, str], pins: Pins) -> Frozen:
    """The lesson's snapshot. Raises NotCanonical for what cannot be stored."""
    raw = normalise(source.raw, lineages, source.lineage, pins)
    needed = references(raw)
    for pk in quizzes_in(source.raw):
        if quiz := pins.quizzes.get(pk):
            needed |= {Reference("quiz", str(pk)), Reference("snapshot", quiz.frozen.digest)}
    for pk in videos.chosen_in(source.raw):
        if video := pins.videos.get(pk):
            needed |= {Reference("video", str(pk)), Reference("snapshot", video.frozen.digest)}
    return snapshots.freeze("lesson", LESSON_V, {"title": source.title, "body": raw}, needed)


def problems(sources: list[LessonSource]) -> list[Problem]:
    """What an editor's publish would refuse, for all lessons in a constant number of queries.

    Code-level publishing skips these checks, so a release makes them itself.
    """
    everything = [item for source in sources for item in source.raw]
    owners = [source for source in sources for _ in source.raw]
    unknown = [
        Problem(owner.title, f"a block of the unknown type “{item['type']}”")
        for owner, item in zip(owners, everything, strict=True)
        if item["type"] not in BODY.child_blocks
    ]
    known = [
        pair
        for pair in zip(owners, everything, strict=True)
        if pair[1]["type"] in BODY.child_blocks
    ]
    # One stream of all blocks: chooser values are fetched once for all lessons.
    stream = BODY.to_python([item for _, item in known])
    found = []
    for (owner, item), child in zip(known, stream, strict=True):
        try:
            child.block.clean(child.value)
        except ValidationError as error:
            if _leads_nowhere(item, child.value):
                continue
            messages = "; ".join(sorted(set(_messages(error))))
            found.append(Problem(owner.title, f"{child.block.label}: {messages}"))
    return unknown + found


def _leads_nowhere(item: Mapping[str, Any], value: Any) -> bool:
    """A button whose page is gone: it becomes its words and holds no release back."""
    return bool(item["type"] == "button" and item["value"].get("page") and value["page"] is None)


def _messages(error: ValidationError) -> Iterator[str]:
    nested = getattr(error, "block_errors", None)
    if isinstance(nested, dict) and nested:
        for inner in nested.values():
            yield from _messages(inner)
    elif nested:
        for inner in nested:
            if inner:
                yield from _messages(inner)
    else:
        yield from error.messages
