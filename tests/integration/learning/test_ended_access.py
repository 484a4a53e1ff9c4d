"""A grant that has run out: every address says so and leads on, and progress waits."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.formats import date_format

from accounts.models import User
from core import clock
from course_pages.models import Course, CoursePage
from learning.models import AccessGrant, Enrolment, LessonCompletion
from learning.services import access, enrolment, progress
from tests.cases import measure
from tests.factories import courses as make
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
LEARNER = (Enrolment, AccessGrant, LessonCompletion)


@pytest.fixture
def course() -> Course:
    return make.course(1, 2, title="Knots")


@pytest.fixture
def learner(course: Course) -> User:
    """Somebody with one of two lessons completed, whose access ended three days ago."""
    person = UserFactory()
    row = enrolment.enrol(user=person, course=course)
    progress.complete(seat=access.enter_lesson(person, course.slug, "lesson-11"))
    end(row)
    return person


@pytest.fixture
def browser_of(learner: User) -> Client:
    client = Client()
    client.force_login(learner)
    return client


def end(row: Enrolment) -> None:
    now = clock.now()
    row.grants.update(starts_at=now - timedelta(days=30), ends_at=now - timedelta(days=3))


def day() -> str:
    ends_at = AccessGrant.objects.get().ends_at
    assert ends_at is not None
    return date_format(ends_at)


def take_from_the_catalogue(course: Course) -> None:
    CoursePage.objects.get(translation_key=course.lineage).unpublish()


@pytest.mark.parametrize("path", ["", "lesson-11/", "no-such-lesson/", "-/leave/", "-/modules/1/"])
def test_the_course_says_when_access_ended_and_redirects_nowhere(
    course: Course, browser_of: Client, path: str
) -> None:
    before = measure.checksum(LEARNER)
    answer = browser_of.get(f"/learn/knots/{path}")
    assert answer.status_code == 403
    text = answer.content.decode()
    assert f"ended on {day()}" in text
    assert 'href="/learn/knots/-/join/"' in text
    assert measure.checksum(LEARNER) == before


def test_htmx_is_led_to_the_page_that_says_so(course: Course, browser_of: Client) -> None:
    answer = browser_of.get("/learn/knots/lesson-12/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/learn/knots/"


@pytest.mark.parametrize("path", ["lesson-12/complete/", "lesson-12/opened/", "-/leave/"])
def test_nothing_is_written_after_the_end(course: Course, browser_of: Client, path: str) -> None:
    before = measure.checksum(LEARNER)
    assert browser_of.post(f"/learn/knots/{path}").status_code == 403
    assert measure.checksum(LEARNER) == before


def test_joining_again_opens_the_free_course_with_all_progress(
    course: Course, browser_of: Client, learner: User
) -> None:
    asked = browser_of.get("/learn/knots/-/join/").content.decode()
    assert f"Your access ended on {day()}" in asked
    joined = browser_of.post("/learn/knots/-/join/", follow=True)
    assert joined.redirect_chain == [("/learn/knots/", 302)]
    assert joined.status_code == 200
    assert "1 of 2 lessons completed" in joined.content.decode()
    assert browser_of.get("/learn/knots/lesson-12/").status_code == 200
    row = Enrolment.objects.get(user=learner)
    assert [grant.ends_at is None for grant in row.grants.order_by("pk")] == [False, True]


def test_joining_twice_makes_one_grant_and_each_end_its_own(course: Course, learner: User) -> None:
    row = Enrolment.objects.get(user=learner)
    for grants in (2, 3):
        enrolment.enrol(user=learner, course=course)
        enrolment.enrol(user=learner, course=course)
        assert row.grants.count() == grants
        assert access.enter_course(learner, course.slug).enrolment == row
        end(row)


def test_leaving_and_coming_back_opens_the_newer_grant(course: Course, learner: User) -> None:
    row = enrolment.enrol(user=learner, course=course)
    enrolment.leave(enrolment=row)
    enrolment.enrol(user=learner, course=course)
    assert access.enter_course(learner, course.slug).enrolment == row
    assert row.grants.count() == 2


def test_joining_opens_a_grant_that_was_to_begin_later(course: Course, learner: User) -> None:
    row = Enrolment.objects.get(user=learner)
    row.grants.update(starts_at=clock.now() + timedelta(days=1), ends_at=None)
    enrolment.enrol(user=learner, course=course)
    assert access.enter_course(learner, course.slug).enrolment == row


@pytest.mark.parametrize("path", ["", "lesson-11/", "-/join/"])
def test_where_nobody_can_join_the_course_says_when_access_ended(
    course: Course, browser_of: Client, path: str
) -> None:
    take_from_the_catalogue(course)
    answer = browser_of.get(f"/learn/knots/{path}")
    text = answer.content.decode()
    assert answer.status_code == 403
    assert f"ended on {day()}" in text
    assert "/-/join/" not in text
    assert browser_of.post("/learn/knots/-/join/").status_code == 403
    assert AccessGrant.objects.count() == 1


def test_my_learning_shows_the_course_as_ended(course: Course, browser_of: Client) -> None:
    text = browser_of.get("/my/").content.decode()
    assert f"Access ended on {day()}" in text
    assert 'href="/learn/knots/-/join/"' in text
    assert 'href="/learn/knots/"' not in text
    assert "lesson-1" not in text
    take_from_the_catalogue(course)
    assert 'href="/learn/knots/' not in browser_of.get("/my/").content.decode()


def test_the_course_page_offers_to_enrol_again(course: Course, browser_of: Client) -> None:
    text = browser_of.get("/learn/knots/-/enrol/").content.decode()
    assert f"Your access ended on {day()}" in text
    assert "Enrol again" in text
    stranger = Client()
    stranger.force_login(UserFactory())
    assert "ended" not in stranger.get("/learn/knots/-/enrol/").content.decode()


def test_a_revoked_grant_ends_when_it_was_revoked(course: Course, learner: User) -> None:
    row = Enrolment.objects.get(user=learner)
    revoked = clock.now() - timedelta(days=9)
    row.grants.update(revoked_at=revoked)
    assert access.ended_at(learner, course) == revoked
    row.grants.update(ends_at=None)
    assert access.ended_at(learner, course) == revoked
    enrolment.enrol(user=learner, course=course)
    assert access.enter_course(learner, course.slug).enrolment == row
