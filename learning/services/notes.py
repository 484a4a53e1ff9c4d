"""Private notes on lessons. Whoever calls has entered the course through the door."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from learning.models import Enrolment, Note
from learning.services.access import Seat

LONGEST = 10_000
MOST = 2_000


class NoteRefused(ValueError):
    """Empty, too long, or one too many; says so to its writer. Nothing was written."""


def _checked(text: str) -> str:
    # Browsers send a line break as two characters, and count it as one.
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise NoteRefused(_("Write something first."))
    if len(text) > LONGEST:
        raise NoteRefused(_("A note can have 10,000 characters."))
    return text


@transaction.atomic
def write(*, seat: Seat, text: str, video: UUID | None = None, at_ms: int | None = None) -> Note:
    """A new note on the lesson, at a moment of one of its videos or at none; one transaction."""
    assert seat.enrolment is not None
    text = _checked(text)
    # Locked, so that two tabs do not both write the last one.
    Enrolment.objects.select_for_update().get(pk=seat.enrolment.pk)
    if Note.objects.filter(enrolment=seat.enrolment).count() >= MOST:
        raise NoteRefused(_("You have 2,000 notes in this course. Delete some to write more."))
    return Note.objects.create(
        enrolment=seat.enrolment,
        lineage=seat.lesson.lineage,
        lesson_title=seat.lesson.title,
        video=video if at_ms is not None else None,
        at_ms=at_ms,
        text=text,
    )


def edit(*, note: Note, text: str) -> Note:
    """Other words for a note; one statement."""
    note.text = _checked(text)
    note.save(update_fields=["text", "updated_at"])
    return note


def delete(*, note: Note) -> None:
    """For good."""
    note.delete()
