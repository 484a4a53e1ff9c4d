"""The learner's pages. Views parse, ask the one door, call a service, render."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from assets.models import Document
from assets.serving import file_response
from core.guarding import key_of
from course_pages import courses, playing, rendering
from course_pages.public import lesson_html, lesson_url
from learning import course_home, pages, player
from learning import media as filming
from learning.middleware import public_url
from learning.outline_rows import module_outlines
from learning.services import access, enrolment, progress
from learning.services.access import LessonClosed, Seat
from learning.services.enrolment import NotFree
from learning.services.progress import Left, Progress, Unfinished


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
    return HttpResponse(course_home.page(place, messages=messages.get_messages(request)))


@never_cache
@require_GET
def rows(request: HttpRequest, course: str, number: int) -> HttpResponse:
    """The rows of one module, for the player's outline."""
    place = access.enter_course(request.user, course)
    if not 1 <= number <= len(place.outline.modules):
        raise Http404
    assert place.enrolment is not None
    module = module_outlines(place.course)[number - 1]
    return HttpResponse(module.rows(place.eras, locks=place.locks))


@never_cache
@require_GET
def lesson(request: HttpRequest, course: str, lesson: str) -> HttpResponse:
    seat = access.enter_lesson(request.user, course, lesson)
    if not seat.may_study:
        return _preview(request, seat)
    moved = bool(request.htmx) and request.htmx.target == "lesson"  # type: ignore[attr-defined]
    told = () if moved else messages.get_messages(request)
    token = get_token(request)
    response = HttpResponse(player.lesson(seat, csrf_token=token, messages=told, moved=moved))
    response["Vary"] = "HX-Request, HX-Target, Cookie"
    return response


def _preview(request: HttpRequest, seat: Seat) -> HttpResponse:
    """A free lesson for somebody who is not enrolled."""
    following = seat.outline.neighbours(seat.lesson.lineage)[1]
    course_page = courses.page_of(seat.course)
    context = {
        "lesson": seat.lesson,
        "body": lesson_html(seat.course, seat.lesson),
        "transcript_url": pages.transcript_url(seat.course.slug, seat.lesson),
        "course_title": seat.outline.title,
        "page_url_of_course": public_url(seat.course) or "/",
        "course_page": course_page,
        "next": pages.link(seat.course, following)
        if following and following.free_preview
        else None,
    }
    return render(request, "course_pages/lesson_preview.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def complete(request: HttpRequest, course: str, lesson: str) -> HttpResponse:
    """Mark a lesson completed. Without JavaScript: back to the lesson, or on to the next.

    A GET by HTMX asks how the lesson stands, when a film has counted, and changes nothing.
    """
    seat = access.enter_lesson(request.user, course, lesson, to_study=True)
    if request.method == "GET":
        if not request.htmx:  # type: ignore[attr-defined]
            return redirect(lesson_url(seat.course, seat.lesson.address))
        return _completed(request, seat, pages.study(seat).progress)
    if _was_shown_before(request.POST.get("era", ""), seat):
        return _changed(request, seat)
    try:
        result = progress.complete(seat=seat)
    except Unfinished as unfinished:
        return _first(request, seat, unfinished.left)
    if not request.htmx:  # type: ignore[attr-defined]
        study = pages.studied(seat, result)
        following = study.link(study.following(seat.lesson))
        return redirect((following and following.url) or study.home_url)
    return _completed(request, seat, result)


def _was_shown_before(era: str, seat: Seat) -> bool:
    """Whether the page is from before the lesson had to be done again; one that does not say is
    not."""
    return era != "" and key_of(era) < seat.lesson.era


def _changed(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Nothing was recorded: what one has read is not what would count."""
    messages.warning(request, _("This lesson has changed. Please go through it again."))
    url = lesson_url(seat.course, seat.lesson.address)
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)  # type: ignore[attr-defined]


def _first(request: HttpRequest, seat: Seat, left: Left) -> HttpResponse:
    """Nothing was recorded: the lesson's quizzes and videos come first."""
    if request.htmx:  # type: ignore[attr-defined]
        measured = pages.study(seat).progress
        return HttpResponse(player.control(seat, measured, csrf_token=get_token(request)))
    if left.quizzes:
        messages.warning(request, _("Pass the quiz of this lesson first."))
    if left.videos:
        messages.warning(request, _("Watch the video of this lesson first."))
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
    return HttpResponse(player.completed(seat, result, csrf_token=get_token(request)))


@require_GET
def file(request: HttpRequest, course: str, lesson: str, document: int) -> HttpResponseBase:
    """A file of the lesson, for whoever may see the lesson."""
    seat = access.enter_lesson(request.user, course, lesson)
    if document not in rendering.document_ids(seat.lesson.digest):
        raise Http404
    return file_response(get_object_or_404(Document, pk=document))


@require_GET
def media(request: HttpRequest, course: str, lesson: str, uid: UUID) -> HttpResponse:
    """What the player needs for a video of the lesson; with `?play`, by a link, the film itself."""
    by_link = "play" in request.GET
    try:
        seat = access.enter_lesson(request.user, course, lesson)
    except LessonClosed as closed:
        if by_link:
            raise
        return filming.refusal(closed)
    try:
        answer = filming.for_seat(seat, filming.pin_of(seat.lesson, uid), request.user)
    except playing.Unavailable:
        return playing.sorry(plain=by_link)
    return playing.as_film(answer) if by_link else playing.as_json(answer)


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, course: str) -> HttpResponse:
    """Enrol, for the first time or again: one click; sign-in on the way and back.

    A course that is sold shows its offers here, to visitors, too; nobody enrols in it for nothing.
    """
    found, seat = access.find(request.user, course)
    url = public_url(found)
    if seat is not None:
        return redirect(found.get_absolute_url())
    if url is None:
        raise access.closed(request.user, found)
    user = request.user if request.user.is_authenticated else None
    theirs = user is not None and enrolment.is_theirs(user, found)
    sold = not theirs and enrolment.is_sold(found)
    if user is None and (not sold or request.method == "POST"):
        return redirect_to_login(request.path)
    if request.method == "POST" and user is not None:
        try:
            enrolment.enrol(user=user, course=found)
        except NotFree:
            messages.info(request, _("This course is not free. Here is how you can have it."))
            return redirect("learning:join", found.slug)
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
            "theirs": theirs,
            "sold": sold,
            "image": page.image if page else None,
        },
    )


@never_cache
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, course: str) -> HttpResponse:
    """Leave a course after a second step; progress is kept."""
    found, seat = access.find(request.user, course)
    if seat is None:
        raise access.closed(request.user, found)
    if request.method == "POST":
        enrolment.leave(enrolment=seat)
        return redirect("learning:my")
    context = {"course": found, "course_title": found.title}
    return render(request, "learning/leave.html", context)


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
        user = request.user if request.user.is_authenticated else None
        context |= {
            "ended_at": access.ended_at(request.user, found),
            "theirs": user is not None and enrolment.is_theirs(user, found),
        }
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
