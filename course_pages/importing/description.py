"""The neutral description of a course: what every reader yields and the writer needs.

References to files are symbolic until the writer gives them ids: the values of `image`, `file` and
`video` name a key of `CourseDescription.images` or `.files`, `captions` of a film's block maps
languages to such keys, and links to lessons in rich text read `<a linktype="lesson" id="LINEAGE">`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

# Never to change: the same course file must find its pages again.
NAMESPACE = uuid.UUID("6f1d2c0e-5b0a-5f0e-9c55-3f6f3f1f6a11")


def lineage(course_key: str, usage: str) -> uuid.UUID:
    """The identity of a part of a course, the same at every import of that course."""
    return uuid.uuid5(NAMESPACE, f"{course_key}/{usage}")


def block_id(lesson: uuid.UUID, index: int) -> str:
    """The id of a lesson's n-th block; stable so that equal content stays equal."""
    return str(uuid.uuid5(lesson, str(index)))


class Kind(StrEnum):
    """What became of something found in the source."""

    IMPORTED = "imported"  # here, as it was
    CONVERTED = "converted"  # here, in another form
    REPORTED = "reported"  # not here as what it was; named so that nobody misses it unknowingly
    IGNORED = "ignored"  # a detail inside a block that was left out


@dataclass(frozen=True)
class Finding:
    """One line of the report. `place` is the path of titles a teacher would look it up by."""

    kind: Kind
    block_type: str
    name: str
    place: str
    reason: str = ""


@dataclass(frozen=True)
class Block:
    """One block of a lesson body, its value as the StreamField stores it but for references."""

    type: str
    value: Any


@dataclass(frozen=True)
class SourceFile:
    """A file of the source, by the path where it was unpacked."""

    path: Path
    name: str
    title: str


@dataclass(frozen=True)
class LessonDescription:
    lineage: uuid.UUID
    title: str
    section: str = ""
    required: bool = True
    minutes: int = 1
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True)
class ModuleDescription:
    lineage: uuid.UUID
    title: str
    lessons: tuple[LessonDescription, ...] = ()


@dataclass(frozen=True)
class CourseDescription:
    """A whole course, ready to be written; `found` counts the source's parts by type."""

    key: str
    lineage: uuid.UUID
    title: str
    summary: str = ""
    language: str = ""
    body: tuple[Block, ...] = ()
    cover: str = ""
    modules: tuple[ModuleDescription, ...] = ()
    files: Mapping[str, SourceFile] = field(default_factory=dict)
    images: Mapping[str, SourceFile] = field(default_factory=dict)
    found: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def lessons(self) -> Iterator[LessonDescription]:
        """All lessons in the order of study."""
        for module in self.modules:
            yield from module.lessons
