from django.apps import AppConfig


class CoursePagesConfig(AppConfig):
    name = "course_pages"
    verbose_name = "Courses"

    def ready(self) -> None:
        from course_pages import jobs, signals  # noqa: F401
