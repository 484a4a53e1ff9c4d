"""Every closed door answers the same way: sign in, the course's page, why it is closed, or 404."""

from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from core.errors import page_not_found
from course_pages import courses
from course_pages.models import Course
from course_pages.public import lesson_url
from learning import reasons
from learning.services import enrolment
from learning.services.access import LessonClosed, Reason


class lesson_closed:
    """Turns LessonClosed into a response; nothing was written when it is raised."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, LessonClosed):
            return None
        if request.method not in {"GET", "HEAD"}:
            return render(request, "403.html", status=403)
        if error.reason is Reason.SIGN_IN:
            return _go(request, redirect_to_login(request.get_full_path()).url)
        if error.reason is Reason.ENROL and error.course is not None:
            url = public_url(error.course)
            return _go(request, url) if url else page_not_found(request, Http404())
        if error.reason is Reason.ENDED and error.course is not None:
            return _ended(request, error, error.course)
        if error.reason is Reason.LOCKED and error.course is not None:
            return _locked(request, error, error.course)
        if error.reason is Reason.RETIRED and error.course is not None:
            context = {
                "heading": _("This lesson is not here any more"),
                "message": _(
                    "This lesson is no longer part of the course. "
                    "What you completed stays on your record."
                ),
                "actions": [{"label": _("To the course"), "url": error.course.get_absolute_url()}],
            }
            return render(request, "learning/closed.html", context, status=404)
        return page_not_found(request, Http404())


def _ended(request: HttpRequest, error: LessonClosed, course: Course) -> HttpResponse:
    """A page of its own: a redirect to the course's page would come back from there."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(course.get_absolute_url())
    day = date_format(localtime(error.ended_at)) if error.ended_at else ""
    actions = [{"label": _("To my learning"), "url": reverse("learning:my"), "kind": "secondary"}]
    if public_url(course):
        again = reverse("learning:join", args=[course.slug])
        label = _("Buy it again") if enrolment.is_sold(course) else _("Enrol again")
        actions.insert(0, {"label": label, "url": again, "kind": ""})
    context = {
        "heading": _("Your access has ended"),
        "message": _("Your access to “%(course)s” ended on %(day)s. What you completed is kept.")
        % {"course": course.title, "day": day},
        "actions": actions,
    }
    return render(request, "learning/closed.html", context, status=403)


def _locked(request: HttpRequest, error: LessonClosed, course: Course) -> HttpResponse:
    """What is missing, and the way there. HTMX goes to the page, for it swaps no refusals."""
    assert error.lesson is not None
    context = {
        "course": course,
        "lesson": error.lesson,
        "missing": reasons.told(course, error.missing, error.locks),
    }
    response = render(request, "learning/locked.html", context, status=403)
    if getattr(request, "htmx", False):
        response["HX-Redirect"] = lesson_url(course, error.lesson.address)
    return response


def public_url(course: Course) -> str | None:
    """The course's public page, None while it is not published."""
    page = courses.page_of(course)
    return page.get_url() if page is not None and page.live else None


def _go(request: HttpRequest, url: str) -> HttpResponse:
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(url)
    return HttpResponseRedirect(url)
