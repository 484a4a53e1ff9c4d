"""Learners who take quizzes, through the services and through the site."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.test import Client

from accounts.models import User
from assessments.models import Attempt
from assessments.services import attempts
from core import snapshots
from course_pages.models import Course
from learning.services import access, enrolment
from learning.services.access import Seat
from tests.factories.accounts import UserFactory


def learner(course: Course, **fields: Any) -> User:
    """Somebody who is enrolled in the course as it stands."""
    user: Any = UserFactory(**fields)
    enrolment.enrol(user=user, course=Course.objects.get(pk=course.pk))
    return user


def seat(user: User, course: Course, number: int = 1) -> Seat:
    """The place of a learner in the course's nth lesson."""
    place = access.enter_course(user, course.slug)
    return access.enter_lesson(
        user, course.slug, place.outline.lessons[number - 1].address, to_study=True
    )


def begin(user: User, course: Course, number: int = 1, quiz: int = 1) -> Attempt:
    """An attempt at the nth quiz of the nth lesson."""
    here = seat(user, course, number)
    return attempts.start(seat=here, pin=here.lesson.quizzes[quiz - 1])


def form(attempt: Attempt, given: Mapping[str, Any] | None = None, **more: str) -> QueryDict:
    """What a page with all questions sends; `given`: question id → chosen or typed."""
    sent = QueryDict(mutable=True)
    sent.setlist("asked", [line["id"] for line in attempt.paper])
    for question, value in (given or {}).items():
        if isinstance(value, dict):
            for part, chosen in value.items():
                sent[f"a.{question}.{part}"] = chosen
        else:
            sent.setlist(f"a.{question}", value if isinstance(value, list) else [value])
    for name, value in more.items():
        sent[name] = value
    return sent


def right(attempt: Attempt) -> dict[str, Any]:
    """Right answers to the single choices of an attempt."""
    quiz = snapshots.load(attempt.snapshot_id)
    return {
        line["id"]: next(
            choice["id"]
            for choice in quiz["questions"][line["id"]]["choices"]
            if choice["value"]["correct"]
        )
        for line in attempt.paper
        if quiz["questions"][line["id"]]["type"] == "single"
    }


def hand_in(user: User, attempt: Attempt, given: Mapping[str, Any] | None = None) -> Attempt:
    """Submitted with these answers."""
    fresh = Attempt.objects.get(pk=attempt.pk)
    place = access.enter_course(user, attempt.enrolment.course.slug)
    return attempts.submit(place=place, pk=fresh.pk, token=fresh.token, sent=form(fresh, given))


def url(attempt: Attempt, what: str = "") -> str:
    """The address of an attempt, or of what can be done with it."""
    tail = f"{what}/" if what else ""
    return f"/learn/{attempt.enrolment.course.slug}/-/attempts/{attempt.pk}/{tail}"


def post(client: Client, attempt: Attempt, what: str, given: Mapping[str, Any] | None = None,
         **more: str) -> Any:  # fmt: skip
    """Send a page of an attempt as a browser does."""
    token = more.pop("token", None) or Attempt.objects.get(pk=attempt.pk).token
    return send(client, attempt, what, form(attempt, given, token=token, **more))


def send(client: Client, attempt: Attempt, what: str, sent: QueryDict) -> Any:
    """Post a form as it is, with several values under one name."""
    return client.post(url(attempt, what), sent.urlencode(),
                       content_type="application/x-www-form-urlencoded")  # fmt: skip


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
