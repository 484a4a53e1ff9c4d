"""What a learner has reached in the quizzes of a course as a whole."""

from collections import defaultdict
from fractions import Fraction

from assessments.models import Attempt
from assessments.services import attempts
from assessments.services.attempts import Standing
from core import snapshots
from course_pages.outline import Outline
from learning.models import Enrolment


def percent_of(enrolment: Enrolment, outline: Outline) -> Fraction | None:
    """The mean of the results that count, 0–100, exactly; one query. None for no quiz.

    Over all quizzes of the outline alike; what was not taken, or waits for grading, counts as 0.
    """
    asked = {
        (lesson.lineage, quiz.lineage): quiz.digest
        for lesson in outline.lessons
        for quiz in lesson.quizzes
    }
    if not asked:
        return None
    taken: dict[tuple[str, str], list[Attempt]] = defaultdict(list)
    rows = Attempt.objects.filter(enrolment=enrolment).defer("paper", "answers", "marks", "flags")
    for one in rows.order_by("number"):
        taken[str(one.lesson_lineage), str(one.quiz_lineage)].append(one)
    total = Fraction(0)
    for key, digest in asked.items():
        stands = attempts.counted(snapshots.load(digest), Standing(taken[key], 0, 0))
        if stands is not None and stands.possible:
            total += Fraction(stands.score or 0) / Fraction(stands.possible)
    return 100 * total / len(asked)
