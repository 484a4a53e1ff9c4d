"""Courses written elsewhere become pages here.

A reader per format yields one neutral `CourseDescription`; one writer makes pages from it.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from course_pages.importing import olx
from course_pages.importing.archive import ArchiveLimits, unpacked
from course_pages.importing.description import CourseDescription
from course_pages.importing.errors import SourceRefused

READERS = [(olx.is_olx, olx.read)]


@contextlib.contextmanager
def load(path: Path, limits: ArchiveLimits | None = None) -> Iterator[CourseDescription]:
    """The course in an archive of any format that we read; its files live as long as the block.

    Raises `ImportRefused`; nothing stays on disk in any case.
    """
    with unpacked(path, limits) as root:
        for recognises, read in READERS:
            if recognises(root):
                yield read(root)
                return
        raise SourceRefused(
            _("The archive holds no course that we can read (no course.xml of Open edX).")
        )
