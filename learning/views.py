"""The learner's pages. Views parse, ask the one door, call a service, render."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assets.models import Document
from assets.serving import file_response
from course_pages import courses, rendering
from course_pages.public import lesson_html, lesson_url
from learning import pages
from learning.middleware import public_url
from learning.outline_rows import module_outlines
from learning.services import access, enrolment, progress
from learning.services.access import Seat
from learning.services.progress import Progress, QuizzesOpen


@login_required
@never_cache
@require_GET
def my_learning(request: HttpRequest) -> HttpResponse:
    items = pages.my_learning(request.user)  # type: ignore[arg-type]
    return render(request, "learning/my_learning.html", {"items": items})


@never_cache
@require_GET
def course(request: HttpRequest, course: str) -> HttpResponse:
    place = access.enter_course(request.user, course)
    return render(request, "learning/course_home.html", pages.course_home(place))


@never_cache
@require_GET
def rows(request: HttpRequest, course: str, number: int) -> HttpResponse:
    """The rows of one module, for the player's outline."""
    place = access.enter_course(request.user, course)
    if not 1 <= number <= len(place.outline.modules):
        raise Http404
    assert place.enrolment is not None
    module = module_outlines(place.course)[number - 1]
    return HttpResponse(module.rows(progress.completed_eras(place.enrolment)))


@never_cache
@require_GET
def lesson(request: HttpRequest, course: str, lesson: str) -> HttpResponse:
    seat = access.enter_lesson(request.user, course, lesson)
    if not seat.may_study:
        return _preview(request, seat)
    in_player = bool(request.htmx) and request.htmx.target == "player"  # type: ignore[attr-defined]
    template = "learning/_player.html" if in_player else "learning/lesson.html"
    response = render(request, template, pages.lesson(seat) | {"in_player": in_player})
    response["Vary"] = "HX-Request, HX-Target, Cookie"
    return response


def _preview(request: HttpRequest, seat: Seat) -> HttpResponse:
    """A free lesson for somebody who is not enrolled."""
    following = seat.outline.neighbours(seat.lesson.lineage)[1]
    course_page = courses.page_of(seat.course)
    context = {
        "lesson": seat.lesson,
        "body": lesson_html(seat.course, seat.lesson),
        "course_title": seat.outline.title,
        "page_url_of_course": public_url(seat.course) or "/",
        "course_page": course_page,
        "next": pages.link(seat.course, following)
        if following and following.free_preview
        else None,
    }
    return render(request, "course_pages/lesson_preview.html", context)


@require_POST
def complete(request: HttpRequest, course: str, lesson: str) -> HttpResponse:
    """Mark a lesson completed. Without JavaScript: back to the lesson, or on to the next."""
    seat = access.enter_lesson(request.user, course, lesson, to_study=True)
    try:
        result = progress.complete(seat=seat)
    except QuizzesOpen:
        return _quiz_first(request, seat)
    if not request.htmx:  # type: ignore[attr-defined]
        following = seat.outline.neighbours(seat.lesson.lineage)[1]
        target = (
            lesson_url(seat.course, following.address)
            if following
            else seat.course.get_absolute_url()
        )
        return redirect(target)
    return _completed(request, seat, result)


def _quiz_first(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Nothing was recorded: the lesson's quizzes come first."""
    if request.htmx:  # type: ignore[attr-defined]
        measured = pages.study(seat).progress
        return render(request, "learning/_complete.html", pages.complete_control(seat, measured))
    messages.warning(request, _("Pass the quiz of this lesson first."))
    return redirect(lesson_url(seat.course, seat.lesson.address))


@require_POST
def opened(request: HttpRequest, course: str, lesson: str) -> HttpResponse:
    """The page tells that the lesson is open: for resuming, and where opening completes."""
    seat = access.enter_lesson(request.user, course, lesson, to_study=True)
    result = progress.open_lesson(seat=seat)
    if result is None:
        return HttpResponse(status=204)
    return _completed(request, seat, result)


def _completed(request: HttpRequest, seat: Seat, result: Progress) -> HttpResponse:
    """The control, and what else on the page changes by it: the bar and the module's count."""
    context = pages.complete_control(seat, result) | {"out_of_band": True}
    return render(request, "learning/_complete.html", context)


@require_GET
def file(request: HttpRequest, course: str, lesson: str, document: int) -> HttpResponseBase:
    """A file of the lesson, for whoever may see the lesson."""
    seat = access.enter_lesson(request.user, course, lesson)
    if document not in rendering.document_ids(seat.lesson.digest):
        raise Http404
    return file_response(get_object_or_404(Document, pk=document))


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, course: str) -> HttpResponse:
    """Enrol, for the first time or again: one click; sign-in on the way and back."""
    found, seat = access.find(request.user, course)
    url = public_url(found)
    if seat is not None:
        return redirect(found.get_absolute_url())
    if url is None:
        raise access.closed(request.user, found)
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    if request.method == "POST":
        enrolment.enrol(user=request.user, course=found)
        return redirect(found.get_absolute_url())
    page = courses.page_of(found)
    return render(
        request,
        "learning/join.html",
        {
            "course": found,
            "course_title": found.title,
            "course_url": url,
            "ended_at": access.ended_at(request.user, found),
            "image": page.image if page else None,
        },
    )


@never_cache
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, course: str) -> HttpResponse:
    """Leave a course after a second step; progress is kept."""
    place = access.enter_course(request.user, course)
    assert place.enrolment is not None
    if request.method == "POST":
        enrolment.leave(enrolment=place.enrolment)
        return redirect("learning:my")
    return render(
        request,
        "learning/leave.html",
        {"course": place.course, "course_title": place.outline.title},
    )


@never_cache
@require_GET
def enrol_island(request: HttpRequest, course: str) -> HttpResponse:
    """What the course's page offers this visitor."""
    found, seat = access.find(request.user, course)
    context: dict[str, object] = {
        "course": found,
        "state": "open" if request.user.is_authenticated else "anonymous",
    }
    if seat is None:
        context["ended_at"] = access.ended_at(request.user, found)
    else:
        home = pages.course_home(access.place(found, seat))
        context |= {
            "state": "enrolled",
            "progress": home["progress"],
            "started": home["started"],
            "continue_url": home["continue_lesson"].url
            if home["continue_lesson"]
            else found.get_absolute_url(),
        }
    return render(request, "learning/_enrol.html", context)
