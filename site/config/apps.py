from django.apps import AppConfig
from django.conf import settings


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Lectern"

    def ready(self) -> None:
        if settings.REDIS_URL:
            # Else a web process would nudge Celery's own default broker, which nobody runs.
            from config import celery  # noqa: F401
