"""Reader of Markdown courses: a folder of texts, with or without a navigation file.

A folder is a module, a file a lesson. Front matter may name title, description, order, section,
minutes, draft. A README or index of a folder opens its module; the topmost describes the course.
"""

from __future__ import annotations

import html
import posixpath
import re
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from course_pages.importing import markdown_front, markdown_outline, sanitise
from course_pages.importing.blocks import TITLE_LENGTH as BLOCK_TITLE_LENGTH
from course_pages.importing.blocks import callout, video
from course_pages.importing.description import (
    Block,
    CourseDescription,
    Kind,
    LessonDescription,
    ModuleDescription,
    lineage,
)
from course_pages.importing.errors import SourceRefused
from course_pages.importing.folder import Links, SourceFolder
from course_pages.importing.markdown_outline import (
    Navigation,
    PlannedLesson,
    PlannedModule,
    is_index,
    is_text,
    pretty,
)
from course_pages.importing.markdown_text import Box, Film, Gap, Html, MarkdownText, TooTangled
from course_pages.importing.reading import (
    COURSE_BLOCKS,
    SUMMARY_LENGTH,
    Account,
    NoText,
    minutes_for,
    not_here,
    one_line,
    outcome,
    text_of,
)
from course_pages.importing.richtext import visible
from course_pages.importing.targets import Note, Target, TargetKind

LARGEST_ALL = 32 * 1024 * 1024
MOST_MINUTES = 600
NAVIGATION_FILES = (
    ("SUMMARY.md", markdown_outline.summary),
    ("src/SUMMARY.md", markdown_outline.summary),
    ("mkdocs.yml", markdown_outline.mkdocs),
    ("mkdocs.yaml", markdown_outline.mkdocs),
    ("_toc.yml", markdown_outline.jupyter_book),
)
# Texts about a repository that is not the course.
HOUSEKEEPING = {
    "changelog", "code_of_conduct", "contributing", "contributors", "license", "licence",
    "security", "support", "pull_request_template", "issue_template",
}  # fmt: skip
TRANSLATED = re.compile(r"(.+)\.[a-z]{2,3}(?:-[a-z0-9]{2,4})?(\.\w+)", re.IGNORECASE)
TRANSLATION_FOLDERS = {"translations", "i18n"}
ORDER_NAMES = ("order", "weight", "nav_order", "sidebar_position")


def is_markdown(root: Path) -> bool:
    """Whether the unpacked folder holds a Markdown text."""
    return any(is_text(path.name) and path.is_file() for path in root.rglob("*"))


def read(root: Path, name: str) -> CourseDescription:
    """The course in the unpacked folder, which came in a file or folder of that name."""
    folder = root
    while True:
        inside = [p for p in folder.iterdir() if p.name != "__MACOSX" and p.name[0] != "."]
        if len(inside) != 1 or not inside[0].is_dir():
            break
        folder = inside[0]
    own_name = (
        re.sub(r"(?i)(\.tar)?\.(zip|tgz|gz|tar)$", "", name) if folder == root else folder.name
    )
    return _Reader(folder, one_line(own_name) or "course").read()


@dataclass
class _Text:
    """What is known of a text before it is converted."""

    front: dict[str, Any] = field(default_factory=dict)
    heading: str = ""
    level: int = 0
    links: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def word(self, *names: str) -> str:
        for name in names:
            value = self.front.get(name)
            if isinstance(value, (str, int, float)) and not isinstance(value, bool):
                return one_line(str(value), 2000)
        return ""

    def number(self, *names: str) -> float | None:
        for name in names:
            value = self.front.get(name)
            if isinstance(value, (int, float)) and not isinstance(value, bool) and value == value:
                return value
        return None

    @property
    def draft(self) -> bool:
        return self.front.get("draft") is True or self.front.get("published") is False


class _TextLinks(Links):
    """Links between texts may leave their suffix out; a text without a lesson is nowhere."""

    def inside(self, url: str) -> str | None:
        found = super().inside(url)
        if found is None and not posixpath.splitext(url.partition("#")[0])[1]:
            path, __, rest = url.partition("#")
            for tail in (".md", "/README.md", "/index.md"):
                if path and (found := super().inside(path.rstrip("/") + tail)):
                    return found
        return found

    def link(self, url: str) -> Target:
        found = self.inside(url)
        if found and is_text(found) and found not in self.source.lessons:
            return Target(TargetKind.NOWHERE, _("leads to a part of the course that is not here"))
        return super().link(url)


class _Reader:
    def __init__(self, folder: Path, name: str) -> None:
        self.source = SourceFolder(folder)
        self.name = name
        self.account = Account()
        self.texts: dict[str, _Text] = {}
        # By path: the place of the first link to a text, or to any in a folder.
        self.ranks: dict[str, int] = {}
        self.indexes: dict[str, _Text] = {}
        self.seen: set[str] = set()
        self.settled: set[str] = set()
        self.key = ""

    def read(self) -> CourseDescription:
        self._survey()
        navigation = self._navigation()
        root = self._root(navigation)
        about = self.texts.get(root, _Text())
        title = self._course_title(navigation, about)
        self.key = about.word("key") or f"{self.name}/{title}"
        self.account.add(Kind.IMPORTED, "course", title, "")
        if navigation:
            find = self._find
            planned = list(markdown_outline.planned(navigation, title, find))
        else:
            planned = self._by_folders(root, title)
        if not any(root == lesson.path for module in planned for lesson in module.lessons):
            if not any(module.lessons for module in planned) and root:
                planned = [PlannedModule("", title, [PlannedLesson(root)])]
        else:
            root = ""
        self._index(planned)
        modules = tuple(filter(None, [self._module(plan, title) for plan in planned]))
        if not modules:
            raise SourceRefused(_("The course holds no lesson that could be imported."))
        summary, body = self._about(root, about, title)
        self._report_rest(title)
        return CourseDescription(
            key=self.key,
            lineage=lineage(self.key, "course"),
            title=title,
            summary=summary,
            language=about.word("lang", "language")[:20],
            body=body,
            modules=modules,
            files=self.source.files,
            images=self.source.images,
            found=dict(self.account.found),
            findings=tuple(self.account.findings),
        )

    # What there is

    def _survey(self) -> None:
        total = 0
        for path in self.source:
            if not is_text(path) or _hidden(path):
                continue
            total += self.source.path(path).stat().st_size
            if total > LARGEST_ALL:
                raise SourceRefused(
                    _("The texts have more than %s MB together.") % (LARGEST_ALL // 2**20)
                )
            try:
                text, parsed = self._parse(path)
            except NoText:
                self._settle(path, "page", _("is no text, whatever its name says"))
                continue
            heading = parsed.opening_heading()
            if heading:
                text.heading, text.level = one_line(heading.text), heading.level
            text.links = list(parsed.links())
            self.texts[path] = text
        indexes = sorted((p for p in self.texts if is_index(p)), key=lambda p: (p.count("/"), p))
        for path in indexes:
            self.indexes.setdefault(posixpath.dirname(path), self.texts[path])
            links = _TextLinks(self.source, posixpath.dirname(path))
            for url in self.texts[path].links:
                found = links.inside(url) or ""
                # A README orders what is in its own folder, folders by their first link.
                while found and found.startswith(posixpath.join(posixpath.dirname(path), "")):
                    self.ranks.setdefault(found, len(self.ranks))
                    found = posixpath.dirname(found)

    def _parse(self, path: str) -> tuple[_Text, MarkdownText]:
        source, is_utf8 = text_of(self.source.path(path))
        text = _Text()
        if not is_utf8:
            text.notes.append(Note("text", path, _("is not UTF-8: read as well as it could be")))
        try:
            text.front, body = markdown_front.split(source, path)
        except markdown_front.Unreadable as error:
            body = markdown_front.without(source)
            reason = _("its front matter cannot be read (%s)") % error
            text.notes.append(Note("front matter", path, reason))
        try:
            parsed = MarkdownText(body)
        except (TooTangled, RecursionError) as error:
            raise SourceRefused(_("“%s” is too tangled to be read.") % path) from error
        if parsed.too_deep:
            reason = _("nested too deep: what lies deeper is left out")
            text.notes.append(Note("nesting", path, reason))
        return text, parsed

    def _navigation(self) -> Navigation | None:
        for name, reader in NAVIGATION_FILES:
            path = self.source.find(name)
            if path is None or path in self.settled:
                continue
            try:
                navigation = reader(path, text_of(self.source.path(path))[0])
            except (markdown_front.Unreadable, NoText, RecursionError) as error:
                self._settle(path, "navigation", _("it cannot be read (%s)") % error)
                continue
            if navigation is None or not any(part.entries for part in navigation.parts):
                continue
            reason = _("its order became the course's")
            self._settle(path, "navigation", reason, Kind.CONVERTED)
            return navigation
        return None

    def _root(self, navigation: Navigation | None) -> str:
        """The text that describes the course as a whole."""
        for base in ("", navigation.base if navigation else ""):
            for name in ("README.md", "index.md", "_index.md", "README.markdown"):
                path = self.source.find(posixpath.join(base, name))
                if path in self.texts:
                    return path or ""
        return ""

    def _course_title(self, navigation: Navigation | None, about: _Text) -> str:
        offered = (
            about.word("title"),
            navigation.title if navigation else "",
            self._book_title(),
            about.heading,
            pretty(self.name),
        )
        return next(title for title in map(one_line, offered) if title)

    def _book_title(self) -> str:
        path = self.source.find("book.toml")
        if path is None:
            return ""
        try:
            title = tomllib.loads(text_of(self.source.path(path))[0])["book"]["title"]
        except (ValueError, KeyError, TypeError, RecursionError, NoText):
            return ""
        self._settle(path, "navigation", _("its title became the course's"), Kind.CONVERTED)
        return title if isinstance(title, str) else ""

    # The order

    def _find(self, path: str) -> str | None:
        tails = ("", ".md", ".markdown", "/README.md", "/index.md")
        for candidate in (path + tail for tail in tails):
            found = self.source.find(candidate)
            if found in self.texts:
                return found
        return None

    def _by_folders(self, root: str, title: str) -> list[PlannedModule]:
        texts = []
        for path in self.texts:
            if path == root or path in self.settled:
                continue
            if self._is_translation(path):
                reason = _("a translation; a course here has one language")
                self._settle(path, "translation", reason)
            elif "/" not in path and PurePosixPath(path).stem.lower() in HOUSEKEEPING:
                self._settle(path, "page", _("about the repository, not part of the course"))
            else:
                texts.append(path)
        return markdown_outline.by_folders(texts, title, self._sort_key, self._index_title)

    def _is_translation(self, path: str) -> bool:
        folder, name = posixpath.split(path)
        if TRANSLATION_FOLDERS & {part.lower() for part in folder.split("/")}:
            return True
        found = TRANSLATED.fullmatch(name)
        original = found and self.source.find(posixpath.join(folder, f"{found[1]}{found[2]}"))
        return bool(original)

    def _sort_key(self, path: str) -> tuple[Any, ...]:
        """Front matter decides, then the links of the READMEs, then numbers and names."""
        text = self.texts.get(path) or self.indexes.get(path) or _Text()
        order = text.number(*ORDER_NAMES)
        rank = self.ranks.get(path)
        first = path in self.texts and is_index(path) and "/" in path
        name = markdown_outline.natural(posixpath.basename(path))
        return (
            not first,
            order is None,
            order or 0.0,
            rank is None,
            rank or 0,
            name,
        )

    def _index_title(self, folder: str) -> str:
        text = self.indexes.get(folder)
        return one_line(text.word("title") or text.heading) if text else ""

    def _index(self, planned: list[PlannedModule]) -> None:
        """Which texts become lessons, before any link between them is followed."""
        for module in planned:
            for lesson in module.lessons:
                if not self.texts[lesson.path].draft:
                    self.source.lessons[lesson.path] = self._lineage(lesson.path)

    def _lineage(self, path: str) -> uuid.UUID:
        return lineage(self.key, f"lesson/{path}")

    # Content

    def _module(self, plan: PlannedModule, course: str) -> ModuleDescription | None:
        title = one_line(plan.title)
        if not title and plan.lessons:
            title = self._lesson_title(plan.lessons[0])
        title = title or _("Module")
        lessons = tuple(filter(None, [self._lesson(lesson, title) for lesson in plan.lessons]))
        for name, target in plan.missing:
            reason = _("%s is not in the source") % one_line(target, 200)
            self.account.add(Kind.REPORTED, "lesson", one_line(name), title, reason)
        if not lessons:
            reason = _("it holds nothing that could be shown: left out")
            self.account.add(Kind.REPORTED, "module", title, course, reason)
            return None
        self.account.add(Kind.IMPORTED, "module", title, course)
        return ModuleDescription(lineage(self.key, f"module/{plan.usage}"), title, lessons)

    def _lesson_title(self, plan: PlannedLesson) -> str:
        text = self.texts[plan.path]
        name = PurePosixPath(plan.path)
        fallback = name.parent.name if is_index(plan.path) and name.parent.name else name.stem
        offered = (text.word("title"), plan.title, text.heading, pretty(fallback))
        return next(title for title in map(one_line, offered) if title)

    def _lesson(self, plan: PlannedLesson, module: str) -> LessonDescription | None:
        title = self._lesson_title(plan)
        place = f"{module} › {title}"
        if plan.path in self.seen:
            reason = _("used a second time: shown only in its first place")
            self.account.add(Kind.REPORTED, "lesson", title, module, reason)
            return None
        self.seen.add(plan.path)
        text = self.texts[plan.path]
        if text.draft:
            self._settle(plan.path, "lesson", _("a draft in the source: left out"))
            return None
        blocks, notes = self._blocks(plan.path, title, place)
        self.account.details(notes, place)
        if not blocks:
            if is_index(plan.path):
                self._settle(
                    plan.path, "lesson", _("its title became the module's"), Kind.CONVERTED
                )
            else:
                self._settle(plan.path, "lesson", _("it is empty: left out"))
            return None
        kind, reason = outcome(notes)
        self.settled.add(plan.path)
        self.account.add(kind, "lesson", title, module, reason)
        minutes = text.number("minutes", "duration")
        return LessonDescription(
            lineage=self._lineage(plan.path),
            title=title,
            section=one_line(text.word("section") or plan.section),
            required=text.front.get("required") is not False,
            minutes=(
                int(minutes)
                if minutes is not None and 1 <= minutes <= MOST_MINUTES
                else minutes_for(blocks)
            ),
            blocks=tuple(blocks),
        )

    def _blocks(self, path: str, title: str, place: str) -> tuple[list[Block], list[Note]]:
        text, parsed = self._parse(path)
        start = 0
        heading = parsed.opening_heading()
        if heading and (
            one_line(heading.text).casefold() == title.casefold()
            or (heading.level == 1 and not text.word("title") and title == one_line(heading.text))
        ):
            start = heading.end
        return self._converted(parsed, start, path, place, text.notes)

    def _converted(
        self, parsed: MarkdownText, start: int, path: str, place: str, notes: list[Note]
    ) -> tuple[list[Block], list[Note]]:
        links = _TextLinks(self.source, posixpath.dirname(path))
        blocks: list[Block] = []
        notes = list(notes)
        for piece in parsed.pieces(start):
            match piece:
                case Html(source):
                    made = sanitise.to_blocks(source, links)
                    blocks += made.blocks
                    notes += made.notes
                case Box(kind, heading, source):
                    text = sanitise.to_rich_text(source, links)
                    if visible(text.html):
                        blocks.append(callout(one_line(heading), text.html, kind))
                    blocks += text.extras
                    notes += text.notes
                case Film(heading, url):
                    name = one_line(heading, BLOCK_TITLE_LENGTH) or _("Video")
                    blocks.append(video(name, url=url))
                case Gap(what, name):
                    blocks.append(self._gap(what, name, place))
        return blocks, notes

    def _gap(self, what: str, name: str, place: str) -> Block:
        name = one_line(name, 200)
        if what == "quiz":
            reason = _("a quiz of the source's own tools: it is marked in the lesson")
            self.account.add(Kind.REPORTED, "quiz", name, place, reason)
            return not_here(_("Quiz"), _("quiz"))
        reason = _("stands in another file: marked in the lesson")
        self.account.add(Kind.REPORTED, "include", name, place, reason)
        shown = PurePosixPath(name.partition(":")[0]).name or name
        words = _("The course keeps this part in a file that did not come with it: %s.") % shown
        return callout(_("A part is missing here"), f"<p>{html.escape(words, quote=False)}</p>")

    def _about(self, root: str, about: _Text, title: str) -> tuple[str, tuple[Block, ...]]:
        """Summary and public description; its page takes fewer kinds of block than a lesson."""
        summary = about.word("description", "summary")
        if not root:
            return one_line(summary, SUMMARY_LENGTH), ()
        text, parsed = self._parse(root)
        heading = parsed.opening_heading()
        start = heading.end if heading else 0
        if not summary:
            summary = parsed.first_paragraph()
            if len(summary) <= SUMMARY_LENGTH and parsed.begins_with(summary, start):
                start += 3
        if root in self.settled:
            return one_line(summary, SUMMARY_LENGTH), ()
        blocks, notes = self._converted(parsed, start, root, title, text.notes)
        for block in blocks:
            if block.type not in COURSE_BLOCKS:
                reason = _("the public description of a course cannot hold it")
                notes.append(Note(block.type, title, reason))
        self.account.details(notes, title)
        self._settle(root, "page", _("became the course's description"), Kind.CONVERTED)
        kept = tuple(block for block in blocks if block.type in COURSE_BLOCKS)
        return one_line(summary, SUMMARY_LENGTH), kept

    # The rest

    def _settle(self, path: str, what: str, reason: str, kind: Kind = Kind.REPORTED) -> None:
        self.settled.add(path)
        self.account.add(kind, what, path, self.name, reason)

    def _report_rest(self, title: str) -> None:
        for path in self._rest():
            if is_text(path) and self._is_translation(path):
                reason = _("a translation; a course here has one language")
                self._settle(path, "translation", reason)
            elif path in self.texts:
                self._settle(path, "page", _("the navigation does not name it"))
            elif path in self.source.used:
                kept = path in self.source.files or path in self.source.images
                if kept:
                    self.account.add(Kind.IMPORTED, "file", path, title)
                else:
                    reason = _("a file of a kind that is not accepted")
                    self.account.add(Kind.REPORTED, "file", path, title, reason)
            else:
                reason = _("nothing in the course points to it")
                self.account.add(Kind.REPORTED, "file", path, title, reason)

    def _rest(self) -> Iterator[str]:
        return (path for path in self.source if path not in self.settled)


def _hidden(path: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in path.split("/"))
