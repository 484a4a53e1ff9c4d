from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Lectern core"

    def ready(self) -> None:
        from core import connections  # noqa: F401 - a receiver
