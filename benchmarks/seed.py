"""Run in a process of the site: `seed.py learners` or `seed.py catalogue 50`.

The demo site, and beside it courses of 10, 100 and 500 lessons which repeat the demo's lessons,
with learners who have finished half. Prints what the load needs to know.
"""

import json
import sys
from itertools import cycle, islice
from typing import Any

import django

SIZES = (10, 100, 500)
LEARNERS = 16
"""Of the longest course. The first one reads; the others complete lessons."""
FILMS = 8
"""That play in a row of heartbeats: two players of one film would get in each other's way."""
MODULE = 20
"""Lessons in a module."""


def learners() -> dict[str, Any]:
    from django.db import transaction

    from config.demo.loader import Loader

    with transaction.atomic():
        Loader().load()
        courses = {size: _course(size) for size in SIZES}
    return {
        "courses": {size: _course_facts(course) for size, course in courses.items()},
        "sessions": _learners(courses),
        "beats": _tokens(courses[max(courses)]),
    }


def _tokens(course: Any) -> list[list[str]]:
    """Proofs, for each of two rows, for films of an hour that the first learner began hours ago."""
    from uuid import uuid4

    from core import clock
    from course_pages import outline
    from learning.models import Enrolment
    from learning.watching.token import Token, milliseconds

    reader = Enrolment.objects.get(user__email="learner0@example.org", course=course)
    lesson = outline.load(course.live_release.outline_id).lessons[0]
    hours_ago = milliseconds(clock.now()) - 4 * 3_600_000
    return [
        [
            Token(
                user=reader.user_id,
                enrolment=reader.pk,
                lineage=lesson.lineage,
                era=lesson.era,
                release=course.live_release_id,
                video=str(uuid4()),
                duration_ms=3_600_000,
                percent=0,
                issued_ms=hours_ago,
            ).sign()
            for _film in range(FILMS)
        ]
        for _row in range(2)
    ]


def _course(size: int) -> Any:
    """A released course of `size` lessons below the catalogue."""
    from course_pages import releases
    from course_pages.models import Course, LessonPage, ModulePage

    models = list(LessonPage.objects.order_by("path"))
    page = blank_course(f"Of {size}")
    for index, model in enumerate(islice(cycle(models), size)):
        if index % MODULE == 0:
            title = f"Module {index // MODULE + 1}"
            module = page.add_child(instance=ModulePage(title=title))
        lesson = LessonPage(
            title=f"{model.title} {index + 1}",
            slug=f"lesson-{index + 1}",
            section=f"Section {index // 5 + 1}",
            minutes=model.minutes,
            body=json.dumps(list(model.body.raw_data)),
        )
        module.add_child(instance=lesson)
    course = Course.objects.get(lineage=page.translation_key)
    releases.release(course=course, by=None)
    course.refresh_from_db()
    return course


def blank_course(title: str) -> Any:
    """A page with a demo course's texts, picture, topics, level and instructors."""
    from course_pages.models import CataloguePage, CoursePage

    # Afresh: treebeard counts children on the instance.
    catalogue = CataloguePage.objects.get()
    models = CoursePage.objects.filter(image__isnull=False).order_by("path")[:4]
    model = models[catalogue.numchild % len(models)]
    page = CoursePage(
        title=title,
        summary=model.summary,
        image=model.image,
        level=model.level,
        outcomes=json.dumps(list(model.outcomes.raw_data)),
        body=json.dumps(list(model.body.raw_data)),
    )
    catalogue.add_child(instance=page)
    page.topics.set(model.topics.all())
    for row in model.course_instructors.all():
        page.course_instructors.create(instructor=row.instructor)
    page.save()
    return page


def _course_facts(course: Any) -> dict[str, Any]:
    from course_pages import outline
    from course_pages.models import CoursePage

    page = CoursePage.objects.get(translation_key=course.lineage)
    live = outline.load(course.live_release.outline_id)
    base = course.get_absolute_url()
    return {
        "page": page.get_url(),
        "home": base,
        "enrol": f"{base}-/enrol/",
        "lessons": [f"{base}{one.address}/" for one in live.lessons],
    }


def _learners(courses: dict[int, Any]) -> list[str]:
    """Their session keys. All are in the longest course, the first in every one."""
    from django.test import Client

    from accounts import people

    sessions = []
    for number in range(LEARNERS):
        user = people.create(
            email=f"learner{number}@example.org", name=f"Learner {number}", password=None, groups=[]
        )
        for size, course in courses.items():
            if number == 0 or size == max(courses):
                _half_done(user, course)
        client = Client()
        client.force_login(user, backend="accounts.backends.SignIn")
        sessions.append(client.cookies["sessionid"].value)
    return sessions


def _half_done(user: Any, course: Any) -> None:
    from course_pages import outline
    from learning.models import Enrolment, LessonCompletion
    from learning.services import enrolment

    enrolled = enrolment.enrol(user=user, course=course)
    lessons = outline.load(course.live_release.outline_id).lessons
    done = lessons[: len(lessons) // 2]
    LessonCompletion.objects.bulk_create(
        LessonCompletion(
            enrolment=enrolled,
            lineage=one.lineage,
            era=one.era,
            release=course.live_release,
            digest=one.digest,
            at=enrolled.enrolled_at,
        )
        for one in done
    )
    Enrolment.objects.filter(pk=enrolled.pk).update(
        done_count=len(done), last_lineage=done[-1].lineage, last_at=enrolled.enrolled_at
    )


def catalogue(number: int) -> dict[str, Any]:
    """So many released courses; those that are added show the outline of one that is there."""
    from django.db import transaction

    from course_pages.models import Course, CoursePage, Release

    there = Course.objects.filter(live_release__isnull=False).count()
    model = Release.objects.filter(lesson_count__lt=10).order_by("pk")[0]
    with transaction.atomic():
        for index in range(there, number):
            page = blank_course(f"Course {index}")
            course = Course.objects.get(lineage=page.translation_key)
            course.live_release = Release.objects.create(
                course=course,
                locale=model.locale,
                number=1,
                outline_id=model.outline_id,
                cause=model.cause,
                at=model.at,
                lesson_count=model.lesson_count,
                required_count=model.required_count,
                minutes=model.minutes,
            )
            course.dirty_since = course.dirty_at = None
            course.save()
    named = CoursePage.objects.filter(topics__isnull=False, level__isnull=False).first()
    return {"topic": named.topics.all()[0].slug, "level": named.level.slug}


if __name__ == "__main__":
    django.setup()
    made = learners() if sys.argv[1] == "learners" else catalogue(int(sys.argv[2]))
    print(json.dumps(made))
