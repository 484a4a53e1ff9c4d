from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommerceConfig(AppConfig):
    name = "commerce"
    verbose_name = _("Commerce")

    def ready(self) -> None:
        from commerce import choosing, handlers, islands, webhook  # noqa: F401
        from commerce.models import Offer, OfferCourse, Price
        from core import shared_pages, short_ways

        shared_pages.renew_with(Offer, OfferCourse, Price)
        short_ways.open_way(webhook.PATH, webhook.webhook)
