"""When lessons open and what completes them: set by authors, released, decided at the one door."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.urls import reverse

from core import clock
from course_pages import outline, releases
from course_pages.models import Course, CoursePage, LessonPage, ModulePage
from course_pages.outline import Lesson, Module, Outline
from course_pages.releases import ReleaseRefused
from learning.models import AccessGrant, Enrolment, LessonCompletion, QuizPass, Watch
from learning.services import access, enrolment, progress
from learning.services.access import LessonClosed, Reason
from tests.cases import measure
from tests.factories import attempts as taking
from tests.factories import courses as make
from tests.factories import quizzes
from tests.factories import watching as films
from tests.factories.watching import MINUTE, sample, send

pytestmark = pytest.mark.django_db


def page_of(course: Course) -> CoursePage:
    return CoursePage.objects.get(translation_key=course.lineage)


def module_page(course: Course, number: int) -> ModulePage:
    return list(ModulePage.objects.child_of(page_of(course)).order_by("path"))[number - 1]


def release(course: Course) -> Course:
    releases.release(course=Course.objects.get(pk=course.pk), by=None)
    course.refresh_from_db()
    return course


def text_of(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


def missing(user: Any, course: Course, number: int) -> tuple[Any, ...]:
    """What the door says is missing for the nth lesson; nothing where it opens."""
    live = outline.load(Course.objects.get(pk=course.pk).live_release.outline_id)  # type: ignore[union-attr]
    address = live.lessons[number - 1].address
    with suppress(LessonClosed):
        access.enter_lesson(user, course.slug, address, to_study=True)
        return ()
    with pytest.raises(LessonClosed) as closed:
        access.enter_lesson(user, course.slug, address, to_study=True)
    assert closed.value.reason is Reason.LOCKED
    assert closed.value.missing
    return closed.value.missing


def test_what_says_nothing_leaves_no_trace_in_a_release() -> None:
    """Seen to fail: with an empty key kept in `_without_unset`."""
    lesson = Lesson("l", "a", "T", "", True, False, 5, "done", 1, "0" * 64)
    frozen, modules = Outline("c", "C", (Module("m", "M", (lesson,)),)).freeze()
    digests = frozen.digest, modules[0].digest
    # As they were before there were rules.
    assert digests == (
        "a27cf40ad6321df336746ebd36c6708d34e7a15a036e2b2621cc812c52e55860",
        "2c2d62edc678e58becce65d1dce41910bb45099260171750b1c422642c2415c6",
    )


# --- In order


@pytest.fixture
def in_order() -> Course:
    course = make.course(2, 2, title="Knots")
    make.edit(page_of(course), sequence="in_order")
    return release(course)


def test_in_order_each_lesson_waits_for_the_one_before(in_order: Course) -> None:
    user = taking.learner(in_order)
    client = taking.signed_in(user)
    closed = client.get("/learn/knots/lesson-21/")
    assert closed.status_code == 403
    assert "/learn/knots/lesson-11/" in text_of(closed)
    assert "Complete “Lesson 1.1” first." in text_of(closed)
    moved = client.get("/learn/knots/lesson-21/", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="player")
    assert (moved.status_code, moved["HX-Redirect"]) == (403, "/learn/knots/lesson-21/")
    home = text_of(client.get("/learn/knots/"))
    assert home.count("state-locked") == 3
    assert "After “Lesson 1.1”" in home
    assert 'href="/learn/knots/lesson-12/"' not in home
    first = text_of(client.get("/learn/knots/lesson-11/"))
    assert "turn-locked" in first
    done = text_of(client.post("/learn/knots/lesson-11/complete/", HTTP_HX_REQUEST="true"))
    assert 'rel="next" href="/learn/knots/lesson-12/"' in done
    assert 'href="/learn/knots/lesson-12/"' in done.split('id="outline-modules"')[1]
    assert client.get("/learn/knots/lesson-12/").status_code == 200
    answer = client.post("/learn/knots/lesson-12/complete/")
    assert answer["Location"] == "/learn/knots/lesson-21/"


def test_optional_lessons_hold_nobody_up_and_free_previews_are_open(in_order: Course) -> None:
    make.edit(make.lesson_page(in_order, "Lesson 1.1"), required=False)
    make.edit(make.lesson_page(in_order, "Lesson 2.2"), free_preview=True)
    release(in_order)
    user = taking.learner(in_order)
    assert [bool(missing(user, in_order, number)) for number in (1, 2, 3, 4)] == [
        *(False, False, True, False),
    ]


def test_what_one_has_completed_stays_open_whatever_is_released(in_order: Course) -> None:
    """Seen to fail: with `learner.eras` not asked in `opening.locks`."""
    user = taking.learner(in_order)
    for number in (1, 2):
        progress.complete(seat=taking.seat(user, in_order, number))
    page = make.lesson_page(in_order, "Lesson 1.2")
    make.edit(page, opens_on=date(2090, 1, 1), opens_after_days=1000, era=2)
    module = module_page(in_order, 1)
    make.edit(module, needs=[str(module_page(in_order, 2).translation_key)])
    make.edit(page_of(in_order), sequence="")
    release(in_order)
    assert missing(user, in_order, 2) == ()
    assert missing(taking.learner(in_order), in_order, 2)


# --- Modules and courses


def test_a_module_waits_for_another_and_courses_for_courses() -> None:
    before = make.course(1, 1, title="Before")
    course = make.course(2, 1, title="After")
    make.edit(module_page(course, 2), needs=[str(module_page(course, 1).translation_key)])
    make.edit(page_of(course), needs=[str(before.lineage)])
    release(course)
    user = taking.learner(course)
    client = taking.signed_in(user)
    closed = text_of(client.get("/learn/after/lesson-21/"))
    assert "Complete the course “Before” first." in closed
    assert 'href="/learn/before/-/join/"' in closed
    assert "Complete the module “Module 1” first." in closed
    assert "Go to “Before”" in closed
    assert '<a href="/learn/after/">After</a>' in closed, "where one is"
    way = text_of(client.get("/learn/after/")).split("home-progress")[0]
    assert "After the course “Before”" in way
    assert 'href="/learn/after/lesson-11/"' in way, "to all that is missing"
    enrolment.enrol(user=user, course=before)
    progress.complete(seat=taking.seat(user, before))
    assert missing(user, course, 1) == ()
    assert [one.module.title for one in missing(user, course, 2)] == ["Module 1"]
    progress.complete(seat=taking.seat(user, course, 1))
    assert missing(user, course, 2) == ()


def test_a_module_that_is_gone_holds_nobody_up() -> None:
    course = make.course(2, 1)
    gone = module_page(course, 1)
    make.edit(module_page(course, 2), needs=[str(gone.translation_key)])
    gone.unpublish()
    release(course)
    assert missing(taking.learner(course), course, 1) == ()


# --- Drip


@pytest.mark.parametrize("where", ["lesson", "module"])
def test_a_day_begins_in_the_courses_time_zone_and_is_told_in_the_readers(where: str) -> None:
    course = make.course(2, 1, title="Drip")
    make.edit(page_of(course), time_zone="Pacific/Auckland")
    page = make.lesson_page(course, "Lesson 2.1") if where == "lesson" else module_page(course, 2)
    make.edit(page, opens_on=date(2090, 7, 2))
    release(course)
    client = taking.signed_in(taking.learner(course))
    assert "July 1, 2090, noon" in text_of(client.get("/learn/drip/lesson-21/"))
    home = text_of(client.get("/learn/drip/"))
    assert "Opens on July 1, 2090, noon" in home
    assert 'href="/learn/drip/lesson-21/"' not in home
    opens = datetime(2090, 7, 1, 12, tzinfo=UTC)
    user = Enrolment.objects.get().user
    with patch.object(clock, "now", return_value=opens - timedelta(seconds=1)):
        assert missing(user, course, 2)[0].at == opens
    with patch.object(clock, "now", return_value=opens):
        assert missing(user, course, 2) == ()


def test_days_count_from_enrolling_and_the_home_says_what_comes() -> None:
    course = make.course(1, 2, title="Drip")
    make.edit(make.lesson_page(course, "Lesson 1.2"), opens_after_days=3)
    release(course)
    user = taking.learner(course)
    enrolled = Enrolment.objects.get().enrolled_at
    assert missing(user, course, 2)[0].at == enrolled + timedelta(days=3)
    progress.complete(seat=taking.seat(user, course))
    client = taking.signed_in(user)
    afternoon = enrolled.replace(hour=14, minute=5)
    Enrolment.objects.update(enrolled_at=afternoon)
    closed = text_of(client.get("/learn/drip/lesson-12/"))
    assert "2:05 p.m.</p>" in closed, "one full stop"
    Enrolment.objects.update(enrolled_at=enrolled)
    home = text_of(client.get("/learn/drip/"))
    assert "Opens on" in home.split("home-progress")[0]
    assert ">Continue<" not in home
    with patch.object(clock, "now", return_value=enrolled + timedelta(days=3)):
        assert missing(user, course, 2) == ()


def test_my_learning_never_goes_on_to_a_lesson_that_is_locked() -> None:
    course = make.course(1, 2, title="Knots")
    make.edit(make.lesson_page(course, "Lesson 1.2"), opens_after_days=7)
    release(course)
    user = taking.learner(course)
    client = taking.signed_in(user)
    assert 'href="/learn/knots/lesson-11/"' in text_of(client.get("/my/"))
    progress.complete(seat=taking.seat(user, course, 1))
    page = text_of(client.get("/my/"))
    assert "/learn/knots/lesson-12/" not in page
    assert "Look at it again" not in page
    assert "To the course" in page


def test_authors_see_what_somebody_half_way_finds_locked(in_order: Course) -> None:
    editor = taking.signed_in(measure.person(roles=["Administrator"]))
    home = reverse("course_admin:walk", args=[page_of(in_order).pk])
    assert text_of(editor.get(f"{home}?as=half-way")).count("state-locked") == 1
    assert text_of(editor.get(f"{home}?as=completed")).count("state-locked") == 0
    last = make.lesson_page(in_order, "Lesson 2.2").translation_key
    lesson = reverse("course_admin:walk_lesson", args=[page_of(in_order).pk, last])
    shown = editor.get(f"{lesson}?as=half-way")
    assert "After “Lesson 2.1”" in text_of(shown)
    assert "What Lesson 2.2 teaches." in text_of(shown)


# --- Refused


def refused(course: Course) -> str:
    before = Course.objects.get(pk=course.pk).live_release_id
    with pytest.raises(ReleaseRefused) as caught:
        releases.release(course=Course.objects.get(pk=course.pk), by=None)
    assert Course.objects.get(pk=course.pk).live_release_id == before
    return str(caught.value)


def never_completed(title: str, *, required: bool = True, released: bool = True) -> Course:
    page = make.course_page(title)
    make.lesson(make.module(page), "One", required=required)
    course = Course.objects.get(lineage=page.translation_key)
    return release(course) if released else course


def test_rules_that_nobody_could_fulfil_are_not_released() -> None:
    """Seen to fail: with `rules.problems` not asked in `releases._checked`."""
    course = make.course(2, 1, title="Knots")
    first, second = module_page(course, 1), module_page(course, 2)
    page = make.lesson_page(course, "Lesson 1.1")
    for completion, words in (
        ("watched", "its videos are watched"),
        ("quizzes", "its quizzes are passed"),
        ("all", "by its videos and quizzes"),
    ):
        make.edit(page, completion=completion)
        assert words in refused(course)
    make.edit(page, completion="done")
    make.edit(first, needs=[str(second.translation_key)])
    make.edit(page_of(course), sequence="in_order")
    assert "comes later" in refused(course)
    make.edit(page_of(course), sequence="")
    make.edit(second, needs=[str(first.translation_key)])
    assert "“Module 1” → “Module 2” → “Module 1”" in refused(course)
    make.edit(second, needs=[])
    other = make.course(1, 1, title="Other")
    make.edit(page_of(other), needs=[str(course.lineage)])
    release(other)
    make.edit(page_of(course), needs=[str(other.lineage)])
    assert "“Knots” → “Other” → “Knots”" in refused(course)
    make.edit(page_of(course), needs=[str(course.lineage)])
    assert "“Knots” → “Knots”" in refused(course)
    for title, options, words in (
        ("Draft", {"released": False}, "“Draft”, which learners cannot study yet"),
        ("Extras", {"required": False}, "“Extras”, which has no required lesson"),
    ):
        make.edit(page_of(course), needs=[str(never_completed(title, **options).lineage)])
        assert words in refused(course)
    make.edit(page_of(course), needs=[])
    release(course)


def test_authors_choose_modules_and_courses_by_their_titles() -> None:
    course, other = make.course(2, 1, title="Knots"), make.course(1, 1, title="Other")
    make.course(1, 1, title="Never released", release=False)
    form = ModulePage.get_edit_handler().bind_to_model(ModulePage).get_form_class()
    module = module_page(course, 2)
    shown = form(instance=module, parent_page=page_of(course), for_user=measure.person())
    assert [title for _, title in shown.fields["needs"].choices] == ["Module 1"]
    form = CoursePage.get_edit_handler().bind_to_model(CoursePage).get_form_class()
    shown = form(instance=page_of(course), parent_page=None, for_user=measure.person())
    assert shown.fields["needs"].choices == [(str(other.lineage), "Other")]
    assert LessonPage._meta.get_field("watch_percent").default == 90


# --- Statements


def test_the_number_of_statements_does_not_grow_with_rules() -> None:
    """One more for locked courses only; ≤ 6 for a course without such."""
    course = make.course(2, 2, title="Knots")
    user = taking.learner(course)
    client = taking.signed_in(user)
    paths = ("/learn/knots/", "/learn/knots/lesson-11/")

    def counted() -> list[int]:
        for path in paths:
            client.get(path)
        return [len(measure.statements(lambda p=path: client.get(p))) for path in paths]  # type: ignore[misc]

    free = counted()
    make.edit(page_of(course), sequence="in_order")
    make.edit(module_page(course, 2), needs=[str(module_page(course, 1).translation_key)])
    make.edit(make.lesson_page(course, "Lesson 2.1"), opens_after_days=3)
    release(course)
    assert counted() == free
    assert max(free) <= 6
    other = make.course(1, 1, title="Other")
    make.edit(page_of(course), needs=[str(other.lineage)])
    make.edit(make.lesson_page(course, "Lesson 1.1"), free_preview=True)
    release(course)
    assert counted() == [free[0] + 1, free[1] + 1]


# --- Completion


def watch(proof: str, to: int) -> Any:
    """So many minutes of the film, with the time that takes."""
    later = clock.now() + timedelta(minutes=to)
    with patch.object(clock, "now", return_value=later):
        return send(proof, sample((0, to * MINUTE))).json()


def test_a_lesson_says_what_is_missing_and_completes_when_it_is_watched() -> None:
    course = make.course(1, 1, title="Knots")
    films.film(course, videos=2)
    user = taking.learner(course)
    client = taking.signed_in(user)
    assert "Still to watch: 2" in text_of(client.get("/learn/knots/lesson-11/"))
    assert not watch(films.token(user, course, video=1), 9)["completed"]
    proof = films.token(user, course, video=2)
    assert watch(proof, 4)["percent"] == 40
    page = text_of(client.get("/learn/knots/lesson-11/"))
    second = films.with_lesson(course).videos[1].uid
    assert f'So far: <span data-watched="{second}">40</span>' in page
    assert "Mark as completed" not in page
    assert watch(proof, 9)["completed"]
    assert watch(proof, 9)["completed"]
    assert LessonCompletion.objects.count() == 1
    assert Enrolment.objects.get().completed_at is not None


def test_all_of_these_waits_for_both_whichever_comes_last() -> None:
    course, quiz = quizzes.course_with_quiz()
    films.with_lesson(course, videos=(films.pin(),), completion="all", watch_percent=90)
    first, second = taking.learner(course), taking.learner(course)
    for user, film_first in ((first, True), (second, False)):
        proof = films.token(user, course)
        if film_first:
            assert not watch(proof, 10)["completed"]
        attempt = taking.begin(user, course)
        taking.hand_in(user, attempt, taking.right(attempt))
        done = LessonCompletion.objects.filter(enrolment__user=user).exists()
        assert done == film_first
        if not film_first:
            assert watch(proof, 10)["completed"]
    assert LessonCompletion.objects.count() == QuizPass.objects.count() == 2


def test_what_has_to_be_done_again_is_watched_again() -> None:
    course = make.course(1, 1)
    films.film(course)
    user = taking.learner(course)
    assert watch(films.token(user, course), 9)["completed"]
    films.with_lesson(course, era=2)
    again = films.token(user, course)
    assert send(again, sample((0, 1000))).json()["watched_ms"] == 1000
    assert not LessonCompletion.objects.filter(era=2).exists()


def test_what_an_old_page_plays_does_not_count_for_a_lesson_to_be_done_again() -> None:
    course = make.course(1, 1)
    films.film(course)
    user = taking.learner(course)
    old = films.token(user, course)
    films.with_lesson(course, era=2)
    send(films.token(user, course), sample((0, 1000)))
    later = clock.now() + timedelta(minutes=10)
    with patch.object(clock, "now", return_value=later):
        answer = send(old, sample((0, 9 * MINUTE), position=9 * MINUTE)).json()
    assert (answer["watched_ms"], answer["completed"]) == (1000, False)
    watched = Watch.objects.get()
    assert (watched.era, watched.ranges) == (2, [[0, 1000]])
    assert watched.position_ms == 9 * MINUTE
    assert not LessonCompletion.objects.exists()


@pytest.mark.parametrize("by_htmx", [True, False])
def test_an_old_page_does_not_complete_a_lesson_to_be_done_again(by_htmx: bool) -> None:
    course = make.course(1, 1, title="Knots")
    client = taking.signed_in(taking.learner(course))
    url = "/learn/knots/lesson-11/"
    era = re.findall(r'name="era" value="(\d+)"', text_of(client.get(url)))
    films.with_lesson(course, era=2)
    headers = {"HX-Request": "true"} if by_htmx else {}
    with measure.nothing_changes([Enrolment, LessonCompletion]):
        answer = client.post(f"{url}complete/", {"era": era}, headers=headers)
    assert answer.headers["HX-Redirect" if by_htmx else "Location"] == url
    page = text_of(client.get(url))
    assert "This lesson has changed" in page
    era = re.findall(r'name="era" value="(\d+)"', page)
    client.post(f"{url}complete/", {"era": era}, headers=headers)
    assert LessonCompletion.objects.get().era == 2


def test_opening_completes_what_is_watched_far_enough_for_a_kinder_rule() -> None:
    course = make.course(1, 1, title="Knots")
    films.film(course, percent=90)
    user = taking.learner(course)
    watch(films.token(user, course), 6)
    films.with_lesson(course, watch_percent=50)
    taking.signed_in(user).post("/learn/knots/lesson-11/opened/", HTTP_HX_REQUEST="true")
    assert LessonCompletion.objects.count() == 1


def test_whose_access_ended_reports_nothing() -> None:
    """Seen to fail: with `open_at` taken from `watching._read`."""
    course = make.course(1, 1)
    films.film(course)
    user = taking.learner(course)
    proof = films.token(user, course)
    Enrolment.objects.update(left_at=clock.now())
    with measure.nothing_changes([Watch, LessonCompletion]):
        assert send(proof, sample((0, 1000))).status_code == 403
        Enrolment.objects.update(left_at=None)
        AccessGrant.objects.update(revoked_at=clock.now())
        assert send(proof, sample((0, 1000))).status_code == 403
    AccessGrant.objects.update(revoked_at=None)
    assert send(proof, sample((0, 1000))).status_code == 200


def test_a_beat_is_two_statements_and_renews_its_token_half_way() -> None:
    course = make.course(1, 1)
    films.film(course)
    proof = films.token(taking.learner(course), course)
    answer = send(proof, sample((0, 1000)))
    assert "token" not in answer.json()
    assert len(measure.statements(lambda: send(proof, sample((1000, 2000))))) == 2
    many = [sample((at * 1000, at * 1000 + 1000)) for at in range(20)]
    assert len(measure.statements(lambda: send(proof, *many))) == 2
    with patch.object(clock, "now", return_value=clock.now() + timedelta(hours=7)):
        renewed = send(proof, sample((2000, 3000))).json()["token"]
    with patch.object(clock, "now", return_value=clock.now() + timedelta(hours=18)):
        assert send(proof, sample((0, 1))).status_code == 403
        assert send(renewed, sample((0, 1))).status_code == 200
