"""A learner's notes as pages and files show them: in the order of the course."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core.text import clock
from course_pages.public import lesson_url
from learning.models import Note
from learning.services.access import Place, Seat

MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|])")


@dataclass(frozen=True)
class Entry:
    """A note; `url` leads to its moment, and is empty once the lesson has left the course."""

    pk: int
    text: str
    at_ms: int | None
    video: str
    url: str
    written_at: datetime
    edit_url: str
    delete_url: str

    @property
    def moment(self) -> str:
        return "" if self.at_ms is None else clock(self.at_ms)


@dataclass(frozen=True)
class LessonNotes:
    """The notes of one lesson, by their moment; `url` is empty once it has left the course."""

    title: str
    url: str
    entries: list[Entry] = field(default_factory=list)


def entry(place: Place, note: Note) -> Entry:
    lesson = place.outline.by_lineage.get(str(note.lineage))
    url = lesson_url(place.course, lesson.address) if lesson else ""
    slug = place.course.slug
    return Entry(
        pk=note.pk,
        text=note.text,
        at_ms=note.at_ms,
        video=str(note.video or ""),
        url=f"{url}?at={note.at_ms}&video={note.video}" if url and note.at_ms is not None else url,
        written_at=note.created_at,
        edit_url=reverse("learning:note", args=[slug, note.pk]),
        delete_url=reverse("learning:note-delete", args=[slug, note.pk]),
    )


def _by_moment(note: Note) -> tuple[int, datetime]:
    return (-1 if note.at_ms is None else note.at_ms, note.created_at)


def of_lesson(seat: Seat) -> list[Entry]:
    """One query."""
    found = Note.objects.filter(enrolment=seat.enrolment, lineage=seat.lesson.lineage)
    return [entry(seat, note) for note in sorted(found, key=_by_moment)]


def of_course(place: Place, words: Sequence[str] = ()) -> list[LessonNotes]:
    """All notes that contain the words, lesson by lesson; what left the course comes last.

    One query.
    """
    found = list(Note.objects.filter(enrolment=place.enrolment).containing(words))
    last = len(place.outline.positions)

    def order(note: Note) -> tuple[int, str, tuple[int, datetime]]:
        lineage = str(note.lineage)
        return (place.outline.positions.get(lineage, last), lineage, _by_moment(note))

    lessons: dict[str, LessonNotes] = {}
    for note in sorted(found, key=order):
        lineage = str(note.lineage)
        if lineage not in lessons:
            known = place.outline.by_lineage.get(lineage)
            url = lesson_url(place.course, known.address) if known else ""
            lessons[lineage] = LessonNotes(known.title if known else note.lesson_title, url)
        lessons[lineage].entries.append(entry(place, note))
    return list(lessons.values())


def as_markdown(title: str, lessons: Iterable[LessonNotes], base_url: str) -> str:
    """The notes as a file: titles escaped, the notes themselves as they were written."""
    parts = [f"# {_plain(_('Notes: %(course)s') % {'course': title})}"]
    for lesson in lessons:
        parts.append(f"## {_plain(lesson.title)}")
        for one in lesson.entries:
            day = date_format(localtime(one.written_at))
            where = f"[{one.moment}]({base_url}{one.url}) · " if one.moment and one.url else ""
            parts += [f"**{where}{day}**", one.text]
    return "\n\n".join(parts) + "\n"


def _plain(text: str) -> str:
    return MARKDOWN.sub(r"\\\1", " ".join(text.split()))
