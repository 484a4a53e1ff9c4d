"""Home, landing pages, and what belongs to the site as a whole."""

from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, PageChooserPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import GroupSitePermission, Page
from wagtail.permission_policies.sites import SitePermissionPolicy

from core.pages import BasePage
from core.streamfield import SlimStreamField
from home.blocks import LandingBody


class HomePage(BasePage):
    """The front door."""

    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["home.LandingPage", "course_pages.CataloguePage"]
    template = "home/home_page.html"

    body = SlimStreamField(LandingBody(), verbose_name=_("content"), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("summary"), FieldPanel("body")]

    class Meta:
        verbose_name = _("home page")


class LandingPage(BasePage):
    """A page that marketing builds; imprint, privacy and contact are such pages too."""

    parent_page_types = ["home.HomePage", "home.LandingPage"]
    subpage_types = ["home.LandingPage"]
    template = "home/landing_page.html"

    body = SlimStreamField(LandingBody(), verbose_name=_("content"), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("summary"), FieldPanel("body")]

    class Meta:
        verbose_name = _("landing page")


class OneSitePolicy(SitePermissionPolicy):
    """The right on the settings decides: there is one site, and no statement asks for others."""

    def get_all_permissions_for_user(self, user: Any) -> QuerySet[GroupSitePermission]:
        none: QuerySet[GroupSitePermission] = GroupSitePermission.objects.none()
        return none


@register_setting(icon="site")
class SiteSettings(BaseSiteSetting):
    """The pages that every page links to."""

    tagline = models.CharField(_("line in the footer"), max_length=200, blank=True)
    imprint = models.ForeignKey(
        Page,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("imprint"),
    )
    privacy = models.ForeignKey(
        Page,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("privacy"),
    )
    contact = models.ForeignKey(
        Page,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("contact"),
    )

    panels = [
        FieldPanel("tagline"),
        PageChooserPanel("imprint"),
        PageChooserPanel("privacy"),
        PageChooserPanel("contact"),
    ]

    class Meta:
        verbose_name = _("site settings")

    @classmethod
    def get_permission_policy(cls) -> SitePermissionPolicy:
        return OneSitePolicy(cls)
