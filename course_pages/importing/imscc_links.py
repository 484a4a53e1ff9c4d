"""What the addresses in a cartridge's texts lead to, Canvas's own placeholders among them."""

from __future__ import annotations

import html
import posixpath
import re
import uuid
from urllib.parse import unquote

from django.utils.translation import gettext as _

from course_pages.importing.folder import Links, SourceFolder, relative_path
from course_pages.importing.targets import Target, TargetKind

FILES = re.compile(r"^\$(?:IMS|1EDTECH)[-_]CC[-_]FILEBASE\$/?(.*)$", re.IGNORECASE | re.DOTALL)
PLACES = re.compile(
    r"^\$(WIKI|CANVAS_OBJECT|CANVAS_COURSE)_REFERENCE\$/*(.*)$", re.IGNORECASE | re.DOTALL
)
IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
DISPLAYED = re.compile(r"\$\$([^<$]+)\$\$")
FORMULA = re.compile(r'\b(?:data-equation-content|title)="([^"]*)"', re.IGNORECASE)


class CartridgeFiles(SourceFolder):
    """The archive's files, and what the manifest calls its parts."""

    resources: dict[str, str]
    objects: dict[str, uuid.UUID]


class CartridgeLinks(Links):
    source: CartridgeFiles

    def __init__(self, source: CartridgeFiles, base: str = "") -> None:
        super().__init__(source, base)

    def link(self, url: str) -> Target:
        place = PLACES.match(_plain(url))
        if place is None:
            return super().link(url)
        if lesson := self._object(place[2]):
            return Target(TargetKind.LESSON, str(lesson))
        if found := self.inside(url):
            return self.source.file(found)
        return Target(TargetKind.NOWHERE, _("leads to a part of the course that is not here"))

    def inside(self, url: str) -> str | None:
        url = _plain(url)
        if place := PLACES.match(url):
            return self._object_file(place[2])
        if (found := FILES.match(url)) is None:
            return super().inside(url)
        name = relative_path(found[1].lstrip("/"))
        for candidate in (
            posixpath.join("web_resources", name),
            name,
            posixpath.join(self.base, name),
        ):
            if path := self.source.find(posixpath.normpath(candidate)):
                return path
        return None

    def elsewhere(self, url: str) -> Target:
        if found := FILES.match(_plain(url)):
            return Target(TargetKind.MISSING, relative_path(found[1]) or found[1])
        return super().elsewhere(url)

    def _object(self, address: str) -> uuid.UUID | None:
        """`pages/slug`, `assignments/id`, `modules/items/id`: the lesson that it became."""
        name = unquote(re.split(r"[?#]", address)[0]).strip("/").rpartition("/")[2]
        if found := self.source.objects.get(name):
            return found
        page = self.source.find(f"wiki_content/{name}.html")
        return self.source.lessons.get(page or "")

    def _object_file(self, address: str) -> str | None:
        """`file_ref/id`: the path of that resource."""
        parts = re.split(r"[?#]", address)[0].strip("/").split("/")
        if parts[0] not in {"file_ref", "files", "file_contents"} or len(parts) < 2:
            return None
        if path := self.source.resources.get(parts[1]):
            return self.source.find(path)
        return self.source.find(unquote("/".join(["web_resources", *parts[2:]])))


def _plain(url: str) -> str:
    """Canvas writes the dollars of its placeholders as %24."""
    return re.sub(r"^%24([\w-]+)%24", r"$\1$", url.strip(), flags=re.IGNORECASE)


def with_formulas(source: str) -> str:
    """Canvas shows formulas as pictures from its own server; their LaTeX stands beside."""

    def formula(found: re.Match[str]) -> str:
        if "equation_image" not in found[0]:
            return found[0]
        latex = FORMULA.search(found[0])
        words = html.unescape(unquote(html.unescape(latex[1]))).strip() if latex else ""
        return rf"\({html.escape(words, quote=False)}\)" if words else found[0]

    return DISPLAYED.sub(r"\\[\1\\]", IMAGE.sub(formula, source))
