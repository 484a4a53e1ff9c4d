"""Every address of the site."""

from django.conf import settings
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path, re_path
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.contrib.sitemaps import Sitemap
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.views import serve as serve_page

from core import health, shared_pages

handler400 = "core.errors.bad_request"
handler403 = "core.errors.permission_denied"
handler404 = "core.errors.page_not_found"

# Public pictures, where no web server stands in front: development and the demo.
served = settings.DEBUG or getattr(settings, "DEMO_MODE", False)
media = (
    [path("media/<path:path>", serve, {"document_root": settings.MEDIA_ROOT}, name="media")]
    if served
    else []
)

urlpatterns = [
    path("health/live/", health.live, name="health-live"),
    path("health/ready/", health.ready, name="health-ready"),
    path("account/", include("accounts.urls")),
    path("account/", include("allauth.urls")),
    path("mailbox/", include("messaging.urls")),
    path("admin/", include("accounts.admin_urls")),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("sitemap.xml", sitemap, {"sitemaps": {"pages": Sitemap}}, name="sitemap"),
    path("", include("core.urls")),
    path("", include("assets.urls")),
    path("", include("course_pages.urls")),
    path("", include("assessments.urls")),
    path("", include("certificates.urls")),
    path("", include("commerce.urls")),
    path("", include("learning.urls")),
    *media,
    re_path(wagtail_urls.serve_pattern, shared_pages.shared(serve_page), name="wagtail_serve"),
    path("", include(wagtail_urls)),
]
