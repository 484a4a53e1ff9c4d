"""The learner's pages, with and without HTMX."""

import re

import pytest
from django.test import Client

from accounts.models import User
from course_pages.models import Course
from learning.models import Enrolment, LessonCompletion
from learning.services import enrolment
from tests.factories import courses as make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def course() -> Course:
    return make.course(2, 2, title="Knots")


@pytest.fixture
def learner() -> User:
    return User.objects.create_user("learner@example.org", "a long password", name="Lea")


@pytest.fixture
def browser_of(learner: User) -> Client:
    client = Client()
    client.force_login(learner, backend="accounts.backends.SignIn")
    return client


@pytest.mark.core_story
def test_a_stranger_enrols_studies_and_completes(
    course: Course, browser_of: Client, learner: User
) -> None:
    page = browser_of.get("/courses/knots/")
    assert b"Lesson 1.1" in page.content
    joined = browser_of.post("/learn/knots/-/join/", follow=True)
    assert joined.redirect_chain == [("/learn/knots/", 302)]
    for address in ("lesson-11", "lesson-12", "lesson-21", "lesson-22"):
        assert browser_of.get(f"/learn/knots/{address}/").status_code == 200
        assert browser_of.post(f"/learn/knots/{address}/complete/").status_code == 302
    row = Enrolment.objects.get(user=learner)
    assert row.completed_at is not None
    assert "100" in browser_of.get("/my/").content.decode()


def test_sign_in_on_the_way_to_enrolling_comes_back(course: Course) -> None:
    answer = Client().get("/learn/knots/-/join/")
    assert answer["Location"] == "/account/login/?next=/learn/knots/-/join/"


def test_a_course_of_one_lesson_counts_it_in_the_singular(
    browser_of: Client, learner: User
) -> None:
    enrolment.enrol(user=learner, course=make.course(1, 1, title="One"))
    assert "0 of 1 lesson<" in browser_of.get("/learn/one/lesson-11/").content.decode()
    # A title of another direction leaves the words around it in place.
    assert "Next: <bdi>Lesson 1.1</bdi>" in browser_of.get("/learn/one/").content.decode()


def test_completing_by_htmx_answers_with_the_control_and_the_bar(
    course: Course, browser_of: Client, learner: User
) -> None:
    enrolment.enrol(user=learner, course=course)
    answer = browser_of.post("/learn/knots/lesson-11/complete/", headers=HTMX)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'id="complete"' in text
    assert 'id="progress"' in text
    assert "<html" not in text


@pytest.mark.parametrize("rule", ["done", "opened"])
def test_completing_by_htmx_changes_the_modules_count_too(
    course: Course, browser_of: Client, learner: User, rule: str
) -> None:
    from course_pages import releases

    make.edit(make.lesson_page(course, "Lesson 2.1"), completion=rule)
    releases.release(course=course, by=None)
    enrolment.enrol(user=learner, course=course)
    page = browser_of.get("/learn/knots/lesson-21/").content.decode()
    assert '<span id="module-2-count">0/2' in page
    path = "opened" if rule == "opened" else "complete"
    answer = browser_of.post(f"/learn/knots/lesson-21/{path}/", headers=HTMX).content.decode()
    assert '<span id="module-2-count" hx-swap-oob="true">1/2' in answer
    assert "module-1-count" not in answer
    assert '<span id="module-2-count">1/2' in browser_of.get("/learn/knots/").content.decode()


def test_moving_by_htmx_sends_the_lesson_and_what_changes_of_the_outline(
    course: Course, browser_of: Client, learner: User
) -> None:
    enrolment.enrol(user=learner, course=course)
    whole = browser_of.get("/learn/knots/lesson-12/").content.decode()
    part = browser_of.get(
        "/learn/knots/lesson-12/", headers=HTMX | {"HX-Target": "lesson"}
    ).content.decode()
    assert "<html" in whole
    assert "<html" not in part
    assert "<title>Lesson 1.2" in part
    assert 'id="lesson"' in part
    assert 'id="player"' not in part
    # The lesson's module takes the place of the one on the page; the others stay as they are.
    assert part.count('<details class="module"') == 1
    assert re.search(r'<details class="module" id="module-1" open hx-swap-oob="true">', part)
    assert re.search(r'aria-current="true"[^>]*><bdi>Lesson 1.2', part)
    assert re.search(r'id="progress"[^>]* hx-swap-oob="true"', part)


@pytest.mark.parametrize("path", ["complete/", "opened/"])
def test_writing_without_a_seat_is_refused_and_writes_nothing(
    course: Course, browser_of: Client, path: str
) -> None:
    answer = browser_of.post(f"/learn/knots/lesson-11/{path}")
    assert answer.status_code == 403
    assert LessonCompletion.objects.count() == 0


def test_a_stranger_is_sent_to_the_course_page_for_every_lesson_alike(
    course: Course, browser_of: Client
) -> None:
    for address in ("lesson-11", "no-such-lesson"):
        assert browser_of.get(f"/learn/knots/{address}/")["Location"] == "/courses/knots/"
    assert browser_of.get("/learn/no-such-course/").status_code == 404


def test_htmx_requests_at_closed_doors_are_redirected_whole(
    course: Course, browser_of: Client
) -> None:
    answer = browser_of.get("/learn/knots/lesson-11/", headers=HTMX)
    assert answer["HX-Redirect"] == "/courses/knots/"


def test_opening_is_noted_for_resuming_by_post_only(
    course: Course, browser_of: Client, learner: User
) -> None:
    row = enrolment.enrol(user=learner, course=course)
    browser_of.get("/learn/knots/lesson-12/")
    row.refresh_from_db()
    assert row.last_lineage is None
    assert browser_of.post("/learn/knots/lesson-12/opened/", headers=HTMX).status_code == 204
    row.refresh_from_db()
    assert row.last_lineage is not None
    home = browser_of.get("/learn/knots/").content.decode()
    assert "Lesson 1.2" in home


def test_leaving_needs_a_second_step(course: Course, browser_of: Client, learner: User) -> None:
    row = enrolment.enrol(user=learner, course=course)
    assert browser_of.get("/learn/knots/-/leave/").status_code == 200
    row.refresh_from_db()
    assert row.left_at is None
    browser_of.post("/learn/knots/-/leave/")
    row.refresh_from_db()
    assert row.left_at is not None
    assert browser_of.get("/learn/knots/lesson-11/")["Location"] == "/courses/knots/"


def test_a_retired_lesson_says_so(course: Course, browser_of: Client, learner: User) -> None:
    from course_pages import releases

    enrolment.enrol(user=learner, course=course)
    make.lesson_page(course, "Lesson 1.1").unpublish()
    releases.release(course=course, by=None)
    answer = browser_of.get("/learn/knots/lesson-11/")
    assert answer.status_code == 404
    assert "no longer part of the course" in answer.content.decode()


def test_rows_of_a_module_come_alone(course: Course, browser_of: Client, learner: User) -> None:
    enrolment.enrol(user=learner, course=course)
    text = browser_of.get("/learn/knots/-/modules/2/", headers=HTMX).content.decode()
    assert "Lesson 2.1" in text
    assert "Lesson 1.1" not in text
    assert browser_of.get("/learn/knots/-/modules/9/").status_code == 404


def test_an_unpublished_course_stays_open_to_its_learners_and_is_gone_for_strangers(
    course: Course, browser_of: Client, learner: User
) -> None:
    from course_pages.models import CoursePage

    enrolment.enrol(user=learner, course=course)
    CoursePage.objects.get(translation_key=course.lineage).unpublish()
    assert browser_of.get("/learn/knots/lesson-11/").status_code == 200
    stranger = Client()
    other = User.objects.create_user("other@example.org", "a long password")
    stranger.force_login(other, backend="accounts.backends.SignIn")
    assert stranger.get("/learn/knots/lesson-11/").status_code == 404
    assert stranger.get("/learn/knots/-/join/").status_code == 404
    assert Client().get("/courses/knots/").status_code == 404
