"""Questions written elsewhere become question blocks here.

A reader per format yields one neutral `Questions`; one writer makes a bank or a quiz of them. What
is read is hostile by assumption: no entities, no network, limits before anything is unpacked.
"""

import contextlib
import posixpath
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from assessments.importing import aiken, gift, qti1, qti2
from assessments.importing.made import Maker, Questions, report
from course_pages.importing import workspace
from course_pages.importing.archive import ArchiveLimits, unpack
from course_pages.importing.errors import SourceRefused
from course_pages.importing.folder import SourceFolder
from course_pages.importing.imscc_package import name as tag_of
from course_pages.importing.reading import NoText, text_of
from course_pages.importing.xml import Malformed, read_xml

# Question files are small; a course's archive is not, and has its own import.
LIMITS = ArchiveLimits(
    archive_bytes=16 * 1024 * 1024,
    entries=2_000,
    total_bytes=64 * 1024 * 1024,
    file_bytes=16 * 1024 * 1024,
)
MANIFEST = "imsmanifest.xml"
SUFFIXES = (".txt", ".gift", ".aiken", ".xml", ".qti", ".zip")


@contextlib.contextmanager
def load(path: Path, *, name: str = "", seed: uuid.UUID | None = None) -> Iterator[Questions]:
    """The questions of a file; its pictures live as long as the block.

    `name` is what the teacher's file was called. Raises `ImportRefused`; nothing stays on disk.
    """
    shown = name or path.name
    with workspace.folder() as work:
        maker = Maker(seed or uuid.uuid4())
        title = PurePosixPath(shown).stem.removesuffix(".gift").replace("_", " ").strip() or shown
        with path.open("rb") as file:
            zipped = file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
        if zipped:
            yield _package(SourceFolder(unpack(path, work, LIMITS)), title, maker)
            return
        if PurePosixPath(shown).suffix.lower() == ".zip":
            raise SourceRefused(_("“%s” is not a ZIP file.") % shown)
        if path.stat().st_size > LIMITS.file_bytes:
            raise SourceRefused(_("“%s” is too large for a file of questions.") % shown)
        folder = SourceFolder(_alone(path, work, shown))
        yield _single_file(folder, title, shown, maker)


def _alone(path: Path, work: Path, shown: str) -> Path:
    """A folder with nothing but the file."""
    home = work / "source"
    home.mkdir()
    shutil.copyfile(path, home / ("questions" + PurePosixPath(shown).suffix[:10]))
    return home


def _single_file(folder: SourceFolder, title: str, shown: str, maker: Maker) -> Questions:
    (only,) = list(folder)
    path = folder.path(only)
    with path.open("rb") as file:
        head = file.read(512).lstrip(b"\xef\xbb\xbf \t\r\n")
    is_xml = head.startswith((b"<?xml", b"<questestinterop", b"<assessmentItem", b"\xff\xfe<"))
    if is_xml or PurePosixPath(shown).suffix.lower() in {".xml", ".qti"}:
        return _from_xml(path, folder, title, shown, maker)
    try:
        text, __ = text_of(path)
    except NoText as error:
        raise SourceRefused(_("“%s” holds no text.") % shown) from error
    if aiken.is_aiken(text):
        return aiken.read(text, title, folder, maker)
    if gift.is_gift(text):
        return gift.read(text, title, folder, maker)
    raise SourceRefused(
        _("There are no questions in it that we can read: neither GIFT nor Aiken nor QTI.")
    )


def _from_xml(path: Path, folder: SourceFolder, title: str, shown: str, maker: Maker) -> Questions:
    into = Questions(title)
    try:
        root = read_xml(path)
    except Malformed as error:
        raise SourceRefused(
            _("“%(file)s” is no XML (%(detail)s).") % {"file": shown, "detail": error}
        ) from error
    if tag_of(root) == "questestinterop":
        into.title = qti1.title_of(root) or title
        qti1.read(root, into, folder, "", maker, shown)
    elif qti2.is_item(root):
        qti2.read(root, into, folder, "", maker, shown)
    else:
        raise SourceRefused(_("“%s” is XML, but neither QTI 1.2 nor an item of QTI 2.") % shown)
    return _with_pictures(into, folder)


def _package(folder: SourceFolder, title: str, maker: Maker) -> Questions:
    """All question files of an archive, in the order in which its own lists name them."""
    into = Questions(title)
    for path in _in_order(folder):
        base = posixpath.dirname(path)
        try:
            root = read_xml(folder.path(path))
        except Malformed as error:
            report(into, "file", path, path, _("it is no XML (%s)") % error)
            continue
        except SourceRefused as refused:
            # One file of many: it is not read, and said so.
            report(into, "file", path, path, refused.reason)
            continue
        if tag_of(root) == "questestinterop":
            into.title = qti1.title_of(root) if len(list(folder)) < 20 else into.title
            qti1.read(root, into, folder, base, maker, path)
        elif qti2.is_item(root):
            qti2.read(root, into, folder, base, maker, path)
        elif tag_of(root) == "assessmentTest" and root.get("title"):
            into.title = root.get("title") or title
    if not into.account.found:
        raise SourceRefused(
            _("There are no questions in it that we can read: neither QTI 1.2 nor QTI 2.")
        )
    into.title = into.title or title
    return _with_pictures(into, folder)


def _in_order(folder: SourceFolder) -> list[str]:
    """XML files: those that a test or the manifest names first, in that order, then the others."""
    files = [path for path in folder if path.lower().endswith((".xml", ".qti"))]
    named: list[str] = []
    for path in files:
        try:
            root = read_xml(folder.path(path))
        except (Malformed, SourceRefused):
            continue
        if tag_of(root) in {"assessmentTest", "manifest"}:
            base = posixpath.dirname(path)
            hrefs = [element.get("href") for element in root.iter() if element.get("href")]
            found = [folder.find(posixpath.normpath(posixpath.join(base, h or ""))) for h in hrefs]
            order = [one for one in found if one]
            named = order + named if tag_of(root) == "assessmentTest" else named + order
    return [path for path in dict.fromkeys([*named, *files]) if path in files]


def _with_pictures(into: Questions, folder: SourceFolder) -> Questions:
    """Only the pictures that a question shows."""
    used = {
        part["value"]["image"]
        for block in into.blocks
        for part in block["value"]["stem"]
        if part["type"] == "image"
    }
    into.images = {key: file for key, file in folder.images.items() if key in used}
    return into
