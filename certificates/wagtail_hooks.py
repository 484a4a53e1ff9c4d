"""Designs and certificates in Wagtail's admin."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from certificates.authoring.viewsets import DeleteDesigns, DesignPolicy, DesignViewSet
from certificates.models import CertificateDesign
from certificates.staff import hooks as staff_hooks


class CertificatesGroup(SnippetViewSetGroup):
    menu_label = _("Certificates")
    menu_icon = "certificate"
    menu_order = 245
    items = (DesignViewSet,)

    def get_submenu_items(self) -> list[Any]:
        return [*super().get_submenu_items(), *staff_hooks.entries()]


register_permission_policy(CertificateDesign, DesignPolicy(CertificateDesign))
register_snippet(CertificatesGroup)


@hooks.register("register_icons")
def icons(known: list[str]) -> list[str]:
    return [*known, "wagtailadmin/icons/certificate.svg"]


# After Wagtail's own for all snippets, in whose place it stands.
hooks.register("register_bulk_action", DeleteDesigns, order=1)
