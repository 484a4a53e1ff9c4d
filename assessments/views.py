"""The learner's quiz pages. Views parse, ask the one door, call a service, render."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from assessments import pages
from assessments.models import Attempt
from assessments.questions.answers import NotAnAnswer, is_readable
from assessments.services import attempts, grading_by_hand
from assessments.services.attempts import Conflict, Over, Refused
from core import clock, snapshots
from course_pages.outline import Lesson, QuizPin
from course_pages.public import lesson_url
from learning.services import access
from learning.services.access import Place, Seat

LARGEST_KEY = 2**63 - 1


@never_cache
@require_GET
def overview(request: HttpRequest, course: str, lesson: str, quiz: UUID) -> HttpResponse:
    """A quiz before it is begun; its own page, or the part of the lesson's that shows it."""
    inside = bool(request.htmx)  # type: ignore[attr-defined]
    seat = access.enter_lesson(request.user, course, lesson, to_study=not inside)
    if not seat.may_study:
        url = reverse("learning:join", args=[seat.course.slug])
        return render(request, "assessments/_closed.html", {"join_url": url})
    pin = _pin(seat, quiz)
    context = _overview(seat, pin)
    template = "assessments/_overview.html" if inside else "assessments/overview.html"
    response = render(request, template, context | {"inside": inside})
    response["Vary"] = "HX-Request, Cookie"
    return response


def _pin(seat: Seat, quiz: UUID) -> QuizPin:
    pin = next((one for one in seat.lesson.quizzes if one.lineage == str(quiz)), None)
    if pin is None:
        raise Http404
    return pin


def _overview(seat: Seat, pin: QuizPin) -> dict[str, Any]:
    assert seat.enrolment is not None
    known = attempts.standing(seat.enrolment, seat.lesson.lineage, pin.lineage)
    return {
        "course": seat.course,
        "course_title": seat.outline.title,
        "lesson": seat.lesson,
        "lesson_url": lesson_url(seat.course, seat.lesson.address),
        "start_url": reverse(
            "assessments:start", args=[seat.course.slug, seat.lesson.address, pin.lineage]
        ),
        "quiz": pages.overview(snapshots.load(pin.digest), known, clock.now()),
    }


@require_POST
def start(request: HttpRequest, course: str, lesson: str, quiz: UUID) -> HttpResponse:
    """Begin, or go on where one was."""
    seat = access.enter_lesson(request.user, course, lesson, to_study=True)
    pin = _pin(seat, quiz)
    try:
        attempt = attempts.start(seat=seat, pin=pin)
    except Refused:
        context = _overview(seat, pin) | {"refused": True}
        return render(request, "assessments/overview.html", context, status=409)
    return redirect("assessments:attempt", seat.course.slug, attempt.pk)


def _enter(request: HttpRequest, course: str, pk: int) -> tuple[Place, Attempt]:
    """The learner's own attempt in a course that is open to them."""
    place = access.enter_course(request.user, course)
    found = attempts.find(place, pk) if pk <= LARGEST_KEY else None
    if found is None:
        raise Http404
    return place, found


@never_cache
@require_GET
def attempt(request: HttpRequest, course: str, attempt: int) -> HttpResponse:
    """The questions while the attempt is open, its result afterwards."""
    place, found = _enter(request, course, attempt)
    if found.state != Attempt.State.OPEN:
        return render(request, "assessments/result.html", _result(place, found))
    if attempts.is_overdue(found, clock.now()):
        return render(request, "assessments/overdue.html", _frame(place, found))
    quiz = snapshots.load(found.snapshot_id)
    if "review" in request.GET:
        return render(request, "assessments/review.html", _taking(place, found, quiz))
    number = _number(request, found) if pages.is_one_by_one(quiz) else None
    context = _taking(place, found, quiz) | {
        "questions": pages.asked(quiz, found, number),
        "number": number,
        "previous": number - 1 if number and number > 1 else None,
        "following": number + 1 if number and number < len(found.paper) else None,
    }
    return render(request, "assessments/attempt.html", context)


def _number(request: HttpRequest, attempt: Attempt) -> int:
    """The place of the question that is asked for; the first one for nonsense."""
    text = request.GET.get("q", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return number if 1 <= number <= len(attempt.paper) else 1


def _frame(place: Place, attempt: Attempt) -> dict[str, Any]:
    """What all pages of an attempt have."""
    lesson: Lesson | None = place.outline.by_lineage.get(str(attempt.lesson_lineage))
    args = [place.course.slug, attempt.pk]
    quiz = snapshots.load(attempt.snapshot_id)
    return {
        "course": place.course,
        "course_title": place.outline.title,
        "course_url": place.course.get_absolute_url(),
        "lesson": lesson,
        "lesson_url": lesson_url(place.course, lesson.address) if lesson else "",
        "attempt": attempt,
        "quiz_title": quiz["title"],
        "save_url": reverse("assessments:save", args=args),
        "submit_url": reverse("assessments:submit", args=args),
        "attempt_url": reverse("assessments:attempt", args=args),
    }


def _taking(place: Place, attempt: Attempt, quiz: pages.Quiz) -> dict[str, Any]:
    states = pages.states(quiz, attempt)
    return _frame(place, attempt) | {
        "states": states,
        "one_by_one": pages.is_one_by_one(quiz),
        "unanswered": [one for one in states if not one["answered"]],
        "flagged": [one for one in states if one["flagged"]],
        "seconds_left": seconds_left(attempt),
    }


def seconds_left(attempt: Attempt) -> int | None:
    """Whole seconds until the deadline by the server's clock; None without one."""
    if attempt.deadline is None:
        return None
    return max(0, int((attempt.deadline - clock.now()).total_seconds()))


def _result(place: Place, attempt: Attempt) -> dict[str, Any]:
    quiz = snapshots.load(attempt.snapshot_id)
    assert place.enrolment is not None
    lineages = str(attempt.lesson_lineage), str(attempt.quiz_lineage)
    asking = [
        (one.lineage, pin.digest)
        for one in place.outline.lessons
        for pin in one.quizzes
        if pin.lineage == lineages[1]
    ]
    standings = attempts.standings(
        place.enrolment, lineages[1], [lineages[0], *(key for key, _digest in asking)]
    )
    key = grading_by_hand.key_of(attempt)
    frame = _frame(place, attempt)
    lesson: Lesson | None = frame["lesson"]
    following = place.outline.neighbours(lesson.lineage)[1] if lesson else None
    in_force = dict(asking).get(lesson.lineage) if lesson else None
    where = [place.course.slug, lesson.address, lineages[1]] if lesson and in_force else None
    return frame | {
        "result": pages.result(
            quiz,
            attempt,
            standings[lineages[0]],
            clock.now(),
            in_force=[(snapshots.load(digest), standings[one]) for one, digest in asking],
            graded_by=snapshots.load(key),
        ),
        "pass_mark": quiz["settings"]["pass_mark"],
        "overview_url": reverse("assessments:overview", args=where) if where else "",
        "start_url": reverse("assessments:start", args=where) if where else "",
        "timed": bool(in_force and snapshots.load(in_force)["settings"]["time_limit_minutes"]),
        "next_url": lesson_url(place.course, following.address) if following else "",
        "next_title": following.title if following else "",
    }


@require_POST
def save(request: HttpRequest, course: str, attempt: int) -> HttpResponse:
    """Keep answers: one by one through HTMX, a page at a time without JavaScript."""
    place, found = _enter(request, course, attempt)
    try:
        token = attempts.save(attempt=found, token=request.POST.get("token", ""), sent=request.POST)
    except NotAnAnswer:
        return _refused(request, place, found, status=400)
    except Conflict:
        return _refused(request, place, found, status=409)
    except Over:
        return _over(request, place, found)
    if request.htmx:  # type: ignore[attr-defined]
        asked = request.POST.getlist("asked")
        changes = attempts.read(found, request.POST)
        quiz = snapshots.load(found.snapshot_id)
        context = {
            "token": token,
            "seconds_left": seconds_left(found),
            "saved": [
                {
                    "id": key,
                    "answered": changes["answers"][key] is not None,
                    "readable": is_readable(quiz["questions"][key], changes["answers"][key]),
                    "flagged": changes["flags"][key],
                    "number": next(
                        number
                        for number, line in enumerate(found.paper, start=1)
                        if line["id"] == key
                    ),
                }
                for key in asked
            ],
        }
        return render(request, "assessments/_saved.html", context)
    return redirect(_where_to(request, found, course))


def _where_to(request: HttpRequest, attempt: Attempt, course: str) -> str:
    """After saving a page: the one that the pressed button names."""
    url = reverse("assessments:attempt", args=[course, attempt.pk])
    go = request.POST.get("go", "")
    if go == "review":
        return f"{url}?review"
    if go.isascii() and go.isdigit() and len(go) < 6:
        return f"{url}?q={int(go)}"
    return url


def _refused(request: HttpRequest, place: Place, attempt: Attempt, *, status: int) -> HttpResponse:
    context = _frame(place, attempt) | {"conflict": status == 409}
    template = "assessments/_refused.html" if request.htmx else "assessments/refused.html"  # type: ignore[attr-defined]
    return render(request, template, context, status=status)


def _over(request: HttpRequest, place: Place, attempt: Attempt) -> HttpResponse:
    """Handed in already, or time was up: to the result."""
    url = reverse("assessments:attempt", args=[place.course.slug, attempt.pk])
    if request.htmx:  # type: ignore[attr-defined]
        response = HttpResponse(status=204)
        response["HX-Redirect"] = url
        return response
    late = _("Time was up. What was saved before then has been handed in.")
    already = _("The attempt was handed in already. This is what counts.")
    overdue = attempt.deadline is not None and clock.now() > attempt.deadline
    messages.info(request, late if overdue else already)
    return redirect(url)


@require_POST
def submit(request: HttpRequest, course: str, attempt: int) -> HttpResponse:
    """Hand in; doing so again leads to the same result."""
    place = access.enter_course(request.user, course)
    if attempt > LARGEST_KEY:
        raise Http404
    token = request.POST.get("token", "")
    try:
        attempts.submit(place=place, pk=attempt, token=token, sent=request.POST)
    except Attempt.DoesNotExist as missing:
        raise Http404 from missing
    except NotAnAnswer:
        return _refused(request, *_enter(request, course, attempt), status=400)
    except Conflict:
        return _refused(request, *_enter(request, course, attempt), status=409)
    return redirect("assessments:attempt", place.course.slug, attempt)
