"""What a learner has reached in the quizzes of a course as a whole."""

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction

from assessments.models import Attempt
from assessments.services import attempts
from assessments.services.attempts import Standing
from core import snapshots
from course_pages.outline import Outline
from learning.models import Enrolment


def percent_of(enrolment: Enrolment, outline: Outline) -> Fraction | None:
    """The mean of the results that count, 0–100, exactly; one query. None where there is none.

    Over all quizzes of the outline alike; what was not taken, or waits for grading, counts as 0
    beside others that have a result.
    """
    return percents_of([enrolment.pk], outline)[enrolment.pk]


def percents_of(enrolments: Iterable[int], outline: Outline) -> dict[int, Fraction | None]:
    """As `percent_of`, for many by their keys: one query, none where there is no quiz."""
    asked = {
        (lesson.lineage, quiz.lineage): snapshots.load(quiz.digest)
        for lesson in outline.lessons
        for quiz in lesson.quizzes
    }
    keys = list(enrolments)
    if not asked:
        return dict.fromkeys(keys)
    taken: dict[tuple[int, str, str], list[Attempt]] = defaultdict(list)
    rows = Attempt.objects.filter(enrolment__in=keys).defer("paper", "answers", "marks", "flags")
    for one in rows.order_by("number"):
        place = (one.enrolment_id, str(one.lesson_lineage), str(one.quiz_lineage))
        taken[place].append(one)
    found: dict[int, Fraction | None] = {}
    for key in keys:
        results: list[Fraction] = []
        for (lesson, lineage), quiz in asked.items():
            stands = attempts.counted(quiz, Standing(taken[key, lesson, lineage], 0, 0))
            if stands is not None:
                results.append(Fraction(stands.score or 0) / Fraction(stands.possible or 1))
        found[key] = 100 * sum(results, Fraction(0)) / len(asked) if results else None
    return found
