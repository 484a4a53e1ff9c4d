"""The pages that every Lectern site begins with; each call finds or makes."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from wagtail.models import Page, Site

from course_pages.models import CataloguePage
from home.models import HomePage, LandingPage, SiteSettings


def ensure_home(title: str = "Home") -> HomePage:
    """The home page at the root of the one site; replaces Wagtail's welcome page."""
    home = HomePage.objects.first()
    if home is None:
        root = Page.get_first_root_node()
        assert root is not None
        home = root.add_child(instance=HomePage(title=title, slug="lectern"))
        home.save_revision().publish()
    address = urlsplit(settings.BASE_URL)
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    site.root_page = home
    site.hostname = address.hostname or "localhost"
    site.port = address.port or (443 if address.scheme == "https" else 80)
    site.site_name = settings.WAGTAIL_SITE_NAME
    site.save()
    Page.objects.filter(depth=2, content_type__model="page").delete()
    return HomePage.objects.get(pk=home.pk)


def ensure_catalogue(home: HomePage, title: str = "Courses", summary: str = "") -> CataloguePage:
    """The catalogue at /courses/."""
    catalogue = CataloguePage.objects.first()
    if catalogue is None:
        catalogue = home.add_child(
            instance=CataloguePage(title=title, slug="courses", summary=summary, show_in_menus=True)
        )
        catalogue.save_revision().publish()
    return catalogue


def ensure_landing_page(home: HomePage, slug: str, **fields: Any) -> LandingPage:
    """A landing page below home."""
    page = LandingPage.objects.child_of(home).filter(slug=slug).first()
    if page is None:
        page = home.add_child(instance=LandingPage(slug=slug, **fields))
        page.save_revision().publish()
    return page


def point_footer(**pages: Page) -> None:
    """Fill the site settings' imprint, privacy and contact where they are empty."""
    site = Site.objects.get(is_default_site=True)
    current = SiteSettings.for_site(site)
    for name, page in pages.items():
        if getattr(current, f"{name}_id") is None:
            setattr(current, name, page)
    current.save()
