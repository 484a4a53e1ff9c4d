"""Our own screens and fragments in the Wagtail admin."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from wagtail.models import Page

from course_pages import status


@require_GET
@never_cache
def release_status(request: HttpRequest, page_id: int) -> HttpResponse:
    """The line at the top of the editor, asked for again while learners wait for a release."""
    page = get_object_or_404(Page, pk=page_id).specific
    if not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    return render(
        request,
        "course_pages/admin/release_status.html",
        {"status": status.of_page(page), "page": page},
    )
