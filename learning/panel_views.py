"""What stands beside a lesson: transcript, notes, downloads. A panel by HTMX, else a page."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from course_pages.public import lesson_url
from learning import films, notebook
from learning.services import access
from learning.services import notes as writing
from learning.services.access import Seat
from learning.services.notes import NoteRefused


def _show(request: HttpRequest, seat: Seat, panel: str, context: dict[str, Any]) -> HttpResponse:
    by_htmx = bool(request.htmx)  # type: ignore[attr-defined]
    context |= {
        "panel": panel,
        "in_panel": by_htmx,
        "course": seat.course,
        "course_title": seat.outline.title,
        "lesson": seat.lesson,
        "lesson_url": lesson_url(seat.course, seat.lesson.address),
    }
    template = f"learning/_{panel}.html" if by_htmx else "learning/panel.html"
    response = render(request, template, context)
    response["Vary"] = "HX-Request, Cookie"
    return response


@never_cache
@require_GET
def transcript(request: HttpRequest, course: str, lesson: str) -> HttpResponse:
    """What is said in one of the lesson's films, in one of its languages."""
    seat = access.enter_lesson(request.user, course, lesson)
    spoken = [film for film in films.films(seat.lesson.digest) if film.words]
    wanted = request.GET.get("video", "")
    film = next((one for one in spoken if not wanted or one.uid == wanted), None)
    if film is None:
        raise Http404
    words = film.in_language(request.GET.get("language") or get_language() or "")
    url = lesson_url(seat.course, seat.lesson.address)
    context = {
        "films": spoken,
        "film": film,
        "words": words,
        "cues": films.transcript(words, film.uid, url),
    }
    return _show(request, seat, "transcript", context)


@never_cache
@require_http_methods(["GET", "POST"])
def notes(request: HttpRequest, course: str, lesson: str) -> HttpResponse:
    """The learner's notes on this lesson, and a form for the next one."""
    seat = access.enter_lesson(request.user, course, lesson, to_study=True)
    context: dict[str, Any] = {"has_film": bool(films.films(seat.lesson.digest))}
    if request.method == "POST":
        text = request.POST.get("text", "")
        try:
            writing.write(seat=seat, text=text, **_moment(request, seat))
        except NoteRefused as refused:
            context |= {"text": text, "problem": refused.args[0], "moment": _moment(request, seat)}
        else:
            if not request.htmx:  # type: ignore[attr-defined]
                return redirect(request.path)
            context["saved"] = True
    return _show(request, seat, "notes", context | {"notes": notebook.of_lesson(seat)})


def _moment(request: HttpRequest, seat: Seat) -> dict[str, Any]:
    """Where in which of the lesson's films; nowhere, if the page says nothing that makes sense."""
    uid, at_ms = request.POST.get("video", ""), request.POST.get("at_ms", "")
    known = {film.uid for film in films.films(seat.lesson.digest)}
    if uid not in known or not (at_ms.isascii() and at_ms.isdigit() and len(at_ms) <= 9):
        return {}
    return {"video": UUID(uid), "at_ms": int(at_ms)}


@never_cache
@require_GET
def downloads(request: HttpRequest, course: str, lesson: str) -> HttpResponse:
    """The lesson's files in one place."""
    seat = access.enter_lesson(request.user, course, lesson)
    return _show(request, seat, "downloads", {"files": films.downloads(seat.lesson.digest)})
