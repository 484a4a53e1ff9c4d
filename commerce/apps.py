from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommerceConfig(AppConfig):
    name = "commerce"
    verbose_name = _("Commerce")

    def ready(self) -> None:
        from commerce import choosing, handlers, islands, webhook  # noqa: F401
        from core import short_ways

        short_ways.open_way(webhook.PATH, webhook.webhook)
