"""B1 for the staff's pages: every address × every role × GET, POST and HTMX, by the table below.

Cells as in `test_b01_who_may_what`. Seen to fail with `grade=True` taken from `views.void` (Support
voids).
"""

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern

from accounts.models import User
from assessments.models import Allowance, Attempt, Grade, Regrade, RegradeEffect, StaffAction
from assessments.services import corrections, regrading
from assessments.staff import urls
from core import outbox
from course_pages.models import Course, LessonPage
from learning.models import QuizPass
from learning.services import access, enrolment
from tests.cases import measure
from tests.cases import test_b01_who_may_what as b01
from tests.cases.test_b01_who_may_what import Address, World, compare, measured, world  # noqa: F401
from tests.factories import quizzes
from tests.factories.accounts import UserFactory
from tests.integration.assessments.staff import school

pytestmark = pytest.mark.django_db

RECORDS = (*b01.RECORDS, Attempt, Grade, Allowance, StaffAction, Regrade, RegradeEffect, QuizPass)
ADDRESSES = {
    "queue": Address("grading:queue"),
    "gradebook": Address("grading:gradebook", ("row",)),
    "export": Address("grading:export", ("row", "csv")),
    "learner": Address("grading:learner", ("row", "enrolment")),
    "allow": Address(
        "grading:allow",
        ("row", "enrolment"),
        {"scope": "all", "extra_time": "10", "extra_attempts": "1", "reason": "Ill."},
    ),
    "attempt": Address("grading:attempt", ("row", "attempt")),
    "grade": Address("grading:grade", ("row", "attempt"), {"token": "token"}),
    "void": Address("grading:void", ("row", "attempt"), {"reason": "Why"}),
    "count": Address("grading:count", ("row", "void attempt"), {"reason": "Why"}),
    "items": Address("grading:items", ("row", "quiz")),
    "regrade": Address(
        "grading:regrade",
        ("row", "quiz"),
        {"digest": "digest", "never_lower": "True", "reason": "Why"},
    ),
    "regraded": Address("grading:regraded", ("row", "regrade")),
    "undo": Address("grading:undo", ("row", "regrade")),
}
TABLE = """
address  |method|anonymous|registered|learner|elsewhere|left   |expired|other-teacher|teacher|editor|support|admin
queue    |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|200          |200    |denied|200    |200
queue    |HX    |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|200          |200    |denied|200    |200
queue    |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
queue    |HXPOST|sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
gradebook|GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |denied|200    |200
gradebook|HX    |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |denied|200    |200
gradebook|POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
gradebook|HXPOST|sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
export   |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |denied|200    |200
export   |HX    |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |denied|200    |200
export   |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
export   |HXPOST|sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
learner  |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |denied|200    |200
learner  |HX    |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |denied|200    |200
learner  |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
learner  |HXPOST|sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
allow    |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
allow    |HX    |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
allow    |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |302*   |denied|denied |302*
allow    |HXPOST|sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |302*   |denied|denied |302*
attempt  |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |denied|200    |200
attempt  |HX    |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |denied|200    |200
attempt  |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
attempt  |HXPOST|sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
grade    |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |denied|denied |200
grade    |HX    |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |denied|denied |200
grade    |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |302*   |denied|denied |302*
grade    |HXPOST|sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |302*   |denied|denied |302*
void     |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
void     |HX    |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
void     |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |302*   |denied|denied |302*
void     |HXPOST|sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |302*   |denied|denied |302*
count    |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
count    |HX    |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
count    |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |302*   |denied|denied |302*
count    |HXPOST|sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |302*   |denied|denied |302*
items    |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |denied|200    |200
items    |HX    |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |denied|200    |200
items    |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
items    |HXPOST|sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
regrade  |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |denied|denied |200
regrade  |HX    |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |denied|denied |200
regrade  |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |302*   |denied|denied |302*
regrade  |HXPOST|sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |302*   |denied|denied |302*
regraded |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |denied|200    |200
regraded |HX    |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |denied|200    |200
regraded |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
regraded |HXPOST|sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
undo     |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
undo     |HX    |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
undo     |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |302*   |denied|denied |302*
undo     |HXPOST|sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |302*   |denied|denied |302*
"""  # noqa: E501 - a table


@pytest.fixture
def graded(world: World, monkeypatch: pytest.MonkeyPatch) -> World:  # noqa: F811
    """The course of the first table with a quiz, an attempt that waits, a void one, a regrade."""
    monkeypatch.setattr(b01, "RECORDS", RECORDS)
    course = Course.objects.get(pk=world.things["row"])
    essay = quizzes.long(("Idea", "1"))
    quiz = quizzes.quiz(course, [essay])
    page = LessonPage.objects.get(title="Lesson 1.2")
    quizzes.put_into(page, quiz)
    attempts = [hand_in(course, essay["id"]) for _n in range(2)]
    admin = UserFactory()
    corrections.void(attempt=attempts[1].pk, reason="Why", by=admin)
    made = regrading.ask(
        course=course,
        quiz=quiz.lineage,
        digest=regrading.key_of(course, quiz.lineage),
        never_lower=True,
        reason="Why",
        by=admin,
    )
    outbox.drain()
    things: dict[str, Any] = world.things | {
        "attempt": attempts[0].pk,
        "void attempt": attempts[1].pk,
        "enrolment": attempts[0].enrolment_id,
        "token": attempts[0].token,
        "quiz": quiz.lineage,
        "digest": regrading.key_of(course, quiz.lineage),
        "regrade": made.pk,
    }
    return World(world.clients, things, measure.checksum(RECORDS))


def hand_in(course: Course, question: str) -> Attempt:
    user: User = UserFactory()
    enrolment.enrol(user=user, course=course)
    address = next(
        one.address for one in access.enter_course(user, course.slug).outline.lessons if one.quizzes
    )
    seat = access.enter_lesson(user, course.slug, address, to_study=True)
    return school.hands_in_at(seat, {question: "Because."})


def test_B01_every_staff_address_stands_in_the_table() -> None:
    names = {one.name for one in urls.urlpatterns if isinstance(one, URLPattern)}
    assert names == set(ADDRESSES)


def test_B01_staff_addresses_answer_each_role_as_the_table_says(graded: World) -> None:
    compare(TABLE, measured(graded, ADDRESSES, list(b01.METHODS)))


def test_B12_staff_forms_without_the_token_are_refused_and_reading_writes_nothing(
    graded: World,
) -> None:
    """The whole database but sessions and renditions is the same before and after."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = graded.clients["teacher"].cookies
    before = measure.whole_database({"accounts_session", "assets_rendition"})
    for name, address in ADDRESSES.items():
        url = b01.url_of(address, graded.things)
        for headers in ({}, {"HTTP_HX_REQUEST": "true"}):
            data = {key: str(graded.things.get(one, one)) for key, one in address.data.items()}
            assert client.post(url, data, **headers).status_code == 403, name  # type: ignore[arg-type]
            answer = client.get(url, **headers)  # type: ignore[arg-type]
            if answer.streaming:
                list(answer)
    assert measure.whole_database({"accounts_session", "assets_rendition"}) == before
