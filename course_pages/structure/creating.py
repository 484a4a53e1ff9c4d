"""A new course from a template: pages as drafts, the course's row, its maker as its teacher."""

import json
import uuid

from django.db import transaction

from accounts.models import User
from course_pages import courses
from course_pages.models import CataloguePage, Course, CoursePage, LessonPage, ModulePage
from course_pages.structure.actions import add_page
from course_pages.structure.templates import CourseTemplate, body


@transaction.atomic
def create(*, catalogue: CataloguePage, title: str, template: CourseTemplate, by: User) -> Course:
    """The course with all of the template, seen by nobody but those who may edit it."""
    # Two courses of one title must not take the same address.
    parent = CataloguePage.objects.select_for_update().get(pk=catalogue.pk)
    page = add_page(parent, CoursePage(title=title), by)
    for part in template.modules:
        module = add_page(page, ModulePage(title=str(part.title)), by)
        for lesson in part.lessons:
            blocks = [one | {"id": str(uuid.uuid4())} for one in body(lesson.parts)]
            add_page(
                module,
                LessonPage(
                    title=str(lesson.title), minutes=lesson.minutes, body=json.dumps(blocks)
                ),
                by,
            )
    course = Course.objects.get(lineage=page.translation_key)
    courses.add_teacher(course=course, user=by, by=by)
    return course
