"""What assessments add to courses, and their regular work."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models.signals import post_save, pre_delete
from django.dispatch import receiver
from django.utils.translation import ngettext_lazy
from wagtail.signals import page_published

from assessments import freezing
from assessments.importing import from_source
from assessments.models import Attempt, QuestionBank, Quiz
from assessments.services import attempts
from core import schedule, snapshots
from course_pages import marks, registries
from course_pages.models import LessonPage
from course_pages.registries import Holding

registries.pins[registries.QUIZ] = freezing.pin
registries.imported.append(from_source.after_import)
schedule.every(timedelta(seconds=30), "close-overdue-attempts")(attempts.close_all_overdue)

HELD = ngettext_lazy(
    "%(count)s learner has taken quizzes here.",
    "%(count)s learners have taken quizzes here.",
    "count",
)


@registries.holders.append
def attempts_held(lineages: set[str]) -> Iterable[Holding]:
    """Learners with attempts in lessons that somebody is about to remove."""
    count = (
        Attempt.objects.filter(lesson_lineage__in=lineages).values("enrolment").distinct().count()
    )
    yield Holding(HELD % {"count": count}, count)


@receiver(post_save, sender=Quiz)
@receiver(post_save, sender=QuestionBank)
def changed(sender: type, instance: Quiz | QuestionBank, raw: bool = False, **kwargs: Any) -> None:
    """The next release of the course may differ; a draft's save changes nothing for it."""
    if not raw:
        marks.mark_lineages([instance.course.lineage])


@receiver(page_published, sender=LessonPage)
def publish_imported(
    sender: type, instance: LessonPage, revision: Any = None, **kwargs: Any
) -> None:
    """Quizzes that came with an imported lesson are published with it, the first time."""
    from_source.publish_with(instance, getattr(revision, "user", None))


@receiver(pre_delete, sender=Quiz)
def keep_while_pinned(sender: type, instance: Quiz, **kwargs: Any) -> None:
    snapshots.refuse_deletion_while_pinned("quiz", instance)
