"""A course with a quiz, its teacher and learners who have handed it in."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict
from django.test import Client

from accounts.models import User
from accounts.sync import sync_roles
from assessments.models import Attempt, Quiz
from assessments.services import attempts
from course_pages import courses as teaching
from course_pages.models import Course, LessonPage
from learning.models import Enrolment
from learning.services import access, enrolment
from learning.services.access import Seat
from tests.cases import measure
from tests.factories import courses as make
from tests.factories.accounts import UserFactory

Answers = Mapping[str, str | list[str]]


def sent(attempt: Attempt, answers: Answers) -> QueryDict:
    made = QueryDict(mutable=True)
    made.setlist("asked", [line["id"] for line in attempt.paper])
    for key, value in answers.items():
        made.setlist(f"a.{key}", value if isinstance(value, list) else [value])
    return made


def seat_of(user: User, course: Course) -> Seat:
    course.refresh_from_db()
    address = access.enter_course(user, course.slug).outline.lessons[0].address
    return access.enter_lesson(user, course.slug, address, to_study=True)


def learner(course: Course, **fields: Any) -> User:
    user: User = UserFactory(**fields)
    enrolment.enrol(user=user, course=course)
    return user


def hands_in(course: Course, answers: Answers, user: User | None = None) -> Attempt:
    """An attempt handed in, by a new learner unless one is named."""
    return hands_in_at(seat_of(user or learner(course), course), answers)


def hands_in_at(seat: Seat, answers: Answers) -> Attempt:
    """An attempt at the first quiz of the lesson, handed in."""
    begun = attempts.start(seat=seat, pin=seat.lesson.quizzes[0])
    return attempts.submit(place=seat, pk=begun.pk, token=begun.token, sent=sent(begun, answers))


def teacher(course: Course) -> User:
    sync_roles()
    user = measure.person(roles=["Instructor"])
    teaching.add_teacher(course=course, user=user, by=None)
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def many(course: Course, quiz: Quiz, like: Attempt, learners: int, each: int) -> None:
    """That many learners with copies of an attempt each, written in bulk."""
    people = User.objects.bulk_create(
        [
            User(email=f"many-{like.pk}-{n}@example.org", name=f"Many {n:05}")
            for n in range(learners)
        ]
    )
    rows = Enrolment.objects.bulk_create([Enrolment(user=one, course=course) for one in people])
    same = {
        field.attname: getattr(like, field.attname)
        for field in Attempt._meta.fields
        if field.attname not in {"id", "enrolment_id", "number"}
    }
    Attempt.objects.bulk_create(
        [Attempt(enrolment=row, number=n + 1, **same) for row in rows for n in range(each)],
        batch_size=500,
    )


def choice(question: dict[str, Any], place: int) -> str:
    return str(question["value"]["choices"][place]["id"])


def ids(questions: Sequence[dict[str, Any]]) -> list[str]:
    return [one["id"] for one in questions]


def courses_lesson(course: Course) -> LessonPage:
    """The course's first lesson page."""
    return make.lesson_page(course, "Lesson 1.1")
