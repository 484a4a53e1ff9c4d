"""From which course's page or quiz somebody opened a chooser."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve
from wagtail.models import Page

from assessments.models import Quiz
from core.guarding import key_of
from course_pages import status


def course_of(request: HttpRequest) -> int | None:
    """The key of the course whose page or quiz is being edited, by the address a browser tells.

    A proposal and no right: the form offers it only where its user may write.
    """
    try:
        found = resolve(urlsplit(request.headers.get("Referer", "")).path)
    except (Resolver404, ValueError):
        return None
    if found.view_name in {"wagtailadmin_pages:edit", "wagtailadmin_pages:add"}:
        page = Page.objects.filter(pk=_key(found)).first()
        course = status.course_of(page) if page else None
        return course.pk if course else None
    if found.view_name == "wagtailsnippets_assessments_quiz:edit":
        return Quiz.objects.filter(pk=_key(found)).values_list("course", flat=True).first()
    return None


def _key(found: ResolverMatch) -> int:
    """The key in an address: of the page or quiz edited, or of the page below which one is made."""
    return key_of(list(found.kwargs.values())[-1])
