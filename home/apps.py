from django.apps import AppConfig
from django.db.models.signals import post_save


class HomeConfig(AppConfig):
    name = "home"

    def ready(self) -> None:
        from core import shared_pages
        from home import footer
        from home.models import SiteSettings

        shared_pages.renew_with(SiteSettings)
        post_save.connect(footer.forget, sender=SiteSettings)
