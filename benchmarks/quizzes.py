"""Run in a process of the site, `quizzes.py 400`: so many learners, with attempts to go on with.

A course of four lessons, each with a quiz: of 50 questions to begin, of 50 to save an answer of, of
5 and of 50 to hand in. Prints each learner's session key and, for each lesson, what they send.
"""

import json
import sys
import uuid
from typing import Any
from urllib.parse import urlencode

import django

from benchmarks.seed import blank_course

CHOICES = 4
USES = {"begin": 50, "save": 50, "submit 5": 5, "submit 50": 50}


def seed(number: int) -> dict[str, Any]:
    from django.db import transaction

    with transaction.atomic():
        course = _course()
        found = [_learner(course, index) for index in range(number)]
    return {use: [one[use] for one in found] for use in USES}


def _course() -> Any:
    from assessments.models import Quiz
    from course_pages import releases
    from course_pages.models import Course, LessonPage, ModulePage

    page = blank_course("Quizzes")
    course = Course.objects.get(lineage=page.translation_key)
    module = page.add_child(instance=ModulePage(title="Module"))
    for use, questions in USES.items():
        quiz = Quiz(course=course, title=use, questions=json.dumps(_questions(questions)))
        quiz.save()
        value = {"quiz": quiz.pk, "title": "", "text": "", "source": ""}
        block = {"type": "quiz", "value": value, "id": str(uuid.uuid4())}
        slug = use.replace(" ", "-")
        lesson = LessonPage(title=use, slug=slug, body=json.dumps([block]))
        module.add_child(instance=lesson)
    releases.release(course=course, by=None)
    course.refresh_from_db()
    return course


def _questions(number: int) -> list[dict[str, Any]]:
    return [
        _block(
            "single",
            {
                "stem": [_block("text", f"<p>Which of these is number {index}?</p>")],
                "choices": [_block("item", _choice(choice)) for choice in range(CHOICES)],
                **{"points": "1", "hint": "", "feedback": "", "tags": ""},
            },
        )
        for index in range(number)
    ]


def _block(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value, "id": str(uuid.uuid4())}


def _choice(number: int) -> dict[str, Any]:
    return {"text": f"<p>{number}</p>", "correct": not number, "feedback": "", "worth": ""}


def _learner(course: Any, index: int) -> dict[str, Any]:
    """What one learner sends, by use: session, path and form."""
    from django.test import Client

    from accounts import people
    from assessments.services import attempts
    from learning.services import access, enrolment

    user = people.create(
        email=f"quiz{index}@example.org", name=f"Learner {index}", password=None, groups=[]
    )
    enrolment.enrol(user=user, course=course)
    client = Client()
    client.force_login(user, backend="accounts.backends.SignIn")
    session = client.cookies["sessionid"].value
    found = {}
    for lesson in access.enter_course(user, course.slug).outline.lessons:
        seat = access.enter_lesson(user, course.slug, lesson.address, to_study=True)
        (pin,) = lesson.quizzes
        if lesson.title == "begin":
            base = f"{course.get_absolute_url()}{lesson.address}/quiz/{pin.lineage}"
            found[lesson.title] = [session, f"{base}/start/", ""]
            continue
        attempt = attempts.start(seat=seat, pin=pin)
        what = lesson.title.split()[0]
        base = f"{course.get_absolute_url()}-/attempts/{attempt.pk}"
        found[lesson.title] = [session, f"{base}/{what}/", _form(attempt, all=what == "submit")]
    return found


def _form(attempt: Any, *, all: bool) -> str:
    """Right answers to all questions, or to the first one."""
    from core import snapshots

    questions = snapshots.load(attempt.snapshot_id)["questions"]
    asked = [line["id"] for line in attempt.paper][: None if all else 1]
    answers = [(f"a.{key}", questions[key]["choices"][0]["id"]) for key in asked]
    return urlencode([("token", attempt.token), *(("asked", key) for key in asked), *answers])


if __name__ == "__main__":
    django.setup()
    print(json.dumps(seed(int(sys.argv[1]))))
