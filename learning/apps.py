from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "learning"
    verbose_name = "Learning"

    def ready(self) -> None:
        from core import short_ways
        from course_pages import registries
        from learning import beats, handlers, previews  # noqa: F401
        from learning.models import learners_of_course

        short_ways.open_way(beats.PATH, beats.beat)
        registries.previews |= {"course": previews.course, "lesson": previews.lesson}
        registries.learners["learners_enrolled"] = learners_of_course()
