from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"

    def ready(self) -> None:
        from datetime import timedelta

        from core import schedule
        from messaging import sent

        schedule.every(timedelta(hours=24), "forget-sent-mails")(sent.forget)
