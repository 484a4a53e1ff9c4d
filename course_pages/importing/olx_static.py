"""The static files of an Open edX export, and what an address in its HTML leads to."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import uuid
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from django.utils.translation import gettext as _

from course_pages.importing import media
from course_pages.importing.description import SourceFile
from course_pages.importing.targets import Target, TargetKind, is_web_address


class Statics:
    """The static files of an export, and what an address in its HTML leads to."""

    def __init__(self, folder: Path, made: Path) -> None:
        self.folder = folder
        self._made = made
        self.files: dict[str, SourceFile] = {}
        self.images: dict[str, SourceFile] = {}
        self.lessons: dict[str, uuid.UUID] = {}
        self._paths: dict[str, Path] = {}
        self._loose: dict[str, Path] = {}
        self._used: set[Path] = set()
        self._problems: dict[Path, str] = {}
        static = folder / "static"
        for path in sorted(static.rglob("*")) if static.is_dir() else ():
            if path.is_file():
                name = path.relative_to(static).as_posix()
                self._paths[name] = path
                self._loose.setdefault(loose_name(name), path)

    def account(self) -> Iterator[tuple[str, bool]]:
        for name, path in self._paths.items():
            yield f"static/{name}", path in self._used

    def keep(self, path: Path) -> str:
        """The key of a file that is used whatever its type."""
        return self._add(path, self.files, TargetKind.FILE).value

    def mark_used(self, path: Path) -> None:
        self._used.add(path)

    def path(self, url: str) -> Path | None:
        """The static file of an address, by its exact name or as Open edX spells it."""
        name = _static_name(url)
        if not name:
            return None
        return self._paths.get(name) or self._loose.get(loose_name(name))

    # What the sanitiser asks

    def image(self, url: str) -> Target:
        if url.startswith("data:"):
            return self._inline_image(url)
        path = self.path(url)
        if path is None:
            return self._elsewhere(url)
        problem = self._problem(path)
        if problem:
            self._used.add(path)
            return Target(TargetKind.NOWHERE, problem, path.name)
        return self._add(path, self.images, TargetKind.IMAGE)

    def link(self, url: str) -> Target:
        if name := _jump(url):
            found = self.lessons.get(name)
            if found:
                return Target(TargetKind.LESSON, str(found))
            return Target(TargetKind.NOWHERE, _("leads to a part of the course that is not here"))
        return self.file(url)

    def file(self, url: str) -> Target:
        path = self.path(url)
        if path is None:
            return self._elsewhere(url)
        if problem := media.document_problem(path):
            self._used.add(path)
            return Target(TargetKind.NOWHERE, problem, path.name)
        return self._add(path, self.files, TargetKind.FILE)

    def _add(self, path: Path, kept: dict[str, SourceFile], kind: TargetKind) -> Target:
        self._used.add(path)
        name = path.relative_to(self.folder).as_posix()
        title = path.stem.replace("_", " ").strip() or path.name
        kept[name] = SourceFile(path, path.name, title)
        return Target(kind, name, title, media.plays(path) if kind is TargetKind.FILE else "")

    def _problem(self, path: Path) -> str:
        if path not in self._problems:
            self._problems[path] = media.image_problem(path)
        return self._problems[path]

    def _elsewhere(self, url: str) -> Target:
        if url.startswith("//"):
            url = f"https:{url}"
        if is_web_address(url) and len(url) <= 2000:
            return Target(TargetKind.WEB, url)
        if name := _static_name(url):
            return Target(TargetKind.MISSING, name)
        if url.startswith("#"):
            return Target(TargetKind.NOWHERE, _("leads to a place on the page"))
        return Target(TargetKind.NOWHERE, _("leads nowhere from here"))

    def _inline_image(self, url: str) -> Target:
        head, __, data = url.partition(",")
        if not re.fullmatch(r"data:image/(png|jpe?g|gif|webp);base64", head.strip().lower()):
            return Target(TargetKind.NOWHERE, _("a picture inside the text that cannot be read"))
        try:
            content = base64.b64decode(unquote(data), validate=False)
        except (binascii.Error, ValueError):
            return Target(TargetKind.NOWHERE, _("a picture inside the text that cannot be read"))
        digest = hashlib.sha256(content).hexdigest()
        self._made.mkdir(exist_ok=True)
        path = self._made / f"{digest}.{head.lower().partition('/')[2].partition(';')[0]}"
        path.write_bytes(content)
        if problem := self._problem(path):
            return Target(TargetKind.NOWHERE, problem)
        key = f"made/{path.name}"
        self.images[key] = SourceFile(path, f"picture-{digest[:8]}{path.suffix}", _("Picture"))
        return Target(TargetKind.IMAGE, key, _("Picture"))


def _static_name(url: str) -> str:
    """The name of the static file that an address of Open edX means, or ""."""
    url = url.strip()
    for pattern in (
        r"^(?:\.\./|\./|/)?static/(?:[0-9a-f]{32}/)?(.+)$",
        r"(?:^|/)asset-v1:[^@]*(?:\+type@asset\+block)[@/](.+)$",
        r"(?:^|/)c4x/[^/]+/[^/]+/asset/(.+)$",
    ):
        if match := re.search(pattern, url, re.IGNORECASE):
            name = unquote(re.split(r"[?#]", match.group(1))[0]).replace("@", "/")
            return str(PurePosixPath(name)) if name.strip("/ ") else ""
    return ""


def loose_name(name: str) -> str:
    """Open edX puts an underscore for whatever it does not like in a file's name."""
    return re.sub(r"[^\w.~-]", "_", unquote(name)).casefold()


def _jump(url: str) -> str:
    """The name of the part of the course that a link inside it leads to, or ""."""
    if match := re.match(r"^/?jump_to_id/([^/?#]+)", url):
        return match.group(1)
    inside = re.search(r"(?:/jump_to/|block-v1:)\S*?(?:@|/)([^@/?#+]+)/?(?:[?#].*)?$", url)
    if inside and "type@asset" not in url:
        return inside.group(1)
    if re.fullmatch(r"[0-9a-f]{32}", url):
        return url
    return ""
