"""Courses as editors make them: pages published in the tree, then released."""

import json
import uuid
from typing import Any

from django.db import connection
from wagtail.models import Page
from wagtail_factories import PageFactory

from course_pages import releases
from course_pages.models import CataloguePage, Course, CoursePage, LessonPage, ModulePage
from home.models import HomePage


class HomePageFactory(PageFactory):
    title = "Home"
    slug = "lectern"

    class Meta:
        model = HomePage


class CataloguePageFactory(PageFactory):
    title = "Courses"
    slug = "courses"

    class Meta:
        model = CataloguePage


class CoursePageFactory(PageFactory):
    title = "A course"

    class Meta:
        model = CoursePage


class ModulePageFactory(PageFactory):
    title = "A module"

    class Meta:
        model = ModulePage


class LessonPageFactory(PageFactory):
    title = "A lesson"

    class Meta:
        model = LessonPage


def text_block(text: str) -> dict[str, Any]:
    """One block of the type `text`."""
    return {"type": "text", "value": f"<p>{text}</p>", "id": str(uuid.uuid4())}


def home() -> HomePage:
    """The home page at the root of the default site."""
    from config.site_tree import ensure_home

    return ensure_home()


def catalogue() -> CataloguePage:
    from config.site_tree import ensure_catalogue

    return ensure_catalogue(home())


def course_page(title: str = "A course", **fields: Any) -> CoursePage:
    """A published course page without modules."""
    page = CoursePageFactory(parent=catalogue(), title=title, **fields)
    page.save_revision().publish()
    return CoursePage.objects.get(pk=page.pk)


def module(parent: Page, title: str = "A module") -> ModulePage:
    # A fresh parent: treebeard counts children on the instance.
    return ModulePageFactory(parent=Page.objects.get(pk=parent.pk).specific, title=title)


def lesson(parent: Page, title: str = "A lesson", **fields: Any) -> LessonPage:
    """A published lesson with one block of text."""
    body = fields.pop("body", [text_block(f"What {title} teaches.")])
    return LessonPageFactory(
        parent=Page.objects.get(pk=parent.pk).specific,
        title=title,
        body=LessonPage._meta.get_field("body").stream_block.to_python(body),
        **fields,
    )


def course(
    modules: int = 2,
    lessons: int = 3,
    *,
    title: str = "A course",
    release: bool = True,
    **fields: Any,
) -> Course:
    """A course of `modules` × `lessons` lessons, "Lesson 1.1" and so on; released by default."""
    page = course_page(title, **fields)
    for number in range(1, modules + 1):
        parent = module(page, f"Module {number}")
        for index in range(1, lessons + 1):
            lesson(parent, f"Lesson {number}.{index}")
    made = Course.objects.get(lineage=page.translation_key)
    if release:
        releases.release(course=made, by=None)
        made.refresh_from_db()
    return made


def lesson_page(course: Course, title: str) -> LessonPage:
    """The page of a lesson by its title."""
    page = CoursePage.objects.get(translation_key=course.lineage)
    return LessonPage.objects.descendant_of(page).get(title=title)


def edit(page: Page, *, publish: bool = True, **changes: Any) -> Page:
    """Change a page as an editor does: a revision, published or left as a draft."""
    latest = page.get_latest_revision_as_object()
    for name, value in changes.items():
        setattr(latest, name, value)
    revision = latest.save_revision()
    if publish:
        revision.publish()
    return Page.objects.get(pk=page.pk).specific


def many_modules(course: Course, number: int) -> None:
    """`number` more published, empty modules, written in bulk."""
    page = CoursePage.objects.get(translation_key=course.lineage)
    template = ModulePage.objects.child_of(page).first()
    assert template is not None
    stored = _many_pages(page, template, number, "module")
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO course_pages_modulepage (page_ptr_id, summary, needs)"
            " VALUES (%s, '', '[]')",
            [(pk,) for pk in stored],
        )


def many_lessons(course: Course, number: int, parent: Page | None = None) -> None:
    """`number` more published lessons in a module (the course's first), written in bulk."""
    page = CoursePage.objects.get(translation_key=course.lineage)
    parent = parent or page.get_children().first()
    template = LessonPage.objects.descendant_of(page).first()
    assert parent is not None
    assert template is not None
    stored = _many_pages(parent, template, number, "many")
    body = json.dumps([text_block("One of many.")])
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO course_pages_lessonpage"
            " (page_ptr_id, summary, section, required, free_preview, minutes, completion, era,"
            " watch_percent, body)"
            " VALUES (%s, '', '', 1, 0, 5, 'done', 1, 90, %s)",
            [(pk, body) for pk in stored],
        )


def _many_pages(parent: Page, template: Page, number: int, name: str) -> list[int]:
    """Keys of new children of `parent`, without the rows of their own type."""
    start = Page.objects.get(pk=parent.pk).numchild
    pages = []
    for index in range(number):
        title, slug = f"{name.title()} {index}", f"{name}-{index}"
        pages.append(
            Page(
                path=Page._get_path(parent.path, parent.depth + 1, start + index + 1),
                depth=parent.depth + 1,
                numchild=0,
                title=title,
                draft_title=title,
                slug=slug,
                url_path=f"{parent.url_path}{slug}/",
                content_type_id=template.content_type_id,
                live=True,
                locale_id=template.locale_id,
                translation_key=uuid.uuid4(),
            )
        )
    Page.objects.bulk_create(pages)
    Page.objects.filter(pk=parent.pk).update(numchild=start + number)
    paths = [one.path for one in pages]
    return list(Page.objects.filter(path__in=paths).values_list("pk", flat=True))
