from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"
    verbose_name = "Assessments"

    def ready(self) -> None:
        from assessments import handlers  # noqa: F401
        from assessments.staff import handlers as staff_handlers  # noqa: F401
