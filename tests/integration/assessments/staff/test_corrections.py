"""Void attempts, more time, more attempts: each with a reason, each in the log."""

from datetime import timedelta

import pytest
from django.urls import reverse

from assessments.models import Allowance, Attempt, StaffAction
from assessments.services import attempts, corrections
from core import clock
from learning.models import LessonCompletion, QuizPass
from tests.cases import measure
from tests.factories import attempts as taking
from tests.factories import quizzes
from tests.integration.assessments.staff import school

pytestmark = pytest.mark.django_db
RECORDS = (Attempt, Allowance, StaffAction, QuizPass, LessonCompletion)


def test_void_and_back_by_the_pages_with_reasons_in_one_log() -> None:
    question = quizzes.single()
    course, _quiz = quizzes.course_with_quiz([question], attempts=1)
    learner = school.learner(course)
    attempt = school.hands_in(course, {question["id"]: school.choice(question, 0)}, learner)
    client = school.signed_in(school.teacher(course))
    void = reverse("grading:void", args=[course.pk, attempt.pk])
    with measure.nothing_changes(RECORDS):
        assert client.post(void, {"reason": "  "}).status_code == 422
        assert client.get(void).status_code == 405
    client.post(void, {"reason": "Another sat there."})
    attempt.refresh_from_db()
    assert attempt.voided_at is not None
    # Used none up, and what was passed stays.
    assert school.hands_in(course, {}, learner).number == 2
    assert QuizPass.objects.count() == LessonCompletion.objects.count() == 1
    client.post(reverse("grading:count", args=[course.pk, attempt.pk]), {"reason": "It was them."})
    attempt.refresh_from_db()
    assert attempt.voided_at is None
    with measure.nothing_changes(RECORDS):
        client.post(reverse("grading:count", args=[course.pk, attempt.pk]), {"reason": "Again."})
    page = client.get(reverse("grading:learner", args=[course.pk, attempt.enrolment_id]))
    text = page.content.decode()
    assert text.index("It was them.") < text.index("Another sat there.")


def test_a_refused_form_is_told_at_the_top_with_a_way_to_its_field() -> None:
    course, _quiz = quizzes.course_with_quiz()
    attempt = school.hands_in(course, {})
    client = school.signed_in(school.teacher(course))
    answer = client.post(reverse("grading:void", args=[course.pk, attempt.pk]), {})
    assert answer.status_code == 422
    text = answer.content.decode()
    top = text[text.index('class="grading"') : text.index('id="answers"')]
    assert 'role="alert"' in top
    assert '<a href="#id_reason">Reason</a>: This field is required.' in top
    # And the form itself is one step from the top.
    assert '<a href="#void">Declare void</a>' in top
    assert text.count('id="id_reason"') == text.count('id="void"') == 1
    page = client.get(reverse("grading:attempt", args=[course.pk, attempt.pk])).content.decode()
    assert 'role="alert"' not in page[page.index('class="grading"') :]


def test_an_open_attempt_is_not_declared_void() -> None:
    course, _quiz = quizzes.course_with_quiz()
    seat = school.seat_of(school.learner(course), course)
    begun = attempts.start(seat=seat, pin=seat.lesson.quizzes[0])
    teacher = school.teacher(course)
    with measure.nothing_changes(RECORDS), pytest.raises(corrections.StillOpen):
        corrections.void(attempt=begun.pk, reason="Why", by=teacher)


def test_with_the_first_attempt_void_the_second_one_s_pass_is_recorded() -> None:
    """Seen to fail with `_settle_what_counts` taken out."""
    question = quizzes.single()
    course, _quiz = quizzes.course_with_quiz([question], counts="first")
    learner = school.learner(course)
    first = school.hands_in(course, {question["id"]: school.choice(question, 1)}, learner)
    school.hands_in(course, {question["id"]: school.choice(question, 0)}, learner)
    assert not QuizPass.objects.exists()
    corrections.void(attempt=first.pk, reason="The page broke.", by=school.teacher(course))
    assert QuizPass.objects.count() == LessonCompletion.objects.count() == 1


def test_more_time_and_attempts_hold_for_the_next_attempt() -> None:
    question = quizzes.single()
    course, quiz = quizzes.course_with_quiz([question], attempts=1, time_limit_minutes=10)
    learner = school.learner(course)
    school.hands_in(course, {}, learner)
    enrolment = learner.enrolments.get()
    client = school.signed_in(school.teacher(course))
    address = reverse("grading:allow", args=[course.pk, enrolment.pk])
    data = {"scope": quiz.lineage, "extra_time": "50", "extra_attempts": "1"}
    for wrong in (
        data,
        data | {"reason": "Ill.", "extra_time": "-1"},
        data | {"reason": "Ill.", "extra_attempts": "101"},
        data | {"reason": "Ill.", "scope": "elsewhere"},
    ):
        with measure.nothing_changes(RECORDS):
            assert client.post(address, wrong).status_code == 422
    assert client.post(address, data | {"reason": "Ill."}).status_code == 302
    seat = school.seat_of(learner, course)
    begun = attempts.start(seat=seat, pin=seat.lesson.quizzes[0])
    assert begun.deadline is not None
    assert begun.deadline - begun.started_at == timedelta(minutes=15)
    client.post(address, data | {"reason": "Well again.", "extra_time": "0"})
    assert Allowance.objects.count() == 1
    log = list(StaffAction.objects.order_by("pk").values_list("before", "after"))
    assert log == [
        ({}, {"time": 50, "attempts": 1}),
        ({"time": 50, "attempts": 1}, {"time": 0, "attempts": 1}),
    ]


def test_what_is_left_empty_stays_as_it_was_allowed() -> None:
    """Seen to fail with fields that begin at 0: +1 attempt took away +50 % time."""
    course, quiz = quizzes.course_with_quiz()
    enrolment = school.learner(course, name="Ada").enrolments.get()
    client = school.signed_in(school.teacher(course))
    address = reverse("grading:allow", args=[course.pk, enrolment.pk])
    data = {"scope": quiz.lineage, "reason": "Ill."}
    with measure.nothing_changes(RECORDS):
        answer = client.post(address, data)
    assert answer.status_code == 422
    assert "Say how much time or how many attempts." in answer.content.decode()
    client.post(address, data | {"extra_time": "50", "extra_attempts": ""})
    client.post(address, data | {"extra_time": "", "extra_attempts": "1"})
    row = Allowance.objects.get()
    assert (row.extra_time_percent, row.extra_attempts) == (50, 1)
    text = client.get(reverse("grading:learner", args=[course.pk, enrolment.pk])).content.decode()
    assert "before: +50 % time, +0 attempts; now: +50 % time, +1 attempts" in text
    client.post(address, data | {"extra_time": "0", "extra_attempts": "0"})
    row.refresh_from_db()
    assert (row.extra_time_percent, row.extra_attempts) == (0, 0)
    text = client.get(reverse("grading:learner", args=[course.pk, enrolment.pk])).content.decode()
    start = text.index('id="allowances"')
    assert "None." in text[start : text.index("<form", start)]


def test_support_sees_that_time_was_up_and_whom_to_ask() -> None:
    """Seen to fail: an attempt that its clock had closed looked like any other."""
    course, _quiz = quizzes.course_with_quiz([quizzes.single()], time_limit_minutes=30)
    teacher = school.teacher(course)
    user = taking.learner(course)
    attempt = taking.begin(user, course)
    past = clock.now() - timedelta(hours=1)
    Attempt.objects.filter(pk=attempt.pk).update(deadline=past)
    attempts.close_overdue(attempt.pk, clock.now())
    client = school.signed_in(measure.person(roles=["Support"]))
    person = client.get(f"/admin/people/{user.pk}/").content.decode()
    assert "Graded, not passed · Time was up" in person
    address = reverse("grading:learner", args=[course.pk, attempt.enrolment_id])
    page = client.get(address).content.decode()
    assert "Time was up" in page
    assert teacher.email in page
    assert "Teachers of this course may give more" in page
    course.teaching_rights.all().delete()
    assert "Administrators may give more" in client.get(address).content.decode()
    grader = school.signed_in(school.teacher(course))
    assert "may give more" not in grader.get(address).content.decode()
