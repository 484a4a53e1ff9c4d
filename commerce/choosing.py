"""Choosing an offer in the editor of pages."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.chooser import ChooserViewSet

from commerce.models import Offer


class OfferChooserViewSet(ChooserViewSet):
    """Lists what can be shown: what is not archived, and no course that is not released yet."""

    model = Offer
    icon = "tag"
    choose_one_text = _("Choose an offer")
    choose_another_text = _("Choose another offer")

    @staticmethod
    def get_object_list() -> QuerySet[Offer]:
        unreleased = Offer.objects.filter(courses__live_release=None)
        return Offer.objects.filter(archived_at=None).exclude(pk__in=unreleased)


@hooks.register("register_admin_viewset")
def offer_chooser() -> Any:
    # The name by which core.blocks.choosers finds it.
    return OfferChooserViewSet("commerce_offer_chooser", url_prefix="offers/choose")
