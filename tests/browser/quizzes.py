"""A course of quizzes for the browser: one of each question type, and how a learner gets there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from accounts.models import User
from assessments.models import Attempt, Quiz
from course_pages import releases
from course_pages.models import Course
from learning.services import enrolment
from tests.factories import courses
from tests.factories import quizzes as make
from tests.factories.accounts import UserFactory

TITLE = "Tides"
SAVED = "Saved"


@dataclass(frozen=True)
class Planned:
    """A quiz of the course."""

    title: str
    questions: tuple[make.Raw | Callable[[Course], make.Raw], ...]
    settings: dict[str, Any]


def every_type() -> tuple[make.Raw, ...]:
    """One question of each type, in the order of their names here."""
    return (
        make.single("Which one pulls most?", "The moon", ("The sun", "Mars"), hint="<p>Near.</p>"),
        make.multiple(["Spring", "Neap"], ["Autumn"]),
        make.truefalse("true"),
        make.short("moon", "the moon"),
        make.number("1.5", tolerance="0.1"),
        make.order("Ebb", "Low water", "Flood"),
        make.match([("High", "Flood"), ("Low", "Ebb")], ["Storm"]),
        make.blanks("The [moon] pulls the [sea|water]."),
        make.long(("Clear", "2"), ("Right", "1")),
    )


def build(*planned: Planned) -> Course:
    """A released course with a lesson for each quiz."""
    course = courses.course(1, len(planned), title=TITLE, release=False)
    for number, plan in enumerate(planned, start=1):
        questions = [one(course) if callable(one) else one for one in plan.questions]
        quiz = make.quiz(course, questions, title=plan.title, **plan.settings)
        page = courses.lesson_page(course, f"Lesson 1.{number}")
        make.put_into(page, quiz, release=False, completion="quizzes")
    releases.release(course=course, by=None)
    return course


def learner() -> User:
    """Somebody who takes the course."""
    user: User = UserFactory()
    enrolment.enrol(user=user, course=Course.objects.get())
    return user


def address_of(title: str) -> str:
    """The page on which a quiz is begun."""
    quiz = Quiz.objects.get(title=title)
    number = list(Quiz.objects.order_by("pk").values_list("pk", flat=True)).index(quiz.pk) + 1
    return f"/learn/{TITLE.lower()}/lesson-1{number}/quiz/{quiz.lineage}/"


def begin(page: Page, title: str) -> None:
    """From the quiz's own page to its questions."""
    page.goto(address_of(title))
    page.get_by_role("button", name="Start the quiz").click()
    expect(page.locator("#quiz")).to_be_visible()


def attempt_of(user: User) -> Attempt:
    """The learner's only attempt as it is stored."""
    return Attempt.objects.get(enrolment__user=user)


def hand_in(page: Page) -> None:
    """Look over and hand in, by mouse."""
    page.get_by_role("button", name="Look over and hand in").click()
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.locator("#result-title")).to_be_visible()
