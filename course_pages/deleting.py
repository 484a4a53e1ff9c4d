"""Deleting pages that learners hold something on takes a second step."""

from collections.abc import Iterable

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from wagtail.models import Page

from course_pages import registries
from course_pages.registries import Holding

CONFIRMED = "learners_keep_their_records"


def held_on(pages: Iterable[Page]) -> list[Holding]:
    """What learners hold on these pages and all below them."""
    below = Q(pk__in=[])
    for page in pages:
        below |= Q(path__startswith=page.path)
    keys = Page.objects.filter(below).values_list("translation_key", flat=True)
    return registries.holdings_of({str(key) for key in keys})


def ask(request: HttpRequest, pages: list[Page]) -> HttpResponse | None:
    """The page that asks once more, while learners hold something and nobody has confirmed it.

    Called for the POST that would delete; what it carried goes on with the confirmation.
    """
    if request.method != "POST" or request.POST.get(CONFIRMED):
        return None
    holdings = held_on(pages)
    if not holdings:
        return None
    carried = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in {"csrfmiddlewaretoken", CONFIRMED}
        for value in values
    ]
    context = {
        "pages": pages,
        "holdings": holdings,
        "carried": carried,
        "confirmed": CONFIRMED,
        "submit_url": request.get_full_path(),
    }
    return render(request, "course_pages/admin/confirm_delete.html", context)
