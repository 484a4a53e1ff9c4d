"""The quizzes of a course as its gradebook lists them: those released, then those with attempts."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Max
from django.http import Http404

from assessments.models import Attempt
from assessments.models.authoring import Counts
from core import snapshots
from course_pages import outline
from course_pages.models import Course


@dataclass(frozen=True)
class Column:
    """A quiz in a lesson; `live` while the released course has it there."""

    lesson: str
    quiz: str
    title: str
    lesson_title: str
    counts: str
    pass_mark: int
    digest: str
    live: bool

    @property
    def key(self) -> str:
        return f"{self.lesson}:{self.quiz}"


def of(course: Course) -> list[Column]:
    """All columns: one query for any number, one more where attempts are at quizzes of before."""
    pins: dict[tuple[str, str], tuple[str, str, bool]] = {}
    if course.live_release is not None:
        for lesson in outline.load(course.live_release.outline_id).lessons:
            for pin in lesson.quizzes:
                pins[lesson.lineage, pin.lineage] = (pin.digest, lesson.title, True)
    newest = list(
        Attempt.objects.filter(enrolment__course=course)
        .order_by()
        .values("lesson_lineage", "quiz_lineage")
        .annotate(last=Max("pk"))
    )
    gone = {
        (str(row["lesson_lineage"]), str(row["quiz_lineage"])): row["last"]
        for row in newest
        if (str(row["lesson_lineage"]), str(row["quiz_lineage"])) not in pins
    }
    digests = dict(
        Attempt.objects.filter(pk__in=gone.values()).values_list("pk", "snapshot") if gone else []
    )
    for place, pk in gone.items():
        pins[place] = (digests[pk], "", False)
    data = _quizzes(tuple(sorted({digest for digest, _title, _live in pins.values()})))
    return [
        _column(place, data[digest], digest, title, live)
        for place, (digest, title, live) in pins.items()
    ]


@lru_cache(maxsize=128)
def _quizzes(digests: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Title and settings by digest, kept in memory: what is frozen stays."""
    found = snapshots.load_many(digests) if digests else {}
    return {
        digest: {"title": quiz["title"], "settings": quiz["settings"]}
        for digest, quiz in found.items()
    }


def _column(
    place: tuple[str, str], quiz: dict[str, Any], digest: str, lesson_title: str, live: bool
) -> Column:
    settings = quiz["settings"]
    return Column(
        lesson=place[0],
        quiz=place[1],
        title=quiz["title"],
        lesson_title=lesson_title,
        counts=settings["counts"] or Counts.BEST,
        pass_mark=settings["pass_mark"],
        digest=digest,
        live=live,
    )


def titles(course: Course) -> dict[str, str]:
    """Quiz lineage → title."""
    return {column.quiz: column.title for column in reversed(of(course))}


def title_of(course: Course, quiz: str) -> str:
    """The title of a quiz that is in the course or has attempts there; else 404."""
    found = titles(course).get(quiz)
    if found is None:
        raise Http404
    return found
