"""What assessments add to courses, and their regular work."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models.signals import post_save, pre_delete
from django.dispatch import receiver
from django.utils.translation import ngettext_lazy
from wagtail.models import ReferenceIndex
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
registries.pin_checks[registries.QUIZ] = freezing.faults
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
    """The next release of every course that asks it may differ; a draft's save changes nothing."""
    if raw:
        return
    marks.mark_lineages([instance.course.lineage])
    quizzes = [instance] if isinstance(instance, Quiz) else _drawing_from(instance)
    for quiz in quizzes:
        marks.mark_users_of(quiz)


def _drawing_from(bank: QuestionBank) -> Iterable[Quiz]:
    """The quizzes that draw from a bank, of whichever course."""
    kinds = ContentType.objects.get_for_models(QuestionBank, Quiz)
    found = ReferenceIndex.objects.filter(
        to_content_type=kinds[QuestionBank],
        to_object_id=str(bank.pk),
        base_content_type=kinds[Quiz],
    )
    return Quiz.objects.filter(pk__in=list(found.values_list("object_id", flat=True)))


@receiver(page_published, sender=LessonPage)
def publish_imported(
    sender: type, instance: LessonPage, revision: Any = None, **kwargs: Any
) -> None:
    """Quizzes that came with an imported lesson are published with it, the first time."""
    from_source.publish_with(instance, getattr(revision, "user", None))


@receiver(pre_delete, sender=Quiz)
@receiver(pre_delete, sender=QuestionBank)
def keep_while_pinned(sender: type, instance: Quiz | QuestionBank, **kwargs: Any) -> None:
    kind = "quiz" if isinstance(instance, Quiz) else "bank"
    snapshots.refuse_deletion_while_pinned(kind, instance)
