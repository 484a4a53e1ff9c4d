"""A drafted quiz as learners would see it; writes nothing."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from assessments import freezing, pages
from assessments.models import Attempt, Quiz
from assessments.questions import paper
from assessments.services import attempts
from assessments.services.attempts import Standing
from core import clock

SEED = "preview"


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
        states = pages.states(attempt)
        context |= {"questions": pages.asked(data, attempt), "states": states, "attempt": attempt}
        return render(request, "assessments/attempt.html", context)
    marks = attempts.mark_all(data, attempt)
    attempts.apply_marks(attempt, data, marks)
    attempt.submitted_at = now
    shown_result = pages.result(data, attempt, nobody, now)
    context |= {"result": shown_result, "pass_mark": data["settings"]["pass_mark"]}
    return render(request, "assessments/result.html", context)
