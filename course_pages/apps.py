from django.apps import AppConfig


class CoursePagesConfig(AppConfig):
    name = "course_pages"
    verbose_name = "Courses"

    def ready(self) -> None:
        from core import shared_pages
        from course_pages import jobs, permissions, signals  # noqa: F401
        from course_pages.imports import worker  # noqa: F401

        permissions.register()
        shared_pages.renew_with(*signals.SHOWN_TO_EVERYBODY)
