"""What somebody is told who is about to remove lessons or a course that learners hold."""

import pytest

from course_pages import outline, registries
from learning.services import access, enrolment, progress
from tests.factories import courses as make
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_each_learner_counts_once_for_all_lessons_together() -> None:
    course = make.course(1, 2)
    assert course.live_release is not None
    live = outline.load(course.live_release.outline_id)
    lessons = {lesson.lineage for lesson in live.lessons}
    thorough, curious, idle = UserFactory.create_batch(3)
    for person in (thorough, curious, idle):
        enrolment.enrol(user=person, course=course)
    for lesson in live.lessons:
        seat = access.enter_lesson(thorough, course.slug, lesson.address)
        progress.open_lesson(seat=seat)
        progress.complete(seat=seat)
        progress.open_lesson(seat=access.enter_lesson(curious, course.slug, lesson.address))

    assert [(str(held.message), held.count) for held in registries.holdings_of(lessons)] == [
        ("1 learner has completed lessons here.", 1),
        ("2 learners have opened lessons here.", 2),
    ]
    assert [str(held.message) for held in registries.holdings_of({str(course.lineage)})] == [
        "3 learners are enrolled in the course.",
    ]
