"""Pages about the site itself."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_safe

from core import samples


@require_GET
def robots(request: HttpRequest) -> HttpResponse:
    """Crawlers: the public face only."""
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /account/",
        "Disallow: /learn/",
        "Disallow: /my/",
        "Allow: /",
        f"Sitemap: {settings.BASE_URL}/sitemap.xml",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=86400)
def favicon(request: HttpRequest) -> HttpResponse:
    """For those who ask for an icon without reading the page, which names it."""
    return redirect(static("images/mark.svg"))


@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component, for people who build pages here."""
    if not request.user.has_perm("wagtailadmin.access_admin"):
        raise PermissionDenied
    return render(request, "core/styleguide.html", samples.style_guide())
