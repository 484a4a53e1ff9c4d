"""Progress and completions: nothing is lost, nothing lies."""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from core import outbox
from core.models import OutboxMessage
from course_pages import outline, releases
from course_pages.models import Course
from learning.models import AccessGrant, Enrolment, LessonCompletion
from learning.services import access, enrolment, progress
from learning.services.access import LessonClosed, Reason
from tests.factories import courses as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner() -> User:
    return User.objects.create_user("learner@example.org", "a long password", name="Lea Learner")


def lessons(course: Course) -> tuple[outline.Lesson, ...]:
    course.refresh_from_db()
    assert course.live_release is not None
    return outline.load(course.live_release.outline_id).lessons


def finish(user: User, course: Course, count: int) -> progress.Progress:
    """Complete the first `count` lessons."""
    result = None
    for lesson in lessons(course)[:count]:
        result = progress.complete(seat=access.enter_lesson(user, course.slug, lesson.address))
    assert result is not None
    return result


def test_percentage_counts_required_lessons_that_are_done(learner: User) -> None:
    course = make.course(2, 2)
    enrolment.enrol(user=learner, course=course)
    assert finish(learner, course, 1).percent == 25
    assert finish(learner, course, 3).percent == 75


def test_completing_twice_is_completing_once(learner: User) -> None:
    course = make.course(1, 2)
    enrolment.enrol(user=learner, course=course)
    finish(learner, course, 1)
    assert finish(learner, course, 1).done == 1
    assert LessonCompletion.objects.count() == 1


def test_the_last_required_lesson_completes_the_course_and_tells_it_once(learner: User) -> None:
    course = make.course(1, 2)
    enrolment.enrol(user=learner, course=course)
    assert finish(learner, course, 2).completed_at is not None
    finish(learner, course, 2)
    assert OutboxMessage.objects.filter(kind=progress.COMPLETED).count() == 1


def test_a_lesson_added_later_leaves_completion_and_says_what_is_new(learner: User) -> None:
    course = make.course(1, 2)
    enrolment.enrol(user=learner, course=course)
    completed_at = finish(learner, course, 2).completed_at
    page = make.lesson_page(course, "Lesson 1.1").get_parent()
    make.lesson(page, "New lesson")
    releases.release(course=course, by=None)
    outbox.drain()
    row = Enrolment.objects.get(user=learner)
    assert row.completed_at == completed_at
    now = progress.measure(
        outline.load(lesson_outline(course)), progress.completed_eras(row), row.completed_at
    )
    assert (now.percent, now.new_since) == (66, 1)


def lesson_outline(course: Course) -> str:
    course.refresh_from_db()
    assert course.live_release is not None
    return course.live_release.outline_id


def test_removing_the_last_open_lesson_completes_people(learner: User) -> None:
    course = make.course(1, 3)
    enrolment.enrol(user=learner, course=course)
    assert finish(learner, course, 2).completed_at is None
    make.lesson_page(course, "Lesson 1.3").unpublish()
    releases.release(course=course, by=None)
    outbox.drain()
    row = Enrolment.objects.get(user=learner)
    assert row.completed_at is not None
    assert row.done_count == 2


def test_a_lesson_to_be_done_again_reopens_and_the_course_stays_completed(learner: User) -> None:
    course = make.course(1, 2)
    enrolment.enrol(user=learner, course=course)
    finish(learner, course, 2)
    make.edit(make.lesson_page(course, "Lesson 1.1"), era=2, title="All new")
    releases.release(course=course, by=None)
    outbox.drain()
    row = Enrolment.objects.get(user=learner)
    assert row.completed_at is not None
    assert row.done_count == 1
    assert LessonCompletion.objects.filter(enrolment=row).count() == 2
    assert finish(learner, course, 1).finished
    assert LessonCompletion.objects.filter(enrolment=row).count() == 3


def test_a_course_without_required_lessons_never_completes(learner: User) -> None:
    page = make.course_page()
    make.lesson(make.module(page), "Optional", required=False)
    course = Course.objects.get(lineage=page.translation_key)
    releases.release(course=course, by=None)
    course.refresh_from_db()
    enrolment.enrol(user=learner, course=course)
    result = finish(learner, course, 1)
    assert (result.percent, result.completed_at) == (0, None)


def test_leaving_closes_the_course_and_keeps_progress_for_coming_back(learner: User) -> None:
    course = make.course(1, 2)
    row = enrolment.enrol(user=learner, course=course)
    finish(learner, course, 1)
    enrolment.leave(enrolment=row)
    with pytest.raises(LessonClosed):
        access.enter_course(learner, course.slug)
    again = enrolment.enrol(user=learner, course=course)
    assert again.pk == row.pk
    place = access.enter_course(learner, course.slug)
    assert place.enrolment is not None
    assert len(progress.completed_eras(place.enrolment)) == 1


def test_enrolling_twice_is_enrolling_once(learner: User) -> None:
    course = make.course(1, 1)
    enrolment.enrol(user=learner, course=course)
    enrolment.enrol(user=learner, course=course)
    assert (Enrolment.objects.count(), AccessGrant.objects.count()) == (1, 1)


def test_an_unreleased_course_takes_nobody(learner: User) -> None:
    course = make.course(1, 1, release=False)
    with pytest.raises(enrolment.NotOpen):
        enrolment.enrol(user=learner, course=course)
    assert Enrolment.objects.count() == 0


def test_the_door(learner: User) -> None:
    course = make.course(1, 2)
    address = lessons(course)[0].address
    with pytest.raises(LessonClosed) as anonymous:
        access.enter_lesson(AnonymousUser(), course.slug, address)
    with pytest.raises(LessonClosed) as missing:
        access.enter_lesson(AnonymousUser(), course.slug, "no-such-lesson")
    assert anonymous.value.reason == missing.value.reason == Reason.SIGN_IN
    with pytest.raises(LessonClosed) as stranger:
        access.enter_lesson(learner, course.slug, address)
    assert stranger.value.reason == Reason.ENROL
    enrolment.enrol(user=learner, course=course)
    assert access.enter_lesson(learner, course.slug, address).lesson.address == address


def test_a_free_preview_is_open_to_read_and_closed_to_study(learner: User) -> None:
    page = make.course_page()
    make.lesson(make.module(page), "Free", free_preview=True)
    course = Course.objects.get(lineage=page.translation_key)
    releases.release(course=course, by=None)
    assert not access.enter_lesson(AnonymousUser(), course.slug, "free").may_study
    with pytest.raises(LessonClosed):
        access.enter_lesson(learner, course.slug, "free", to_study=True)


def test_a_retired_address_is_told_to_learners_only(learner: User) -> None:
    course = make.course(1, 2)
    enrolment.enrol(user=learner, course=course)
    make.lesson_page(course, "Lesson 1.1").delete()
    releases.release(course=course, by=None)
    with pytest.raises(LessonClosed) as learners:
        access.enter_lesson(learner, course.slug, "lesson-11")
    assert learners.value.reason == Reason.RETIRED
    with pytest.raises(LessonClosed) as strangers:
        access.enter_lesson(AnonymousUser(), course.slug, "lesson-11")
    assert strangers.value.reason == Reason.SIGN_IN


def test_going_on_finds_the_open_lesson_after_the_last_one() -> None:
    course = make.course(1, 3)
    live = outline.load(lesson_outline(course))
    first, second, third = live.lessons
    assert progress.next_lesson(live, {}, None) == first
    assert progress.next_lesson(live, {}, second.lineage) == second
    assert progress.next_lesson(live, {second.lineage: 1}, second.lineage) == third
    assert (
        progress.next_lesson(live, {second.lineage: 1, third.lineage: 1}, second.lineage) == first
    )
    assert progress.next_lesson(live, dict.fromkeys(live.required, 1), None) is None
