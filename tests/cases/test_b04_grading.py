"""B4: whoever teaches another course neither sees nor changes this one's attempts.

Every address of the staff's pages is asked, by the numbers of this course and by pairing one's own
course with the other's rows; the body never says what is the other's, and no row is changed.

Seen to fail with the refusal taken from `doors.of_course`, and with the course taken from
`doors.attempt_in`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from assessments.models import (
    Allowance,
    Attempt,
    Grade,
    QuestionBank,
    Quiz,
    Regrade,
    RegradeEffect,
    StaffAction,
)
from assessments.services import regrading
from assessments.staff import urls
from core import outbox
from core.models import OutboxMessage
from course_pages.models import Course
from learning.models import Enrolment, LessonCompletion, QuizPass
from tests.cases import measure
from tests.factories import quizzes
from tests.integration.assessments.staff import school

pytestmark = pytest.mark.django_db
RECORDS = (
    *(Attempt, Grade, Allowance, StaffAction, Regrade, RegradeEffect, Enrolment),
    *(QuizPass, LessonCompletion, OutboxMessage),
)
CANARY = "Canary-Learner"


@dataclass(frozen=True)
class Two:
    """A course with everything in it, and one of somebody else."""

    course: Course
    things: dict[str, Any]
    other: Course
    teacher: Client
    stranger: Client


@pytest.fixture
def two() -> Two:
    essay = quizzes.long(("Idea", "1"))
    course, quiz = quizzes.course_with_quiz([essay], title=f"{CANARY} quiz")
    learner = school.learner(course, name=CANARY, email="canary-learner@example.org")
    attempt = school.hands_in(course, {essay["id"]: f"{CANARY} wrote this."}, learner)
    mine = school.teacher(course)
    made = regrading.ask(
        course=course,
        quiz=quiz.lineage,
        digest=regrading.key_of(course, quiz.lineage),
        never_lower=True,
        reason=f"{CANARY} reason",
        by=mine,
    )
    other, _quiz = quizzes.course_with_quiz([quizzes.single()], course_title="Another course")
    things = {
        "learner": attempt.enrolment_id,
        "attempt": attempt.pk,
        "regrade": made.pk,
        "quiz": quiz.lineage,
        "token": attempt.token,
        "points": f"points.{essay['id']}.{essay['value']['rubric'][0]['id']}",
    }
    outbox.drain()
    stranger = school.teacher(other)
    return Two(course, things, other, school.signed_in(mine), school.signed_in(stranger))


# Name → the thing that its second argument is.
ARGUMENTS = {
    "gradebook": None,
    "export": "csv",
    "learner": "learner",
    "allow": "learner",
    "attempt": "attempt",
    "grade": "attempt",
    "void": "attempt",
    "count": "attempt",
    "items": "quiz",
    "regrade": "quiz",
    "regraded": "regrade",
    "undo": "regrade",
}


def addresses(two: Two, course: Course) -> Iterator[tuple[str, str]]:
    for name, thing in ARGUMENTS.items():
        rest = [] if thing is None else [two.things.get(thing, thing)]
        yield name, reverse(f"grading:{name}", args=[course.pk, *rest])


def body(answer: Any) -> str:
    if answer.streaming:
        return str(b"".join(answer.streaming_content).decode())
    return str(answer.content.decode())


def data(two: Two) -> dict[str, str]:
    """What would change something on every page at once."""
    return {
        "reason": "Because",
        "scope": "all",
        "extra_time": "10",
        "extra_attempts": "1",
        "token": two.things["token"],
        two.things["points"]: "1",
        "digest": "x",
        "never_lower": "True",
    }


def test_B04_every_address_with_a_course_is_asked() -> None:
    names = {one.name for one in urls.urlpatterns if isinstance(one, URLPattern)}
    assert names == {*ARGUMENTS, "queue"}


def test_B04_another_course_s_teacher_is_refused_everywhere(two: Two) -> None:
    with measure.nothing_changes(RECORDS):
        for name, address in addresses(two, two.course):
            for answer in (two.stranger.get(address), two.stranger.post(address, data(two))):
                refused = answer.status_code == 405 or answer.get("Location", "") == "/admin/"
                assert refused, (name, answer.status_code)
                assert CANARY not in body(answer)


def test_B04_rows_of_elsewhere_are_not_found_by_way_of_one_s_own_course(two: Two) -> None:
    with measure.nothing_changes(RECORDS):
        for name, address in addresses(two, two.other):
            if ARGUMENTS[name] in {None, "csv"}:
                continue
            for answer in (two.stranger.get(address), two.stranger.post(address, data(two))):
                assert answer.status_code in {404, 405}, (name, answer.status_code)
                assert CANARY not in body(answer)


def test_B04_gradebook_and_queue_hold_one_s_own_courses_only(two: Two) -> None:
    for address in (
        reverse("grading:queue"),
        reverse("grading:queue") + f"?course={two.course.pk}",
        reverse("grading:gradebook", args=[two.other.pk]),
        reverse("grading:export", args=[two.other.pk, "csv"]),
    ):
        answer = two.stranger.get(address)
        assert answer.status_code == 200
        assert CANARY not in body(answer)
    assert CANARY in body(two.teacher.get(reverse("grading:queue")))


def test_B04_learners_and_editors_without_the_right_are_refused(two: Two) -> None:
    people = [
        measure.person(),
        measure.person(roles=["Editor"]),
        measure.person(roles=["Marketing"]),
    ]
    with measure.nothing_changes(RECORDS):
        for client in map(school.signed_in, people):
            for _name, address in [
                *addresses(two, two.course),
                ("queue", reverse("grading:queue")),
            ]:
                for answer in (client.get(address), client.post(address, data(two))):
                    assert answer.status_code in {302, 405}
                    assert CANARY not in body(answer)


def test_B04_support_looks_and_every_change_is_refused(two: Two) -> None:
    support = school.signed_in(measure.person(roles=["Support"]))
    looks = {"gradebook", "export", "learner", "attempt", "items", "regraded"}
    with measure.nothing_changes(RECORDS):
        for name, address in addresses(two, two.course):
            assert (support.get(address).status_code == 200) == (name in looks), name
            answer = support.post(address, data(two))
            assert answer.status_code == 405 or answer["Location"] == "/admin/", name


def test_B04_several_are_deleted_without_naming_those_of_others(two: Two) -> None:
    """Wagtail's page names what one may not delete. Seen to fail without `DeleteOfCourses`."""
    quiz = quizzes.quiz(two.course, [quizzes.single()], title=CANARY)
    bank = quizzes.bank(two.course, [quizzes.single()], title=CANARY)
    with measure.nothing_changes([Quiz, QuestionBank]):
        for row in (quiz, bank):
            url = f"/admin/bulk/assessments/{row._meta.model_name}/delete/?id={row.pk}"
            for answer in (two.stranger.get(url), two.stranger.post(url)):
                assert answer.status_code < 500
                assert CANARY not in body(answer)
            assert CANARY in body(two.teacher.get(url))
