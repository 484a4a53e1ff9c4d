"""The ledger of completions, read."""

from uuid import UUID

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from core.prepared import Prepared
from course_pages.outline import Lesson
from learning.models import Enrolment, LessonCompletion


def _completions(enrolment: int) -> QuerySet[LessonCompletion]:
    # As text, for outlines name lineages so: hundreds of UUID objects cost more than the query.
    lineage = Cast("lineage", TextField())
    rows = LessonCompletion.objects.filter(enrolment=enrolment).values_list(lineage, "era")
    return rows


COMPLETIONS = Prepared(_completions, enrolment=int)


def completed_eras(enrolment: Enrolment) -> dict[str, int]:
    """Lineage → highest era completed: one query."""
    eras: dict[str, int] = {}
    for text, era in COMPLETIONS.tuples(enrolment=enrolment.pk):
        lineage = text if len(text) == 36 else str(UUID(text))  # SQLite keeps no dashes
        if era > eras.get(lineage, 0):
            eras[lineage] = era
    return eras


def counts(lesson: Lesson, eras: dict[str, int]) -> bool:
    """Whether the lesson counts as completed."""
    return eras.get(lesson.lineage, 0) >= lesson.era
