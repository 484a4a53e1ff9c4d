"""What a Common Cartridge says about itself: its manifest, and Canvas's module_meta.xml."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from django.utils.translation import gettext as _
from lxml import etree

from course_pages.importing.errors import SourceRefused
from course_pages.importing.reading import one_line
from course_pages.importing.xml import Malformed, read_xml

MANIFEST = "imsmanifest.xml"
MODULE_META = "course_settings/module_meta.xml"
DEEPEST = 12
PUBLISHED = {"", "active", "published", "available"}


@dataclass(frozen=True)
class Resource:
    """A resource of the manifest. `path` is its main file, `files` are all of them."""

    identifier: str
    type: str
    path: str
    files: tuple[str, ...] = ()
    for_teachers: bool = False
    # The resource that this one is only a substitute for, for those who cannot read that.
    instead_of: str = ""


@dataclass
class Item:
    """A line of the course's outline; one without a reference is a heading for what is below."""

    identifier: str
    title: str
    ref: str = ""
    kind: str = ""
    url: str = ""
    indent: int = 0
    published: bool = True
    children: list[Item] = field(default_factory=list)


@dataclass
class Package:
    identifier: str
    title: str
    resources: dict[str, Resource]
    modules: list[Item]


def name(element: etree._Element) -> str:
    """The tag without its namespace: every version of the standard has its own."""
    return etree.QName(element).localname


def child(element: etree._Element | None, tag: str) -> etree._Element | None:
    return next(children(element, tag), None)


def children(element: etree._Element | None, tag: str) -> Iterator[etree._Element]:
    for inner in element if element is not None else ():
        if isinstance(inner.tag, str) and name(inner) == tag:
            yield inner


def text(element: etree._Element | None, tag: str) -> str:
    found = child(element, tag)
    return "".join(found.itertext()).strip() if found is not None else ""


def read_package(root: Path) -> Package:
    """The manifest's outline with what Canvas adds to it. Raises `SourceRefused`."""
    try:
        manifest = read_xml(root / MANIFEST)
    except Malformed as error:
        raise SourceRefused(_("imsmanifest.xml is no XML (%s).") % error) from error
    if name(manifest) != "manifest":
        raise SourceRefused(_("imsmanifest.xml does not describe a cartridge."))
    resources = list(_resources(child(manifest, "resources")))
    by_identifier: dict[str, Resource] = {}
    for resource in resources:
        # Two resources of one identifier: the first is what an item means, both are kept.
        key = resource.identifier
        while key in by_identifier:
            key += "'"
        by_identifier[key] = resource
    modules = list(_outline(child(manifest, "organizations")))
    meta = root / MODULE_META
    if meta.is_file():
        modules = _merged(modules, _canvas_modules(meta))
    return Package(
        manifest.get("identifier") or "", _course_title(manifest, root), by_identifier, modules
    )


def _resources(parent: etree._Element | None) -> Iterator[Resource]:
    for element in children(parent, "resource"):
        base = element.get("{http://www.w3.org/XML/1998/namespace}base") or ""
        files = tuple(_path(base, f.get("href") or "") for f in children(element, "file"))
        files = tuple(path for path in files if path)
        href = _path(base, element.get("href") or "")
        roles = [
            "".join(value.itertext()).strip().lower()
            for role in element.iter("{*}intendedEndUserRole")
            for value in role.iter("{*}value", "{*}langstring")
        ]
        yield Resource(
            identifier=element.get("identifier") or "",
            type=(element.get("type") or "").lower(),
            path=href or (files[0] if files else ""),
            files=files,
            instead_of=next(
                (v.get("identifierref") or "" for v in children(element, "variant")), ""
            ),
            for_teachers=bool(roles) and not {"learner", "student"} & set(roles),
        )


def _path(base: str, href: str) -> str:
    """A path in the archive; an address that leaves it is only a name that finds no file."""
    href = unquote(href.partition("?")[0].partition("#")[0])
    return posixpath.normpath(posixpath.join(base, href)).lstrip("/") if href else ""


def _course_title(manifest: etree._Element, root: Path) -> str:
    metadata = child(manifest, "metadata")
    if metadata is not None:
        for general in metadata.iter("{*}general"):
            for title in children(general, "title"):
                if words := one_line("".join(title.itertext())):
                    return words
    settings = root / "course_settings/course_settings.xml"
    if settings.is_file():
        try:
            if words := one_line(text(read_xml(settings), "title")):
                return words
        except Malformed:
            pass
    organization = child(child(manifest, "organizations"), "organization")
    return one_line(text(organization, "title")) or _("Imported course")


def _outline(organizations: etree._Element | None) -> Iterator[Item]:
    """The items below the organisation; exporters wrap all of them into one without a title."""
    organization = child(organizations, "organization")
    items = [_item(element, 0) for element in children(organization, "item")]
    while len(items) == 1 and not items[0].ref and not items[0].title:
        items = items[0].children
    yield from items


def _item(element: etree._Element, depth: int) -> Item:
    if depth > DEEPEST:
        raise SourceRefused(_("The cartridge's outline is nested too deep."))
    return Item(
        identifier=element.get("identifier") or "",
        title=one_line(text(element, "title")),
        ref=element.get("identifierref") or "",
        published=(element.get("isvisible") or "true").lower() != "false",
        children=[_item(inner, depth + 1) for inner in children(element, "item")],
    )


def _canvas_modules(path: Path) -> list[Item]:
    try:
        root = read_xml(path)
    except Malformed:
        return []
    modules = [(_number(module, "position"), module) for module in children(root, "module")]
    made = []
    for __, module in sorted(modules, key=lambda pair: pair[0]):
        items = [
            (
                _number(item, "position"),
                Item(
                    identifier=item.get("identifier") or "",
                    title=one_line(text(item, "title")),
                    ref=text(item, "identifierref"),
                    kind=text(item, "content_type"),
                    url=text(item, "url"),
                    indent=_number(item, "indent"),
                    published=text(item, "workflow_state") in PUBLISHED,
                ),
            )
            for item in children(child(module, "items"), "item")
        ]
        made.append(
            Item(
                identifier=module.get("identifier") or "",
                title=one_line(text(module, "title")),
                published=text(module, "workflow_state") in PUBLISHED,
                children=[item for __, item in sorted(items, key=lambda pair: pair[0])],
            )
        )
    return made


def _number(element: etree._Element, tag: str) -> int:
    words = text(element, tag)
    return int(words) if words.isdecimal() and len(words) < 9 else 0


def _merged(outline: list[Item], canvas: list[Item]) -> list[Item]:
    """Canvas's modules in its order, then what only the manifest names.

    The manifest knows an item's resource where Canvas repeats the item's own identifier.
    """
    known = {module.identifier: module for module in outline}
    for module in canvas:
        listed = known.pop(module.identifier, None)
        if listed is None:
            continue
        by_identifier = {item.identifier: item for item in listed.children}
        by_ref = {item.ref: item for item in listed.children if item.ref}
        matched = set()
        for item in module.children:
            twin = (
                by_identifier.get(item.identifier)
                or by_ref.get(item.ref)
                or by_ref.get(item.identifier)
            )
            if twin is not None:
                matched.add(id(twin))
                item.ref = twin.ref or item.ref
        module.children += [item for item in listed.children if id(item) not in matched]
    return canvas + [module for module in outline if module.identifier in known]
