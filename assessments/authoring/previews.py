"""Drafted quizzes, banks and sample questions as learners would see them; writes nothing."""

import json
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from assessments import freezing, pages
from assessments.models import Attempt, QuestionBank, Quiz
from assessments.questions import paper
from assessments.questions.data import Question
from assessments.services import attempts
from assessments.services.attempts import Standing
from core import clock

SEED = "preview"
AS_WRITTEN = {"shuffle_questions": False, "shuffle_choices": False}


def of_quiz(quiz: Quiz, request: HttpRequest, mode: str) -> HttpResponse:
    """Before the start, the questions of one paper, or its result with nothing answered."""
    data = json.loads(freezing.of_draft(quiz).body)
    context: dict[str, Any] = {
        "preview": {"in_panel": True},
        "messages": (),
        "course_title": quiz.course.title if quiz.course_id else "",
        "course_url": "#",
        "quiz_title": data["title"],
    }
    nobody = Standing([], 0, 0)
    now = clock.now()
    if mode == "before":
        shown = pages.overview(data, nobody, now)
        return render(request, "assessments/overview.html", context | {"quiz": shown})
    attempt = Attempt(paper=paper.draw(data, SEED), number=1, started_at=now, last_at=now)
    if mode == "during":
        states = pages.states(data, attempt)
        context |= {"questions": pages.asked(data, attempt), "states": states, "attempt": attempt}
        return render(request, "assessments/attempt.html", context)
    marks = attempts.mark_all(data, attempt)
    attempts.apply_marks(attempt, data, marks)
    attempt.submitted_at = now
    shown_result = pages.result(data, attempt, nobody, now)
    context |= {"result": shown_result, "pass_mark": data["settings"]["pass_mark"]}
    return render(request, "assessments/result.html", context)


def of_bank(bank: QuestionBank, request: HttpRequest) -> HttpResponse:
    """All its questions in their order, as one page of a quiz."""
    data, attempt = one_of_each(freezing.of_bank(bank))
    context = {
        "preview": {"in_panel": True},
        "messages": (),
        "course_title": bank.course.title if bank.course_id else "",
        "course_url": "#",
        "quiz_title": bank.title,
        "questions": pages.asked(data, attempt),
        "states": pages.states(data, attempt),
        "attempt": attempt,
    }
    return render(request, "assessments/attempt.html", context)


def sample(question: Question) -> pages.Asked:
    """One question of no quiz, for the picker of blocks."""
    (shown,) = pages.asked(*one_of_each([question]))
    return shown


def one_of_each(questions: Sequence[Question]) -> tuple[dict[str, Any], Attempt]:
    """A quiz of the questions, and an attempt at it that nobody made."""
    data = {
        "asked": [{"question": one["id"]} for one in questions],
        "questions": {one["id"]: one for one in questions},
        "settings": AS_WRITTEN,
    }
    now = clock.now()
    return data, Attempt(paper=paper.draw(data, SEED), number=1, started_at=now, last_at=now)
