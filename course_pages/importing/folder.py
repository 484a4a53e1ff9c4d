"""The files of an unpacked source, and what an address in one of its texts leads to."""

from __future__ import annotations

import posixpath
import unicodedata
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _

from course_pages.importing import media
from course_pages.importing.description import SourceFile
from course_pages.importing.olx_static import Statics
from course_pages.importing.targets import Target, TargetKind, is_web_address

LONGEST_ADDRESS = 2000


class SourceFolder:
    """Files by their path in the source. `lessons` says which of them became lessons."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lessons: dict[str, uuid.UUID] = {}
        self.images: dict[str, SourceFile] = {}
        self.files: dict[str, SourceFile] = {}
        self.used: set[str] = set()
        self._problems: dict[str, str] = {}
        self._paths: dict[str, Path] = {}
        self._loose: dict[str, str] = {}
        for path in sorted(root.rglob("*")):
            if path.is_file() and not path.is_symlink():
                name = path.relative_to(root).as_posix()
                self._paths[name] = path
                self._loose.setdefault(_loosely(name), name)
        # Pictures inside a text (data: addresses) are written beside the source.
        self._inline = Statics(root / ".made", root / ".made")

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def path(self, name: str) -> Path:
        return self._paths[name]

    def find(self, name: str) -> str | None:
        """The source's own spelling of a path, or None; never a path outside of the source."""
        if name in self._paths:
            return name
        return self._loose.get(_loosely(name))

    def file(self, name: str) -> Target:
        path = self._paths[name]
        self.used.add(name)
        if problem := media.document_problem(path):
            return Target(TargetKind.NOWHERE, problem, path.name)
        return self._add(name, self.files, TargetKind.FILE)

    def image(self, name: str) -> Target:
        path = self._paths[name]
        self.used.add(name)
        if name not in self._problems:
            self._problems[name] = media.image_problem(path)
        if problem := self._problems[name]:
            return Target(TargetKind.NOWHERE, problem, path.name)
        return self._add(name, self.images, TargetKind.IMAGE)

    def inline_image(self, url: str) -> Target:
        target = self._inline.image(url)
        self.images.update(self._inline.images)
        return target

    def _add(self, name: str, kept: dict[str, SourceFile], kind: TargetKind) -> Target:
        path = self._paths[name]
        title = path.stem.replace("_", " ").strip() or path.name
        kept[name] = SourceFile(path, path.name, title)
        return Target(kind, name, title, media.plays(path) if kind is TargetKind.FILE else "")


class Links:
    """Answers the sanitiser for a text in `base`, a folder of the source."""

    def __init__(self, source: SourceFolder, base: str = "") -> None:
        self.source = source
        self.base = base

    def link(self, url: str) -> Target:
        found = self.inside(url)
        if found is None:
            return self.elsewhere(url)
        if lesson := self.source.lessons.get(found):
            return Target(TargetKind.LESSON, str(lesson))
        return self.source.file(found)

    def image(self, url: str) -> Target:
        if url.startswith("data:"):
            return self.source.inline_image(url)
        found = self.inside(url)
        return self.elsewhere(url) if found is None else self.source.image(found)

    def file(self, url: str) -> Target:
        found = self.inside(url)
        return self.elsewhere(url) if found is None else self.source.file(found)

    def inside(self, url: str) -> str | None:
        """The path in the source that a relative address means, if there is such a file."""
        name = relative_path(url)
        if not name:
            return None
        candidates = [name.lstrip("/")]
        if not name.startswith("/"):
            candidates.insert(0, posixpath.join(self.base, name))
        for candidate in candidates:
            if found := self.source.find(posixpath.normpath(candidate)):
                return found
        return None

    def elsewhere(self, url: str) -> Target:
        """What an address is that names no file of the source."""
        if url.startswith("//"):
            url = f"https:{url}"
        if is_web_address(url) and len(url) <= LONGEST_ADDRESS:
            return Target(TargetKind.WEB, url)
        if url.startswith("#"):
            return Target(TargetKind.NOWHERE, _("leads to a place on the page"))
        if name := relative_path(url):
            return Target(TargetKind.MISSING, name)
        return Target(TargetKind.NOWHERE, _("leads nowhere from here"))


def relative_path(url: str) -> str:
    """The path of an address without scheme and host, decoded; "" for every other address."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    if parts.scheme or parts.netloc:
        return ""
    return unquote(parts.path).replace("\\", "/")


def _loosely(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
