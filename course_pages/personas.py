"""Whose eyes a preview looks through: values, never users, so that nothing has to be written."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from course_pages.outline import Lesson, Outline


class Persona(TextChoices):
    ENROLLED = "enrolled", _("Enrolled learner")
    HALF_WAY = "half-way", _("Half-way")
    COMPLETED = "completed", _("Completed")
    VISITOR = "visitor", _("Visitor")

    @classmethod
    def named(cls, name: str | None) -> "Persona":
        """The persona of this name; an enrolled learner for any other name."""
        return cls(name) if name in cls.values else cls.ENROLLED

    @classmethod
    def modes(cls) -> list[tuple[str, str]]:
        """As Wagtail's `preview_modes`."""
        return [(one.value, str(one.label)) for one in cls]

    @property
    def studies(self) -> bool:
        """Whether the player is open to them."""
        return self is not Persona.VISITOR

    def has_completed(self, outline: Outline) -> tuple[Lesson, ...]:
        """The lessons that count as completed.

        Half-way is the first half, rounded down, of what is required, or of everything in a course
        that requires nothing.
        """
        if self is Persona.COMPLETED:
            return outline.lessons
        if self is not Persona.HALF_WAY:
            return ()
        counting = [one for one in outline.lessons if one.required] or list(outline.lessons)
        return tuple(counting[: len(counting) // 2])

    def eras(self, outline: Outline) -> dict[str, int]:
        """Lineage → era completed, as a learner's ledger would say."""
        return {lesson.lineage: lesson.era for lesson in self.has_completed(outline)}

    def has_finished(self, outline: Outline) -> bool:
        """Whether the course is completed: one that requires nothing never is."""
        return self is Persona.COMPLETED and bool(outline.required)
