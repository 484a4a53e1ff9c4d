"""Courses written elsewhere become pages here.

A reader per format yields one neutral `CourseDescription`; one writer makes pages from it.
"""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from course_pages.importing import imscc, markdown, olx
from course_pages.importing.archive import ArchiveLimits, unpacked
from course_pages.importing.description import CourseDescription
from course_pages.importing.errors import SourceRefused

# Which reader a source is for, and the reader; it is told the source's own name as well.
READERS: list[tuple[Callable[[Path], bool], Callable[[Path, str], CourseDescription]]] = [
    (olx.is_olx, lambda root, name: olx.read(root)),
    (imscc.is_cartridge, lambda root, name: imscc.read(root)),
    (markdown.is_markdown, markdown.read),
]


@contextlib.contextmanager
def load(
    path: Path, limits: ArchiveLimits | None = None, *, name: str = ""
) -> Iterator[CourseDescription]:
    """The course in an archive or folder of any format that we read; its files live as long as
    the block. `name` is what the teacher's file was called, if `path` is only a copy of it.

    Raises `ImportRefused`; nothing stays on disk in any case.
    """
    with unpacked(path, limits) as root:
        for recognises, read in READERS:
            if recognises(root):
                yield read(root, name or path.resolve().name)
                return
        raise SourceRefused(
            _(
                "There is no course in it that we can read: neither course.xml (Open edX) nor "
                "imsmanifest.xml (Common Cartridge) nor Markdown files."
            )
        )
