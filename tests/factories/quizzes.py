"""Quizzes as their authors make them, chosen in a lesson and released."""

import uuid
from collections.abc import Sequence
from typing import Any

from assessments.models import QuestionBank, Quiz
from course_pages import releases
from course_pages.models import Course, LessonPage
from tests.factories import courses

Raw = dict[str, Any]


def listed(*values: Any) -> list[Raw]:
    """A stored list block, with an id on each item."""
    return [{"type": "item", "value": value, "id": str(uuid.uuid4())} for value in values]


def question(kind: str, words: str = "What is it?", **fields: Any) -> Raw:
    """A raw question block."""
    stem = [{"type": "text", "value": f"<p>{words}</p>", "id": str(uuid.uuid4())}]
    value = {"stem": stem, "points": "1", "hint": "", "feedback": "", "tags": ""} | fields
    return {"type": kind, "value": value, "id": str(uuid.uuid4())}


def choice(text: str, correct: bool = False, worth: str = "", feedback: str = "") -> Raw:
    return {"text": f"<p>{text}</p>", "correct": correct, "feedback": feedback, "worth": worth}


def single(words: str = "Which one?", right: str = "Right", wrong: Sequence[str] = ("Wrong",),
           **fields: Any) -> Raw:  # fmt: skip
    choices = listed(choice(right, correct=True), *(choice(one) for one in wrong))
    return question("single", words, choices=choices, **fields)


def multiple(
    right: Sequence[str], wrong: Sequence[str], scoring: str = "all", **fields: Any
) -> Raw:
    made = [choice(one, correct=True) for one in right] + [choice(one) for one in wrong]
    return question("multiple", choices=listed(*made), scoring=scoring, **fields)


def truefalse(answer: str = "true", **fields: Any) -> Raw:
    return question("truefalse", answer=answer, feedback_true="", feedback_false="", **fields)


def short(*accepted: str, **fields: Any) -> Raw:
    rules: Raw = {"case": False, "accents": True, "spaces": "fold", "pattern": False}
    answers = listed(*({"text": one, "feedback": "", "worth": ""} for one in accepted))
    return question("short", answers=answers, **(rules | fields))


def number(value: str, tolerance: str = "", kind: str = "absolute", **fields: Any) -> Raw:
    accepted = {
        "value": value, "tolerance": tolerance, "kind": kind, "feedback": "", "worth": "",
    }  # fmt: skip
    return question("number", answers=listed(accepted), **fields)


def order(*texts: str, scoring: str = "all", **fields: Any) -> Raw:
    return question("order", items=listed(*({"text": one} for one in texts)), scoring=scoring,
                    **fields)  # fmt: skip


def match(pairs: Sequence[tuple[str, str]], extras: Sequence[str] = (), scoring: str = "partial",
          **fields: Any) -> Raw:  # fmt: skip
    made = listed(*({"left": left, "right": right} for left, right in pairs))
    return question("match", pairs=made, extras=listed(*extras), scoring=scoring, **fields)


def blanks(text: str, scoring: str = "partial", **fields: Any) -> Raw:
    rules: Raw = {"case": False, "accents": True, "spaces": "fold"}
    return question("blanks", text=text, scoring=scoring, **(rules | fields))


def long(*criteria: tuple[str, str], **fields: Any) -> Raw:
    rubric = [{"criterion": name, "description": "", "points": points} for name, points in criteria]
    return question("long", rubric=listed(*rubric), **fields)


def draw(bank: QuestionBank, count: int, tag: str = "", points: str = "") -> Raw:
    value = {"bank": bank.pk, "tag": tag, "count": count, "points": points}
    return {"type": "draw", "value": value, "id": str(uuid.uuid4())}


def quiz(
    course: Course, questions: Sequence[Raw] = (), title: str = "A quiz", **fields: Any
) -> Quiz:
    """A published quiz of the course."""
    blocks = Quiz._meta.get_field("questions").stream_block.to_python(list(questions))
    made = Quiz(course=course, title=title, questions=blocks, **fields)
    made.save()
    made.save_revision().publish()
    return made


def bank(course: Course, questions: Sequence[Raw], title: str = "A bank") -> QuestionBank:
    """A published question bank of the course."""
    blocks = QuestionBank._meta.get_field("questions").stream_block.to_python(list(questions))
    made = QuestionBank(course=course, title=title, questions=blocks)
    made.save()
    made.save_revision().publish()
    return made


def block(quiz: Quiz) -> Raw:
    """A lesson's block that chooses the quiz."""
    value = {"quiz": quiz.pk, "title": "", "text": "", "source": ""}
    return {"type": "quiz", "value": value, "id": str(uuid.uuid4())}


def put_into(page: LessonPage, *quizzes: Quiz, release: bool = True, **changes: Any) -> None:
    """Choose quizzes in a lesson, publish it and release the course."""
    stream = LessonPage._meta.get_field("body").stream_block
    courses.edit(page, body=stream.to_python([block(one) for one in quizzes]), **changes)
    if release:
        course = quizzes[0].course
        course.refresh_from_db()
        releases.release(course=course, by=None)
        course.refresh_from_db()


def course_with_quiz(
    questions: Sequence[Raw] | None = None,
    *,
    completion: str = "quizzes",
    course_title: str = "A course",
    **fields: Any,
) -> tuple[Course, Quiz]:
    """A released course of one module and one lesson, which holds a quiz."""
    course = courses.course(1, 1, title=course_title, release=False)
    made = quiz(course, [single()] if questions is None else questions, **fields)
    put_into(courses.lesson_page(course, "Lesson 1.1"), made, completion=completion)
    return course, made
