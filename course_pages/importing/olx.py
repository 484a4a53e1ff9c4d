"""Reader of courses as Open edX exports them (OLX).

chapter = module, vertical = lesson, the sequential's title = the lesson's section.
Nothing of the course runs: Python and JavaScript in it are text that is left out.
"""

from __future__ import annotations

import html
import json
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from course_pages.importing import sanitise
from course_pages.importing.blocks import HEADING_LENGTH, callout, heading, quiz
from course_pages.importing.blocks import TITLE_LENGTH as LONGEST_BLOCK_TITLE
from course_pages.importing.description import (
    Block,
    CourseDescription,
    Finding,
    Kind,
    LessonDescription,
    ModuleDescription,
    lineage,
)
from course_pages.importing.errors import SourceRefused
from course_pages.importing.olx_problem import problem_html
from course_pages.importing.olx_questions import read_questions
from course_pages.importing.olx_static import Statics
from course_pages.importing.olx_texts import activity_texts
from course_pages.importing.olx_types import ACTIVITIES, CHOOSERS, FILED
from course_pages.importing.olx_video import read_video
from course_pages.importing.richtext import clean_rich_text, to_plain, visible
from course_pages.importing.targets import Note, TargetKind
from course_pages.importing.xml import Malformed, read_xml

LARGEST_HTML = 4 * 1024 * 1024
DEEPEST = 12
# Parts that hold each other many times over would never end.
MOST_PARTS = 50_000
SUMMARY_LENGTH = 300
TITLE_LENGTH = 255
WORDS_PER_MINUTE = 200

UNTITLED = {"", "unit", "section", "subsection", "vertical", "sequential"}
# A note of these kinds changes nothing that a learner would miss.
HARMLESS = {"style", "icon"}


def is_olx(root: Path) -> bool:
    """Whether the unpacked folder holds an Open edX export."""
    return _course_folder(root) is not None


def read(root: Path) -> CourseDescription:
    """The course in the unpacked folder. Raises `SourceRefused`; small faults become findings."""
    folder = _course_folder(root)
    if folder is None:
        raise SourceRefused(_("There is no course.xml in the archive: no Open edX export."))
    return _Reader(folder).read()


def _course_folder(root: Path) -> Path | None:
    if (root / "course.xml").is_file():
        return root
    found = [folder for folder in sorted(root.iterdir()) if (folder / "course.xml").is_file()]
    return found[0] if len(found) == 1 else None


@dataclass
class _Unit:
    """A lesson in the making: where it is and what it holds, before anything is converted."""

    lineage: uuid.UUID
    usage: str
    title: str
    section: str
    place: str
    parts: list[etree._Element]
    account: bool
    section_name: str = ""


@dataclass
class _Piece:
    """What a component became."""

    blocks: list[Block] = field(default_factory=list)
    kind: Kind = Kind.IMPORTED
    reason: str = ""
    notes: list[Note] = field(default_factory=list)


class _Reader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = folder / ".made"
        self.static = Statics(folder, self.made)
        self.findings: list[Finding] = []
        self.found: Counter[str] = Counter()
        self.policy: dict[str, Any] = {}
        self.used_definitions: set[str] = set()
        self.lessons_by_name: dict[str, uuid.UUID] = {}
        self.key = ""
        self.language = ""

    def read(self) -> CourseDescription:
        try:
            pointer = read_xml(self.folder / "course.xml")
        except Malformed as error:
            raise SourceRefused(_("course.xml is no XML (%s).") % error) from error
        if pointer.tag != "course":
            raise SourceRefused(_("course.xml does not describe a course."))
        run = pointer.get("url_name") or "course"
        self.key = "+".join(filter(None, (pointer.get("org"), pointer.get("course"), run)))
        self.policy = self._read_policy(run)
        course = self._definition(pointer, required=True)
        if course is None:
            raise SourceRefused(_("course.xml does not describe a course."))
        self.language = (course.get("language") or self._policy_of(course, "language")).strip()
        title = self._title(course) or pointer.get("course") or self.key
        self._account(Kind.IMPORTED, "course", title, "")
        outline = self._outline(course, title)
        self._index(outline)
        modules = []
        for name, chapter, units in outline:
            lessons = tuple(filter(None, [self._lesson(unit) for unit in units]))
            if lessons:
                modules.append(
                    ModuleDescription(
                        lineage(self.key, f"chapter/{name}"), self._module_title(chapter), lessons
                    )
                )
                self._account(Kind.IMPORTED, "chapter", self._module_title(chapter), title)
            else:
                reason = _("it holds nothing that could be shown: left out")
                self._account(Kind.REPORTED, "chapter", self._module_title(chapter), title, reason)
        if not modules:
            raise SourceRefused(_("The course holds no lesson that could be imported."))
        body = self._overview(title)
        summary = self._summary()
        cover = self._cover(course)
        self._report_rest(title)
        return CourseDescription(
            key=self.key,
            lineage=lineage(self.key, "course"),
            title=_shortened(title, TITLE_LENGTH),
            summary=summary,
            language=self.language,
            body=body,
            cover=cover,
            modules=tuple(modules),
            files=self.static.files,
            images=self.static.images,
            found=dict(self.found),
            findings=tuple(self.findings),
        )

    def _read_policy(self, run: str) -> dict[str, Any]:
        path = self._inside("policies", run, "policy.json")
        if path is None:
            return {}
        try:
            data = json.loads(path.read_bytes())
        except (ValueError, RecursionError):
            return {}
        return data if isinstance(data, dict) else {}

    def _policy_of(self, element: etree._Element, name: str) -> str:
        entry = self.policy.get(f"{element.tag}/{element.get('url_name') or ''}")
        value = entry.get(name) if isinstance(entry, dict) else None
        return value if isinstance(value, str) else ""

    def _title(self, element: etree._Element) -> str:
        title = element.get("display_name") or self._policy_of(element, "display_name")
        return _shortened(" ".join(title.split()), TITLE_LENGTH)

    def _module_title(self, chapter: etree._Element) -> str:
        return self._title(chapter) or _("Module")

    def _about(self, name: str) -> str:
        path = self._inside("about", f"{name}.html")
        return _text_of(path) if path else ""

    def _summary(self) -> str:
        words = to_plain(self._about("short_description"))
        if not words:
            words = to_plain(self._about("subtitle"))
        return _shortened(words, SUMMARY_LENGTH)

    def _overview(self, title: str) -> tuple[Block, ...]:
        """The public description; its page takes fewer kinds of block than a lesson."""
        made = sanitise.to_blocks(self._about("overview"), self.static)
        allowed = {"text", "heading", "image", "callout", "quote", "embed"}
        return tuple(block for block in made.blocks if block.type in allowed)

    def _cover(self, course: etree._Element) -> str:
        name = course.get("course_image") or self._policy_of(course, "course_image")
        if not name:
            return ""
        target = self.static.image(f"/static/{name}")
        if target.kind is TargetKind.IMAGE:
            return target.value
        missing = target.kind is TargetKind.MISSING
        reason = _("the file is not in the source") if missing else target.value
        self._detail("image", name, _("the picture of the course"), reason)
        return ""

    def _outline(
        self, course: etree._Element, title: str
    ) -> list[tuple[str, etree._Element, list[_Unit]]]:
        outline = []
        seen: set[str] = set()
        for number, child in enumerate(_elements(course), start=1):
            if child.tag != "chapter":
                reason = _("there is no place for it in a course here")
                self._account(
                    Kind.REPORTED, child.tag, child.get("slug") or self._title(child), title, reason
                )
                continue
            name = child.get("url_name") or f"{number}"
            chapter = self._definition(child)
            if chapter is None or f"chapter/{name}" in seen:
                self._missing(child, title, again=chapter is not None)
                continue
            seen.add(f"chapter/{name}")
            outline.append((name, chapter, list(self._units_of_chapter(chapter, name, seen))))
        return outline

    def _units_of_chapter(
        self, chapter: etree._Element, name: str, seen: set[str]
    ) -> Iterator[_Unit]:
        place = self._module_title(chapter)
        for number, child in enumerate(_elements(chapter), start=1):
            usage = f"{child.tag}/{child.get('url_name') or f'{name}.{number}'}"
            element = self._definition(child)
            if element is None or usage in seen:
                self._missing(child, place, again=element is not None)
                continue
            seen.add(usage)
            if child.tag in {"sequential", "videosequence"}:
                yield from self._units_of_section(element, usage, place, seen)
            else:
                yield self._unit(element, usage, "", place)

    def _units_of_section(
        self, section: etree._Element, usage: str, place: str, seen: set[str]
    ) -> Iterator[_Unit]:
        title = self._title(section)
        children = list(_elements(section))
        if _hidden(section):
            self._account(Kind.REPORTED, section.tag, title, place, _("for staff only: left out"))
            for child in children:
                self._skip(child, f"{place} › {title}", _("for staff only: left out"))
            return
        units = []
        for number, child in enumerate(children, start=1):
            own = f"{child.tag}/{child.get('url_name') or f'{usage}.{number}'}"
            element = self._definition(child)
            if element is None or own in seen:
                self._missing(child, f"{place} › {title}", again=element is not None)
                continue
            seen.add(own)
            if _hidden(element):
                self._skip(element, f"{place} › {title}", _("for staff only: left out"))
                continue
            unit = self._unit(element, own, title, place)
            units.append(replace(unit, section_name=usage.partition("/")[2]))
        self._account(
            Kind.CONVERTED if units else Kind.REPORTED,
            section.tag,
            title,
            place,
            _("its title became its lessons' section") if units else _("there is nothing in it"),
        )
        yield from _titled(units, title)

    def _unit(self, element: etree._Element, usage: str, section: str, place: str) -> _Unit:
        is_vertical = element.tag == "vertical"
        title = self._title(element)
        place = " › ".join(filter(None, (place, section)))
        return _Unit(
            lineage=lineage(self.key, usage),
            usage=usage,
            title=title,
            section=section,
            place=place,
            parts=list(_elements(element)) if is_vertical else [element],
            account=is_vertical,
        )

    def _index(self, outline: list[tuple[str, etree._Element, list[_Unit]]]) -> None:
        """Where a link to any part of the course leads: to the lesson that holds it."""
        for name, __, units in outline:
            for unit in units:
                # A link to a chapter or section leads to its first lesson.
                for above in (name, unit.section_name):
                    self.lessons_by_name.setdefault(above, unit.lineage)
                self.lessons_by_name[unit.usage.partition("/")[2]] = unit.lineage
                for part in unit.parts:
                    for element in part.iter():
                        if isinstance(element.tag, str) and element.get("url_name"):
                            self.lessons_by_name.setdefault(element.get("url_name"), unit.lineage)
        self.static.lessons = self.lessons_by_name

    def _definition(
        self, pointer: etree._Element, *, required: bool = False
    ) -> etree._Element | None:
        """What a pointer points to; an element with content of its own is its definition."""
        name = pointer.get("url_name") or ""
        if len(pointer) or (pointer.text or "").strip() or not name:
            return pointer
        # Open edX writes folders in names as colons.
        path = self._inside(pointer.tag, *f"{name}.xml".replace(":", "/").split("/"))
        if path is None:
            extra = set(pointer.attrib) - {"url_name", "org", "course", "slug"}
            if required:
                raise SourceRefused(_("The file %s is missing.") % f"{pointer.tag}/{name}.xml")
            return pointer if extra or pointer.tag not in FILED else None
        self.used_definitions.add(path.relative_to(self.folder).as_posix())
        try:
            element = read_xml(path)
        except Malformed as error:
            if required:
                raise SourceRefused(_("%(name)s is no XML (%(error)s).") % {
                    "name": path.name, "error": error}) from error  # fmt: skip
            return None
        if element.tag != pointer.tag:
            return None
        for key, value in pointer.attrib.items():
            if key not in element.attrib:
                element.set(key, value)
        return element

    def _inside(self, *parts: str) -> Path | None:
        """A file of the export, or None; never one outside of it."""
        if any(part in ("", ".", "..") or "\0" in part or "\\" in part for part in parts):
            return None
        path = self.folder.joinpath(*parts)
        try:
            return path if path.is_file() else None
        except OSError:
            return None

    def _lesson(self, unit: _Unit) -> LessonDescription | None:
        place = f"{unit.place} › {unit.title}"
        blocks: list[Block] = []
        for part in unit.parts:
            blocks += self._component(part, place, 0)
        if not blocks and unit.parts:
            names = [self._title(part) or part.tag for part in unit.parts]
            self._account_unit(unit, Kind.REPORTED, _("nothing in it could be shown: left out"))
            self._detail("lesson", unit.title, unit.place, ", ".join(names))
            return None
        if not blocks:
            self._account_unit(unit, Kind.REPORTED, _("it is empty: left out"))
            return None
        self._account_unit(unit, Kind.IMPORTED, "")
        return LessonDescription(
            lineage=unit.lineage,
            title=_shortened(unit.title, TITLE_LENGTH),
            section=_shortened(unit.section, TITLE_LENGTH),
            minutes=_minutes(blocks),
            blocks=tuple(blocks),
        )

    def _account_unit(self, unit: _Unit, kind: Kind, reason: str) -> None:
        if unit.account:
            self._account(kind, "vertical", unit.title, unit.place, reason)

    def _component(self, pointer: etree._Element, place: str, depth: int) -> list[Block]:
        """The blocks of one component; accounts for it and for everything inside it."""
        element = self._definition(pointer)
        tag = pointer.tag
        name = self._title(element if element is not None else pointer) or tag
        if element is None:
            self._missing(pointer, place)
            return []
        if depth > DEEPEST:
            self._account(Kind.REPORTED, tag, name, place, _("nested too deep"))
            return []
        if tag == "vertical" or tag in CHOOSERS:
            return self._group(element, name, place, depth)
        piece = self._piece(element, tag, name)
        self._account(piece.kind, tag, name, place, piece.reason)
        for note in piece.notes:
            self._detail(note.what, note.name, place, note.reason)
        return piece.blocks

    def _group(self, element: etree._Element, name: str, place: str, depth: int) -> list[Block]:
        tag = element.tag
        blocks: list[Block] = []
        children = [c for c in _elements(element) if c.tag not in {"show"}]
        for child in children:
            made = self._component(child, place, depth + 1)
            if tag == "split_test" and made:
                inner = self._definition(child)
                title = self._title(inner) if inner is not None else ""
                if title:
                    made = [heading(title[:HEADING_LENGTH], "h3"), *made]
            blocks += made
        if tag == "vertical":
            reason = _("its parts became part of the lesson around it")
        else:
            reason = _(CHOOSERS[tag])
        if blocks:
            self._account(Kind.CONVERTED, tag, name, place, reason)
        else:
            self._account(Kind.REPORTED, tag, name, place, _("there is nothing in it"))
            if tag != "vertical":
                blocks = [_not_here(name, tag)]
        return blocks

    def _piece(self, element: etree._Element, tag: str, name: str) -> _Piece:
        match tag:
            case "html" | "static_tab" | "course_info" | "about":
                return self._html(element)
            case "video" | "videoalpha" | "youtube":
                return self._video(element, name)
            case "problem":
                return self._problem(element, name)
            case _:
                return self._activity(element, tag, name)

    def _html(self, element: etree._Element) -> _Piece:
        filename = element.get("filename") or ""
        notes: list[Note] = []
        if filename:
            path = self._inside("html", *f"{filename}.html".replace(":", "/").split("/"))
            if path is None:
                return _Piece(
                    kind=Kind.REPORTED, reason=_("its file %s is missing") % f"{filename}.html"
                )
            source = _text_of(path)
        else:
            source = _inner(element)
        made = sanitise.to_blocks(source, self.static)
        notes += made.notes
        changed = sorted({note.what for note in notes} - HARMLESS)
        if not made.blocks:
            reason = _("nothing in it but styles, scripts or controls") if notes else _("empty")
            return _Piece(kind=Kind.CONVERTED, reason=reason, notes=notes)
        return _Piece(
            list(made.blocks),
            Kind.CONVERTED if changed else Kind.IMPORTED,
            _("in part: %s") % ", ".join(changed) if changed else "",
            notes,
        )

    def _problem(self, element: etree._Element, name: str) -> _Piece:
        made = problem_html(element)
        text = sanitise.to_runs(made.html, self.static)
        before, words, after = _around_the_box(text.blocks)
        title = name if name != "problem" else _("Question")
        questions = read_questions(
            element, lambda source: sanitise.to_rich_text(source, self.static).html
        )
        kind, reason = Kind.CONVERTED, _("its questions are kept for quizzes, shown as text")
        if made.runs_python:
            reason = _("not supported: carries Python, which is never run; its text is kept")
        elif made.unsupported:
            reason = _("not supported: %s; its text is kept") % ", ".join(sorted(made.unsupported))
        elif unclear := [q["reason"] for q in questions if q["type"] == "unsupported"]:
            reason = _("not supported: %s; its text is kept") % ", ".join(sorted(set(unclear)))
        elif not questions:
            reason = _("it asks nothing: its text is kept")
        if made.runs_python or any(q["type"] == "unsupported" for q in questions):
            kind = Kind.REPORTED
        blocks = [_not_here(title, "problem")] if kind is Kind.REPORTED else []
        blocks += before
        if visible(words) or questions:
            blocks.append(quiz(title, words, "olx", questions))
        blocks += after
        return _Piece(blocks, kind, reason, list(text.notes))

    def _video(self, element: etree._Element, name: str) -> _Piece:
        title = (name if name != element.tag else _("Video"))[:LONGEST_BLOCK_TITLE]
        made = read_video(element, title, self.static, self.language)
        if made.plays:
            return _Piece([made.block, *made.extras], Kind.IMPORTED, "", made.notes)
        blocks = [_not_here(title, "video")]
        if words := made.block.value["transcript"]:
            lines = (f"<p>{html.escape(line, quote=False)}</p>" for line in words.split("\n\n"))
            blocks.append(Block("text", clean_rich_text("".join(lines))))
        reason = _("the export names no address for it")
        return _Piece([*blocks, *made.extras], Kind.REPORTED, reason, made.notes)

    def _activity(self, element: etree._Element, tag: str, name: str) -> _Piece:
        """Something that we have no type for: say so to the learner, keep its words."""
        title = name if name != tag else ""
        blocks = [_not_here(title, tag)]
        notes: list[Note] = []
        for source in activity_texts(element):
            made = sanitise.to_blocks(source, self.static)
            blocks += made.blocks
            notes += made.notes
        kept = len(blocks) > 1
        reason = (
            _("there is no such block here; its text is kept")
            if kept
            else _("there is no such block here")
        )
        return _Piece(blocks, Kind.REPORTED, reason, notes)

    def _account(self, kind: Kind, tag: str, name: str, place: str, reason: str = "") -> None:
        self.found[tag] += 1
        self.findings.append(Finding(kind, tag, name, place, reason))
        if len(self.findings) > MOST_PARTS:
            raise SourceRefused(_("The course has more than %d parts.") % MOST_PARTS)

    def _detail(self, what: str, name: str, place: str, reason: str) -> None:
        self.findings.append(Finding(Kind.IGNORED, what, name, place, reason))

    def _missing(self, pointer: etree._Element, place: str, *, again: bool = False) -> None:
        name = self._title(pointer) or pointer.get("url_name") or pointer.tag
        reason = (
            _("used a second time: shown only in its first place")
            if again
            else _("its definition is missing or cannot be read")
        )
        self._account(Kind.REPORTED, pointer.tag, name, place, reason)

    def _skip(self, pointer: etree._Element, place: str, reason: str, depth: int = 0) -> None:
        """Account for a whole branch that is left out."""
        element = self._definition(pointer)
        name = self._title(element if element is not None else pointer) or pointer.tag
        self._account(Kind.REPORTED, pointer.tag, name, place, reason)
        if (
            element is not None
            and depth < DEEPEST
            and (element.tag == "vertical" or element.tag in CHOOSERS)
        ):
            for child in _elements(element):
                self._skip(child, f"{place} › {name}", reason, depth + 1)

    def _report_rest(self, title: str) -> None:
        """What lies in the export and has no part in the course: reported, never shown."""
        nothing = _("nothing in the course points to it")
        for path in sorted(self.folder.glob("*/*.xml")):
            name = path.relative_to(self.folder).as_posix()
            if path.parent.name in FILED and name not in self.used_definitions:
                self._account(Kind.REPORTED, "unused", name, title, nothing)
        for path in sorted(self.folder.glob("drafts/**/*.xml")):
            name = path.relative_to(self.folder).as_posix()
            self._account(Kind.REPORTED, "draft", name, title, _("not published in the source"))
        for kind in ("tabs", "info"):
            for path in sorted(self.folder.glob(f"{kind}/*.html")):
                if _text_of(path).strip():
                    name = path.relative_to(self.folder).as_posix()
                    reason = _("pages beside the lessons are not brought over")
                    self._account(Kind.REPORTED, "page", name, title, reason)
        for name, used in self.static.account():
            if used:
                self._account(Kind.IMPORTED, "file", name, title)
            else:
                self._account(Kind.REPORTED, "file", name, title, nothing)


def _titled(units: list[_Unit], section: str) -> list[_Unit]:
    """Lessons with names of their own: "Unit" says nothing, and a section of one needs no name."""
    named = []
    generic = [unit for unit in units if unit.title.lower() in UNTITLED]
    for number, unit in enumerate(units, start=1):
        if unit in generic:
            title = section or unit.title or _("Lesson")
            if len(generic) > 1:
                title = f"{title} ({number})"
            unit = replace(unit, title=title)
        alone = len(units) == 1 and unit.title.casefold() == section.casefold()
        named.append(replace(unit, section="" if alone else section))
    return named


def _elements(parent: etree._Element) -> Iterator[etree._Element]:
    for child in parent:
        if isinstance(child.tag, str):
            yield child


def _around_the_box(blocks: Sequence[Block]) -> tuple[list[Block], str, list[Block]]:
    """A problem in its order: what stands before its box, the box's words, what comes after."""
    runs = [number for number, block in enumerate(blocks) if block.type == "text"]
    if not runs:
        return list(blocks), "", []
    last = runs[-1]
    return list(blocks[:last]), blocks[last].value, list(blocks[last + 1 :])


def _hidden(element: etree._Element) -> bool:
    return (element.get("visible_to_staff_only") or "").strip().strip('"').lower() == "true"


def _inner(element: etree._Element) -> str:
    """The element's content as HTML source."""
    parts = [html.escape(element.text or "", quote=False)]
    for child in element:
        parts.append(etree.tostring(child, encoding="unicode", method="html"))
    return "".join(parts)


def _text_of(path: Path) -> str:
    if path.stat().st_size > LARGEST_HTML:
        raise SourceRefused(_("“%s” is too large for a piece of text.") % path.name)
    return path.read_bytes().decode("utf-8-sig", "replace")


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _not_here(title: str, tag: str) -> Block:
    activity = _(ACTIVITIES.get(tag, tag.replace("_", " ").replace("-", " ")))
    if tag == "video":
        text = _("This video is not available here.")
    elif tag == "problem":
        text = _(
            "This exercise is not supported here: it worked only on the platform that the course "
            "was made for. Its text is kept."
        )
    else:
        text = _(
            "This activity (%(activity)s) worked only on the platform that the course was made for."
        ) % {"activity": activity}
    return callout(
        title or activity[:1].upper() + activity[1:], f"<p>{html.escape(text, quote=False)}</p>"
    )


def _minutes(blocks: list[Block]) -> int:
    """An honest guess: reading speed, and some time for what is watched or worked on."""
    words = extra = 0
    for block in blocks:
        match block.type:
            case "text":
                words += len(visible(block.value).split())
            case "quiz":
                words += len(visible(block.value["text"]).split())
                extra += 1
            case "video":
                spoken = len(block.value["transcript"].split())
                extra += max(2, round(spoken / 140)) if spoken else 3
            case "code":
                words += len(block.value["code"].split()) // 2
            case "quote":
                words += len(block.value["text"].split())
    return max(1, round(words / WORDS_PER_MINUTE) + extra)
