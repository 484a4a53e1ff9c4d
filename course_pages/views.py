"""Public pages that are not in the page tree."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from core import shared_pages
from course_pages import catalogue
from course_pages.models import InstructorProfile


@shared_pages.shared
def instructor(request: HttpRequest, slug: str) -> HttpResponse:
    """An instructor and the courses they teach."""
    profile = get_object_or_404(InstructorProfile.objects.select_related("photo"), slug=slug)
    pages = catalogue.published().filter(course_instructors__instructor=profile).order_by("path")
    shown = {"instructor": profile, "courses": catalogue.cards(pages)}
    page = render(request, "course_pages/instructor.html", shown)
    return page if request.GET else shared_pages.offer(page)
