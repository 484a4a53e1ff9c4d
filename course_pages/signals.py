"""Page changes → dirty marks; new course pages → course rows."""

from typing import Any

from django.core.cache import cache
from django.db.models.signals import post_delete, post_save, pre_delete
from django.dispatch import receiver
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.signals import post_page_move, pre_page_move

from assets import news
from assets.models import Caption, Image, Video
from core import shared_pages
from course_pages import catalogue, courses, marks
from course_pages.models.course import Course
from course_pages.models.pages import CoursePage
from course_pages.models.snippets import InstructorProfile, Level, Topic

# What public pages show of these apps and below; `core.shared_pages`.
SHOWN_TO_EVERYBODY = (
    Page,
    PageViewRestriction,
    Site,
    Image,
    Course,
    Topic,
    Level,
    InstructorProfile,
)


@receiver(post_save)
def page_saved(sender: type, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    if raw or not isinstance(instance, Page) or instance.depth < marks.COURSE_DEPTH:
        return
    if isinstance(instance, CoursePage):
        courses.ensure(instance)
    marks.mark_path(instance.path)


@receiver(pre_delete)
def page_deleted(sender: type, instance: Any, **kwargs: Any) -> None:
    if isinstance(instance, Page) and instance.depth >= marks.COURSE_DEPTH:
        marks.mark_path(instance.path)


@receiver(pre_page_move)
def page_leaves(sender: type, instance: Page, **kwargs: Any) -> None:
    marks.mark_path(instance.path)


@receiver(post_page_move)
def page_arrives(sender: type, instance: Page, **kwargs: Any) -> None:
    shared_pages.renew()
    marks.mark_path(instance.path)


@receiver(post_save, sender=Video)
def video_changed(sender: type, instance: Video, raw: bool = False, **kwargs: Any) -> None:
    """What the next release pins of it may differ."""
    if not raw:
        marks.mark_users_of(instance)


@receiver(news.settled)
def video_settled(sender: type, pk: int, **kwargs: Any) -> None:
    """A release that waited for it is due."""
    marks.mark_users_of(Video(pk=pk))


@receiver([post_save, post_delete], sender=Caption)
def captions_changed(sender: type, instance: Caption, raw: bool = False, **kwargs: Any) -> None:
    if not raw:
        marks.mark_users_of(instance.video)


@receiver([post_save, post_delete], sender=Topic)
@receiver([post_save, post_delete], sender=Level)
def filters_changed(sender: type, **kwargs: Any) -> None:
    cache.delete(catalogue.FILTERS)
