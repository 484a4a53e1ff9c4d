"""Reader of Common Cartridges (1.0 to 1.3) and of what Canvas adds to them.

The outline's folders are modules, its items lessons, a text header their section. Parts that no
item names come last, in a module of their own. Nothing of the cartridge runs.
"""

from __future__ import annotations

import contextlib
import html
import json
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _
from lxml import etree

from core.blocks.files import player_url
from course_pages.importing import imscc_qti, sanitise
from course_pages.importing.blocks import TITLE_LENGTH as BLOCK_TITLE_LENGTH
from course_pages.importing.blocks import audio, callout, download, picture, video
from course_pages.importing.description import (
    Block,
    CourseDescription,
    Kind,
    LessonDescription,
    ModuleDescription,
    lineage,
)
from course_pages.importing.errors import SourceRefused
from course_pages.importing.html_walk import parse
from course_pages.importing.imscc_links import CartridgeFiles, CartridgeLinks, with_formulas
from course_pages.importing.imscc_package import (
    MANIFEST,
    MODULE_META,
    PUBLISHED,
    Item,
    Package,
    Resource,
    child,
    children,
    read_package,
    text,
)
from course_pages.importing.markdown_outline import pretty
from course_pages.importing.reading import (
    Account,
    NoText,
    minutes_for,
    not_here,
    one_line,
    outcome,
    text_of,
)
from course_pages.importing.richtext import clean_rich_text, visible
from course_pages.importing.targets import Note, TargetKind, is_web_address
from course_pages.importing.xml import Malformed, read_xml

PAGES = {".html", ".htm", ".xhtml"}
# What Canvas's own outline calls its items.
CANVAS_KINDS = {
    "WikiPage": "page",
    "Assignment": "assignment",
    "DiscussionTopic": "discussion",
    "Quizzes::Quiz": "quiz",
    "ExternalUrl": "link",
    "ContextExternalTool": "tool",
    "Attachment": "file",
    "ContextModuleSubHeader": "header",
}
# These become lessons even if no item of the outline names them.
LESSONS = {"page", "syllabus", "assignment", "discussion", "quiz", "link"}


def is_cartridge(root: Path) -> bool:
    """Whether the unpacked folder holds a Common Cartridge."""
    return _folder(root) is not None


def read(root: Path) -> CourseDescription:
    """The course in the unpacked folder. Raises `SourceRefused`; small faults become findings."""
    folder = _folder(root)
    if folder is None:
        raise SourceRefused(_("There is no imsmanifest.xml in the archive: no cartridge."))
    return _Reader(folder).read()


def _folder(root: Path) -> Path | None:
    if (root / MANIFEST).is_file():
        return root
    found = [folder for folder in sorted(root.iterdir()) if (folder / MANIFEST).is_file()]
    return found[0] if len(found) == 1 else None


@dataclass
class _Unit:
    """A lesson in the making."""

    kind: str
    usage: str
    title: str
    section: str
    item: Item
    resource: Resource | None
    hidden: str = ""


@dataclass
class _Module:
    item: Item
    title: str
    units: list[_Unit] = field(default_factory=list)


@dataclass
class _Content:
    """What a part of the cartridge says, before it is sanitised."""

    title: str = ""
    source: str = ""
    published: bool = True
    attachments: list[str] = field(default_factory=list)


@dataclass
class _Made:
    """What a part became."""

    blocks: list[Block] = field(default_factory=list)
    kind: Kind = Kind.IMPORTED
    reason: str = ""
    notes: list[Note] = field(default_factory=list)


class _Missing(Exception):
    """A part whose file is not in the archive or cannot be read."""


class _Reader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.package: Package = read_package(folder)
        self.source = CartridgeFiles(folder)
        self.source.resources = {
            key: resource.path for key, resource in self.package.resources.items()
        }
        self.source.objects = {}
        self.account = Account()
        self.settled: set[str] = set()
        self.seen: set[str] = set()
        self.resources = list(self.package.resources.values())
        self.assessments = {
            posixpath.dirname(r.path) for r in self.resources if r.type.startswith("imsqti")
        }
        self.topics = self._topics()
        self.substitutes: dict[str, set[str]] = {}
        for resource in self.resources:
            if resource.instead_of:
                self.substitutes.setdefault(resource.instead_of, set()).update(resource.files)
        identifier, title = self.package.identifier, self.package.title
        # Many exporters call every cartridge the same.
        unique = re.search(r"[0-9a-f]{16}", identifier.replace("-", "").lower())
        self.key = identifier if unique else "/".join(filter(None, (identifier, title)))

    def read(self) -> CourseDescription:
        title = self.package.title
        self.account.add(Kind.IMPORTED, "course", title, "")
        modules = self._plan(title)
        self._hide(modules)
        self._index(modules)
        made = tuple(filter(None, [self._module(module, title) for module in modules]))
        if not made:
            raise SourceRefused(_("The cartridge holds no lesson that could be imported."))
        self._report_rest(title)
        return CourseDescription(
            key=self.key,
            lineage=lineage(self.key, "course"),
            title=title,
            modules=made,
            files=self.source.files,
            images=self.source.images,
            found=dict(self.account.found),
            findings=tuple(self.account.findings),
        )

    # The outline

    def _plan(self, title: str) -> list[_Module]:
        modules: list[_Module] = []
        loose: _Module | None = None
        for item in self.package.modules:
            if item.children or not item.ref:
                module = _Module(item, item.title or _("Module"))
                own = [replace(item, children=[])] if item.ref else []
                module.units = list(self._units([*own, *item.children], module.title))
                modules.append(module)
                continue
            if loose is None:
                loose = _Module(Item("", title), title)
                modules.append(loose)
            loose.units += self._units([item], title)
        if rest := list(self._unnamed()):
            named = bool(modules)
            heading = _("More from this course") if named else title
            modules.append(_Module(Item("rest", heading), heading, rest))
        return modules

    def _units(self, items: list[Item], place: str, above: str = "") -> Iterator[_Unit]:
        """Lessons of a module; headings become the section of what follows them."""
        section, header, deeper = above, -1, False
        for item in items:
            if header >= 0:
                if item.indent < header or (deeper and item.indent == header):
                    section, header = above, -1
                deeper = deeper or item.indent > header
            if item.kind == "ContextModuleSubHeader" or not (item.ref or item.url):
                name = item.title or _("Section")
                reason = _("its title became its lessons' section")
                self.account.add(Kind.CONVERTED, "header", name, place, reason)
                section, header, deeper = (
                    " › ".join(filter(None, (above, name))),
                    item.indent,
                    False,
                )
                if item.children:
                    yield from self._units(item.children, place, section)
                    section, header = above, -1
                continue
            if unit := self._unit(item, place, section):
                yield unit
            yield from self._units(item.children, place, item.title or section)

    def _unit(self, item: Item, place: str, section: str) -> _Unit | None:
        resource = self.package.resources.get(item.ref)
        kind = CANVAS_KINDS.get(item.kind, "")
        if resource is None and not item.url:
            reason = _("its definition is missing or cannot be read")
            self.account.add(Kind.REPORTED, kind or "item", item.title, place, reason)
            return None
        if resource is not None:
            kind = self._kind(resource) or kind
        usage = (resource.path if resource else "") or f"item/{item.identifier}"
        if usage in self.seen:
            reason = _("used a second time: shown only in its first place")
            self.account.add(Kind.REPORTED, kind or "item", item.title, place, reason)
            return None
        self.seen.add(usage)
        return _Unit(kind or "item", usage, item.title, section, item, resource)

    def _unnamed(self) -> Iterator[_Unit]:
        """Parts that no item of the outline names."""
        for key, resource in self.package.resources.items():
            kind = self._kind(resource)
            is_file = resource.path.startswith("web_resources/")
            if kind not in LESSONS or is_file or (resource.path or key) in self.seen:
                continue
            usage = resource.path or key
            self.seen.add(usage)
            yield _Unit(kind, usage, "", "", Item(key, ""), resource)

    def _kind(self, resource: Resource) -> str:
        """What a resource is; "" for what only accompanies another one."""
        kind = resource.type
        names = {PurePosixPath(path).name for path in resource.files}
        for mark, meaning in (("imswl", "link"), ("imsdt", "discussion"), ("lti", "tool")):
            if mark in kind:
                return meaning
        if kind.startswith("imsqti"):
            return "quiz" if "assessment" in kind else ""
        if resource.instead_of in self.package.resources or resource.path == MODULE_META:
            return ""
        if "assignment" in kind or "assignment_settings.xml" in names:
            return "assignment"
        if resource.path.startswith("course_settings/"):
            return "syllabus" if resource.path.endswith("/syllabus.html") else ""
        suffix = PurePosixPath(resource.path).suffix.lower()
        if suffix in PAGES:
            return "page"
        if "webcontent" in kind:
            return "file"
        if "assessment_meta.xml" in names and not self._has_assessment(resource):
            return "quiz"
        return ""

    def _has_assessment(self, meta: Resource) -> bool:
        """Whether the settings of a quiz lie beside its questions in a resource of their own."""
        folders = {posixpath.dirname(p) for p in meta.files if p.endswith("assessment_meta.xml")}
        return bool(folders & self.assessments)

    def _hide(self, modules: list[_Module]) -> None:
        """Mark what learners did not see in the source; of a course never published, nothing."""
        units = [unit for module in modules for unit in module.units]
        for module in modules:
            for unit in module.units:
                if unit.resource is not None and unit.resource.for_teachers:
                    unit.hidden = _("for teachers only: left out")
                elif not (module.item.published and unit.item.published and self._published(unit)):
                    unit.hidden = _("not published in the source: left out")
        if units and all(unit.hidden for unit in units):
            reason = _("nothing in the source was published yet: all of it is brought over")
            self.account.detail("course", self.package.title, "", reason)
            for unit in units:
                if unit.resource is None or not unit.resource.for_teachers:
                    unit.hidden = ""

    def _published(self, unit: _Unit) -> bool:
        try:
            return self._content(unit).published
        except _Missing:
            return True

    def _index(self, modules: list[_Module]) -> None:
        """Which parts become lessons, before any link between them is followed."""
        for module in modules:
            shown = [unit for unit in module.units if not unit.hidden]
            for unit in shown:
                own = lineage(self.key, unit.usage)
                self.source.lessons.setdefault(unit.usage, own)
                for name in (unit.item.identifier, unit.item.ref):
                    if name:
                        self.source.objects.setdefault(name, own)
            if shown and module.item.identifier:
                first = lineage(self.key, shown[0].usage)
                self.source.objects.setdefault(module.item.identifier, first)

    # Content

    def _module(self, module: _Module, course: str) -> ModuleDescription | None:
        lessons = tuple(filter(None, [self._lesson(unit, module.title) for unit in module.units]))
        if not lessons:
            reason = _("it holds nothing that could be shown: left out")
            self.account.add(Kind.REPORTED, "module", module.title, course, reason)
            return None
        self.account.add(Kind.IMPORTED, "module", module.title, course)
        usage = f"module/{module.item.identifier or 'loose'}"
        return ModuleDescription(lineage(self.key, usage), module.title, lessons)

    def _lesson(self, unit: _Unit, module: str) -> LessonDescription | None:
        place = " › ".join(filter(None, (module, unit.section)))
        self._settle_files(unit)
        try:
            content = self._content(unit)
        except _Missing as missing:
            title = _title(unit, _Content())
            self.account.add(Kind.REPORTED, unit.kind, title, place, str(missing))
            return None
        title = _title(unit, content)
        if unit.hidden:
            self.account.add(Kind.REPORTED, unit.kind, title, place, unit.hidden)
            return None
        made = self._made(unit, content, title, f"{place} › {title}")
        if unit.kind != "file":
            # A file is accounted for with all other files.
            self.account.add(made.kind, unit.kind, title, place, made.reason)
        self.account.details(made.notes, f"{place} › {title}")
        if not made.blocks:
            return None
        return LessonDescription(
            lineage=lineage(self.key, unit.usage),
            title=title,
            section=one_line(unit.section),
            minutes=minutes_for(made.blocks),
            blocks=tuple(made.blocks),
        )

    def _settle_files(self, unit: _Unit) -> None:
        """The files that make up a part are accounted for with it."""
        if unit.resource is None or unit.kind == "file":
            return
        folder = posixpath.dirname(unit.resource.path)
        companions = {unit.resource.path, *unit.resource.files}
        if unit.kind == "quiz" and folder:
            companions.add(f"{folder}/assessment_meta.xml")
            companions.add(f"non_cc_assessments/{posixpath.basename(folder)}.xml.qti")
        elif unit.kind == "assignment":
            companions |= self.substitutes.get(unit.item.ref or unit.item.identifier, set())
        for path in companions:
            if found := self.source.find(path):
                self.settled.add(found)

    def _content(self, unit: _Unit) -> _Content:
        match unit.kind:
            case "page" | "syllabus":
                return self._html_file(unit.usage)
            case "discussion" | "assignment":
                return self._xml_text(unit)
            case "quiz":
                return self._quiz_settings(unit)
            case "link" if not unit.item.url:
                root = self._xml(unit.usage)
                url = child(root, "url")
                href = (url.get("href") or "").strip() if url is not None else ""
                return _Content(one_line(text(root, "title")), href)
            case "file" if self.source.find(unit.usage) is None:
                raise _Missing(_("the file is not in the source"))
        return _Content(source=unit.item.url)

    def _xml(self, path: str) -> etree._Element:
        found = self.source.find(path)
        if found is None:
            raise _Missing(_("the file is not in the source"))
        try:
            return read_xml(self.source.path(found))
        except Malformed as error:
            raise _Missing(_("its file is no XML (%s)") % error) from error

    def _html_file(self, path: str) -> _Content:
        found = self.source.find(path)
        if found is None:
            raise _Missing(_("the file is not in the source"))
        try:
            source, __ = text_of(self.source.path(found))
        except NoText as error:
            raise _Missing(_("its file is no text")) from error
        head, body = _head_and_body(source)
        tree = parse(head)
        content = _Content(source=with_formulas(body))
        for element in tree.iter("title", "meta") if tree is not None else ():
            if element.tag == "title":
                content.title = one_line("".join(element.itertext()))
            elif element.get("name") == "workflow_state":
                content.published = (element.get("content") or "") in PUBLISHED
        return content

    def _xml_text(self, unit: _Unit) -> _Content:
        """Title, words and attachments of a discussion or an assignment."""
        if PurePosixPath(unit.usage).suffix.lower() in PAGES:
            content = self._html_file(unit.usage)
            settings = posixpath.join(posixpath.dirname(unit.usage), "assignment_settings.xml")
            if self.source.find(settings):
                root = self._xml(settings)
                content.title = one_line(text(root, "title")) or content.title
                content.published = text(root, "workflow_state") in PUBLISHED
            return content
        root = self._xml(unit.usage)
        words = child(root, "text")
        source = "".join(words.itertext()) if words is not None else ""
        if words is not None and "html" not in (words.get("texttype") or "html"):
            source = f"<p>{html.escape(source, quote=False)}</p>"
        attachments = child(root, "attachments")
        states = [(e.text or "").strip() for e in root.iter("{*}workflow_state")]
        states += filter(None, [self.topics.get(unit.item.ref or unit.item.identifier)])
        return _Content(
            title=one_line(text(root, "title")),
            source=with_formulas(source),
            published=all(state in PUBLISHED for state in states),
            attachments=[a.get("href") or "" for a in children(attachments, "attachment")],
        )

    def _topics(self) -> dict[str, str]:
        """The states of Canvas's discussions, which it keeps in files that name them."""
        states = {}
        for resource in self.resources:
            if resource.path.endswith(".xml") and "learning-application" in resource.type:
                with contextlib.suppress(_Missing):
                    root = self._xml(resource.path)
                    states[text(root, "topic_id")] = text(root, "workflow_state")
        return states

    def _quiz_settings(self, unit: _Unit) -> _Content:
        path = self.source.find(
            posixpath.join(posixpath.dirname(unit.usage), "assessment_meta.xml")
        )
        if path is None or not posixpath.dirname(unit.usage):
            return _Content()
        root = self._xml(path)
        return _Content(
            title=one_line(text(root, "title")),
            source=with_formulas(text(root, "description")),
            published=text(root, "available") != "false",
        )

    def _made(self, unit: _Unit, content: _Content, title: str, place: str) -> _Made:
        links = CartridgeLinks(self.source, posixpath.dirname(unit.usage))
        match unit.kind:
            case "page" | "syllabus":
                return self._text(content, links)
            case "assignment":
                made = self._text(content, links)
                words = _("Nothing can be handed in here: work on it for yourself.")
                made.blocks.insert(0, callout(_("Assignment"), f"<p>{words}</p>"))
                made.kind = Kind.CONVERTED
                made.reason = _("its text is a lesson; nothing can be handed in here")
                return made
            case "discussion":
                made = self._text(content, links)
                made.blocks.insert(0, not_here(_("Discussion"), _("discussion")))
                made.kind = Kind.REPORTED
                made.reason = _("there are no discussions here; its text is kept")
                return made
            case "quiz":
                return self._quiz(unit, content, title, place, links)
            case "link":
                return self._link(content.source, title)
            case "file":
                return self._file(unit.usage, title)
            case _:
                reason = _("external tools are not supported; the lesson says so")
                block = not_here(_("External tool"), _("external tool"))
                return _Made([block], Kind.REPORTED, reason)

    def _text(self, content: _Content, links: CartridgeLinks) -> _Made:
        made = sanitise.to_blocks(content.source, links)
        blocks, notes = list(made.blocks), list(made.notes)
        for href in content.attachments:
            target = links.file(href)
            if target.kind is TargetKind.FILE:
                blocks.append(download(target.value, target.title))
            else:
                notes.append(Note("file", href, _("the file is not in the source")))
        if not blocks:
            return _Made([], Kind.REPORTED, _("it is empty: left out"), notes)
        kind, reason = outcome(notes)
        return _Made(blocks, kind, reason, notes)

    def _link(self, url: str, title: str) -> _Made:
        if not is_web_address(url) or len(url) > 2000:
            return _Made([], Kind.REPORTED, _("its address leads nowhere"))
        if player_url(url):
            name = title[:BLOCK_TITLE_LENGTH]
            return _Made([video(name, url=url)], Kind.CONVERTED, _("became a video"))
        words = html.escape(title or url, quote=False)
        line = clean_rich_text(f'<p><a href="{html.escape(url)}">{words}</a></p>')
        return _Made(
            [Block("text", line)], Kind.CONVERTED, _("became a lesson with the link in it")
        )

    def _file(self, path: str, title: str) -> _Made:
        found = self.source.find(path) or path
        target = self.source.image(found)
        if target.kind is TargetKind.IMAGE:
            return _Made([picture(target.value, title)])
        target = self.source.file(found)
        if target.kind is not TargetKind.FILE:
            return _Made()
        if target.plays:
            made = audio if target.plays == "audio" else video
            return _Made([made(title[:BLOCK_TITLE_LENGTH], file=target.value)])
        return _Made([download(target.value, title)])

    # Questions

    def _quiz(
        self, unit: _Unit, content: _Content, title: str, place: str, links: CartridgeLinks
    ) -> _Made:
        made = self._text(content, links)
        if made.reason and not made.blocks:
            made = _Made(notes=made.notes)
        root = self._questions(unit)
        found = list(imscc_qti.questions(root)) if root is not None else []
        shown: list[str] = []
        kept = []
        extras: list[Block] = []
        for number, question in enumerate(found, start=1):
            words = sanitise.to_rich_text(with_formulas(question.shown), links)
            heading = f"<p><b>{_('Question')} {number}</b></p>" if len(found) > 1 else ""
            shown.append(f"{heading}{words.html}")
            extras += words.extras
            made.notes += words.notes
            kept.append(_cleaned(question.source, links))
            name = question.title or visible(words.html)[:80]
            if question.unsupported:
                reason = _("not supported: %s; its text is kept") % question.unsupported
                self.account.add(Kind.REPORTED, "question", name, place, reason)
            else:
                reason = _("kept for a quiz of the lesson")
                self.account.add(Kind.CONVERTED, "question", name, place, reason)
        made.kind = Kind.CONVERTED
        made.reason = _("its questions are kept for a quiz of the lesson")
        if not found:
            made.blocks.append(not_here(title, _("quiz")))
            made.kind, made.reason = Kind.REPORTED, _("there are no questions in it")
            return made
        source = json.dumps({"v": 1, "format": "qti", "questions": kept}, ensure_ascii=False)
        value = {"title": title[:BLOCK_TITLE_LENGTH], "text": "".join(shown), "source": source}
        made.blocks += [*extras, Block("quiz", value)]
        return made

    def _questions(self, unit: _Unit) -> etree._Element | None:
        """Canvas's own file first: the standard's leaves out kinds that it does not know."""
        folder = posixpath.basename(posixpath.dirname(unit.usage)) or unit.item.ref
        own = f"non_cc_assessments/{folder}.xml.qti"
        for path in (own, unit.usage):
            try:
                root = self._xml(path)
            except _Missing:
                continue
            if next(root.iter("{*}item"), None) is not None:
                return root
        return None

    # The rest

    def _report_rest(self, title: str) -> None:
        banks = {r.path for r in self.resources if r.type.startswith("imsqti")}
        settings = {
            path
            for resource in self.resources
            if "learning-application" in resource.type or resource.instead_of
            for path in (resource.path, *resource.files)
        }
        for path in self.source:
            if path in self.settled:
                continue
            is_settings = path in settings or path.startswith("course_settings/")
            kind, what = Kind.REPORTED, "settings" if is_settings else "file"
            if path in {MANIFEST, MODULE_META}:
                kind, what = Kind.CONVERTED, "settings"
                reason = _("its outline became the course's")
            elif path in self.source.files or path in self.source.images:
                kind, what, reason = Kind.IMPORTED, "file", ""
            elif path in self.source.used:
                reason = _("a file of a kind that is not accepted")
            elif path in banks or path.endswith(".qti"):
                what, reason = "question bank", _("a question bank: no lesson shows it")
            elif is_settings:
                reason = _("settings of the source, which have no place here")
            else:
                reason = _("nothing in the course points to it")
            self.account.add(kind, what, path, title, reason)
        self._report_missing(title)

    def _report_missing(self, title: str) -> None:
        named = {path for r in self.resources for path in (r.path, *r.files) if path}
        for path in sorted(named - self.seen):
            if self.source.find(path) is None:
                what = "settings" if path.startswith("course_settings/") else "file"
                reason = _("the manifest names it, but it is not in the source")
                self.account.add(Kind.REPORTED, what, path, title, reason)


def _title(unit: _Unit, content: _Content) -> str:
    """The lesson's title; a file's name without what is only the kind of the file."""
    path = PurePosixPath(unit.usage)
    title = unit.title or content.title
    if not title or (unit.kind == "file" and title.lower().endswith(path.suffix.lower() or "\n")):
        title = pretty(PurePosixPath(title).stem if title else path.stem)
    return one_line(title)


def _head_and_body(source: str) -> tuple[str, str]:
    """The head's title is the lesson's, not its first words."""
    start = re.search(r"<head[\s>]", source[:100_000], re.IGNORECASE)
    if start is None:
        return "", source
    end = re.compile(r"</head\s*>", re.IGNORECASE).search(source, start.start())
    if end is None:
        return "", source
    return source[start.start() : end.end()], source[: start.start()] + source[end.end() :]


def _cleaned(question: dict[str, object], links: CartridgeLinks) -> dict[str, object]:
    """The question with its HTML sanitised like every other."""

    def clean(words: object) -> str:
        made = sanitise.to_rich_text(with_formulas(str(words)), links).html
        only = re.fullmatch(r"<p>((?:(?!</?p>).)*)</p>", made, re.DOTALL)
        return only[1] if only else made

    choices = question["choices"]
    return question | {
        "stem": clean(question["stem"]),
        "explanation": clean(question["explanation"]),
        "choices": [
            choice | {"text": clean(choice["text"]), "feedback": clean(choice["feedback"])}
            for choice in (choices if isinstance(choices, list) else [])
        ],
    }
