from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "learning"
    verbose_name = "Learning"

    def ready(self) -> None:
        from course_pages import registries
        from learning import handlers, previews  # noqa: F401
        from learning.models import learners_of_course

        registries.previews |= {"course": previews.course, "lesson": previews.lesson}
        registries.learners["learners_enrolled"] = learners_of_course()
