"""The order of a Markdown course: from its navigation file, or from its folders and names."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from course_pages.importing import markdown_front

SUFFIXES = (".md", ".markdown")
INDEXES = ("readme", "index", "_index")
# Titles of a table of contents that say nothing about the course.
EMPTY_TITLES = {"summary", "contents", "table of contents", "toc", "index", "navigation"}
DEEPEST = 12


@dataclass
class Entry:
    """A line of a navigation: a title, the address of a text, what stands below it."""

    title: str
    target: str = ""
    children: list[Entry] = field(default_factory=list)


@dataclass
class Part:
    """Entries under a heading of the navigation."""

    title: str = ""
    entries: list[Entry] = field(default_factory=list)


@dataclass
class Navigation:
    """What a navigation file says. `base` is the folder that its addresses start from."""

    name: str
    title: str
    base: str
    parts: list[Part]


@dataclass(frozen=True)
class PlannedLesson:
    path: str
    title: str = ""
    section: str = ""


@dataclass
class PlannedModule:
    """`usage` names the module for its lineage; a title of "" is left to its first lesson."""

    usage: str
    title: str
    lessons: list[PlannedLesson] = field(default_factory=list)
    # Entries whose text is not in the source: title and address.
    missing: list[tuple[str, str]] = field(default_factory=list)


# Navigation files


def summary(name: str, source: str) -> Navigation:
    """The SUMMARY.md of mdBook and GitBook."""
    tree = SyntaxTreeNode(MarkdownIt("commonmark").parse(source))
    title = ""
    parts = [Part()]
    for node in tree.children:
        if node.type == "heading":
            if node.tag == "h1" and not title and not parts[0].entries:
                title = _words(node)
            else:
                parts.append(Part(_words(node)))
        elif node.type in {"bullet_list", "ordered_list"}:
            parts[-1].entries += _listed(node, 0)
        elif node.type == "paragraph":
            parts[-1].entries += _linked(node)
    if title.casefold() in EMPTY_TITLES:
        title = ""
    return Navigation(name, title, posixpath.dirname(name), [p for p in parts if p.entries])


def _listed(node: SyntaxTreeNode, depth: int) -> list[Entry]:
    entries = []
    for item in node.children if depth < DEEPEST else ():
        entry = Entry("")
        for child in item.children:
            if child.type == "paragraph":
                entry = next(iter(_linked(child)), Entry(_words(child)))
            elif child.type in {"bullet_list", "ordered_list"}:
                entry.children = _listed(child, depth + 1)
        entries.append(entry)
    return entries


def _linked(node: SyntaxTreeNode) -> list[Entry]:
    return [
        Entry(_words(link), str(link.attrs.get("href", "")))
        for link in node.walk()
        if link.type == "link"
    ]


def _words(node: SyntaxTreeNode) -> str:
    said = [n.content for n in node.walk() if n.type in {"text", "code_inline"}]
    return " ".join("".join(said).split())


def mkdocs(name: str, source: str) -> Navigation | None:
    """The `nav` of mkdocs.yml; without one the folders decide."""
    data = markdown_front.navigation(source, name)
    base = posixpath.join(posixpath.dirname(name), str(data.get("docs_dir") or "docs"))
    entries = _tree(data.get("nav"), ("file",), (), 0)
    return Navigation(name, _text(data.get("site_name")), base, [Part("", entries)])


def jupyter_book(name: str, source: str) -> Navigation | None:
    """The `_toc.yml` of Jupyter Book."""
    data = markdown_front.navigation(source, name)
    parts = []
    if root := _text(data.get("root")):
        parts.append(Part("", [Entry("", root)]))
    groups = data.get("parts") if isinstance(data.get("parts"), list) else [data]
    for group in groups or ():
        if isinstance(group, dict):
            entries = _tree(group.get("chapters"), ("file", "url"), ("sections",), 0)
            parts.append(Part(_text(group.get("caption")), entries))
    return Navigation(name, "", posixpath.dirname(name), [p for p in parts if p.entries])


def _tree(value: Any, targets: tuple[str, ...], below: tuple[str, ...], depth: int) -> list[Entry]:
    """Entries from YAML: `- path`, `- Title: path`, `- Title: [...]` or `- {file, sections}`."""
    entries: list[Entry] = []
    for item in value if isinstance(value, list) and depth < DEEPEST else ():
        if isinstance(item, str):
            entries.append(Entry("", item))
        elif isinstance(item, dict) and any(key in item for key in (*targets, *below)):
            target = next((_text(item[key]) for key in targets if key in item), "")
            inner = next((item[key] for key in below if key in item), None)
            entries.append(
                Entry(_text(item.get("title")), target, _tree(inner, targets, below, depth + 1))
            )
        elif isinstance(item, dict):
            for title, inner in item.items():
                if isinstance(inner, list):
                    children = _tree(inner, targets, below, depth + 1)
                    entries.append(Entry(_text(title), "", children))
                else:
                    entries.append(Entry(_text(title), _text(inner)))
    return entries


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def planned(
    navigation: Navigation, course_title: str, find: Callable[[str], str | None]
) -> Iterator[PlannedModule]:
    """Modules of a navigation: its nested chapters, or a part of chapters without parts."""
    for part in navigation.parts:
        if any(entry.children for entry in part.entries):
            for entry in part.entries:
                yield _module(entry, entry.title, navigation.base, find)
        else:
            whole = Entry("", "", part.entries)
            yield _module(whole, part.title or course_title or _("Lessons"), navigation.base, find)


def _module(
    entry: Entry, title: str, base: str, find: Callable[[str], str | None]
) -> PlannedModule:
    module = PlannedModule(f"{entry.target or title}", title)
    for inner, section in [(entry, ""), *_below(entry, "")]:
        if not inner.target:
            continue
        path = find(posixpath.normpath(posixpath.join(base, _path_of(inner.target))))
        if path is None:
            module.missing.append((inner.title or inner.target, inner.target))
        else:
            module.lessons.append(PlannedLesson(path, inner.title, section))
    return module


def _below(entry: Entry, section: str) -> Iterator[tuple[Entry, str]]:
    for child in entry.children:
        own = child.title if child.children else section
        yield child, own if child.children and child.target else section
        yield from _below(child, own)


def _path_of(target: str) -> str:
    return unquote(re.split(r"[?#]", target)[0]).lstrip("/")


# Folders and names


def by_folders(
    paths: Iterable[str], course_title: str, sort_key: Callable[[str], Any], index_title: Any
) -> list[PlannedModule]:
    """A folder is a module, a file a lesson; folders further down become sections."""
    modules: dict[str, PlannedModule] = {}
    for path in sorted(paths, key=lambda path: tuple_key(path, sort_key)):
        folder, __, rest = path.partition("/") if "/" in path else ("", "", path)
        if folder not in modules:
            title = (index_title(folder) or pretty(folder)) if folder else course_title
            modules[folder] = PlannedModule(folder, title)
        inner = posixpath.dirname(rest)
        section = " › ".join(
            index_title("/".join([folder, *inner.split("/")[: depth + 1]])) or pretty(name)
            for depth, name in enumerate(inner.split("/"))
            if name
        )
        modules[folder].lessons.append(PlannedLesson(path, "", section))
    return list(modules.values())


def tuple_key(path: str, sort_key: Callable[[str], Any]) -> list[Any]:
    """Compare two paths folder by folder; a folder's own texts stand before its subfolders."""
    names = path.split("/")
    return [
        (depth + 1 < len(names), sort_key("/".join(names[: depth + 1])))
        for depth in range(len(names))
    ]


def is_text(path: str) -> bool:
    return path.lower().endswith(SUFFIXES)


def is_index(path: str) -> bool:
    return posixpath.splitext(posixpath.basename(path))[0].lower() in INDEXES


def pretty(name: str) -> str:
    """A title from the name of a file or folder: `02-first_steps` says "First steps"."""
    stem = re.sub(r"^\d+[-_. ]+(?=\D)", "", name)
    stem = re.sub(r"[-_\s]+", " ", stem).strip() or name
    return stem[:1].upper() + stem[1:]


def natural(name: str) -> list[tuple[int, int, str]]:
    """Sorts `2-x` before `10-y`."""
    return [
        (0, int(part), "") if part.isdecimal() and len(part) < 18 else (1, 0, part)
        for part in re.split(r"(\d+)", name.casefold())
        if part
    ]
