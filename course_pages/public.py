"""What anybody may see of a course: its page, its released syllabus, its free previews."""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from wagtail.models import Page

from course_pages import outline, rendering
from course_pages.models.course import Course
from course_pages.models.pages import CoursePage, LessonPage, ModulePage
from course_pages.models.snippets import InstructorProfile
from course_pages.outline import Lesson, Outline


def released(lineage: Any) -> tuple[Course, Outline] | None:
    """The course row and live outline of a course page."""
    course = Course.objects.select_related("live_release").filter(lineage=lineage).first()
    if course is None or course.live_release is None:
        return None
    return course, outline.load(course.live_release.outline_id)


def lesson_url(course: Course, address: str) -> str:
    """A lesson's address in the player."""
    return _lesson_url(course.slug, address)


@lru_cache(maxsize=4096)
def _lesson_url(slug: str, address: str) -> str:
    return reverse("learning:lesson", args=[slug, address])


def course_context(page: CoursePage, request: HttpRequest) -> dict[str, Any]:
    """The released syllabus and facts; the unreleased tree never."""
    found = released(page.translation_key)
    instructors = page.instructors
    facts: dict[str, Any] = {"course": None, "instructors": instructors}
    if found is None:
        return facts | {"syllabus": syllabus_html([], 0, 0), "json_ld": ""}
    course, live = found
    return facts | {
        "course": course,
        "json_ld": json_ld(page, page.get_full_url(request), live, instructors),
        "syllabus": _released_syllabus(live_digest(course), course.slug, get_language() or ""),
        "lesson_count": len(live.lessons),
        "minutes": live.minutes,
        "certificate": live.certificate is not None,
    }


def live_digest(course: Course) -> str:
    """The outline that learners and visitors see."""
    assert course.live_release is not None
    return course.live_release.outline_id


@lru_cache(maxsize=64)
def _released_syllabus(outline_digest: str, slug: str, language: str) -> SafeString:
    """Rendered once: a long one is most of a course's page."""
    course = Course(slug=slug)
    context = syllabus_context(
        outline.load(outline_digest), lambda lesson: lesson_url(course, lesson.address)
    )
    return SafeString(context["syllabus"])


def syllabus_context(
    live: Outline, url_of: Callable[[Lesson], str], *, only: str | None = None
) -> dict[str, Any]:
    """The syllabus, or the part of it that is one module; free previews are linked."""
    syllabus: list[dict[str, Any]] = [
        {
            "number": number,
            "title": module.title,
            "minutes": sum(lesson.minutes for lesson in module.lessons),
            "lessons": [_line(lesson, url_of) for lesson in module.lessons],
        }
        for number, module in enumerate(live.modules, start=1)
        if only in (None, module.lineage)
    ]
    lesson_count = sum(len(module["lessons"]) for module in syllabus)
    minutes = sum(module["minutes"] for module in syllabus)
    return {
        "syllabus": syllabus_html(syllabus, lesson_count, minutes),
        "lesson_count": lesson_count,
        "minutes": minutes,
    }


def syllabus_html(syllabus: list[dict[str, Any]], lesson_count: int, minutes: int) -> SafeString:
    context = {"syllabus": syllabus, "lesson_count": lesson_count, "minutes": minutes}
    return render_to_string("course_pages/_syllabus.html", context)


def _line(lesson: Lesson, url_of: Callable[[Lesson], str]) -> dict[str, Any]:
    return {
        "title": lesson.title,
        "section": lesson.section,
        "minutes": lesson.minutes,
        "required": lesson.required,
        "free_preview": lesson.free_preview,
        "url": url_of(lesson) if lesson.free_preview else None,
    }


def json_ld(
    page: CoursePage, url: str | None, live: Outline, instructors: list[InstructorProfile]
) -> SafeString:
    """schema.org `Course` with its instance, as JSON that is safe inside a script element."""
    data = {
        "@context": "https://schema.org",
        "@type": "Course",
        "name": page.title,
        "description": page.description,
        "url": url,
        "inLanguage": settings.LANGUAGE_CODE,
        "provider": {
            "@type": "Organization",
            "name": settings.WAGTAIL_SITE_NAME,
            "url": settings.BASE_URL,
        },
        "syllabusSections": [
            {"@type": "Syllabus", "name": module.title, "timeRequired": _duration(module.lessons)}
            for module in live.modules
        ],
        "hasCourseInstance": {
            "@type": "CourseInstance",
            "courseMode": "Online",
            "courseWorkload": _duration(live.lessons),
            "instructor": [{"@type": "Person", "name": one.name} for one in instructors],
        },
    }
    text = json.dumps(data, ensure_ascii=False)
    for character, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(character, escaped)
    return mark_safe(text)  # noqa: S308 - escaped above


def _duration(lessons: tuple[Lesson, ...]) -> str:
    """ISO 8601, e.g. PT90M."""
    return f"PT{sum(lesson.minutes for lesson in lessons)}M"


def is_free_preview(page: LessonPage) -> bool:
    """Whether the *released* lesson is free: a tick on the page alone opens nothing."""
    found = _released_lesson(page)
    return found is not None and found[1].free_preview


def _released_lesson(page: LessonPage) -> tuple[Course, Lesson, Outline] | None:
    course_page = _course_page(page)
    found = released(course_page.translation_key) if course_page and course_page.live else None
    if found is None:
        return None
    course, live = found
    lesson = live.by_lineage.get(str(page.translation_key))
    return (course, lesson, live) if lesson else None


def _course_page(page: Page) -> CoursePage | None:
    return CoursePage.objects.filter(path=page.path[: 4 * Page.steplen]).first()


def serve_lesson(page: LessonPage, request: HttpRequest) -> HttpResponse:
    """A lesson's Wagtail address: free previews are readable; others lead to the course page."""
    course_page = _course_page(page)
    if course_page is None or not course_page.live:
        raise Http404
    found = _released_lesson(page)
    if found is None or not found[1].free_preview:
        return HttpResponseRedirect(course_page.get_url(request) or "/")
    course, lesson, live = found
    following = live.neighbours(lesson.lineage)[1]
    return TemplateResponse(
        request,
        "course_pages/lesson_preview.html",
        {
            "page": page,
            "lesson": lesson,
            "body": lesson_html(course, lesson),
            "course_title": live.title,
            "page_url_of_course": course_page.get_url(request),
            "course_page": course_page,
            "next": {"title": following.title, "url": lesson_url(course, following.address)}
            if following
            else None,
        },
    )


def lesson_html(course: Course, lesson: Lesson) -> SafeString:
    """The lesson's released body, links and files resolved for this course."""
    return _lesson_html(live_digest(course), course.slug, lesson.address, get_language() or "")


@lru_cache(maxsize=128)
def _lesson_html(outline_digest: str, slug: str, address: str, language: str) -> SafeString:
    course = Course(slug=slug)
    live = outline.load(outline_digest)
    lesson = live.by_address[address]

    def url_of(lineage: str) -> str | None:
        target = live.by_lineage.get(lineage)
        return lesson_url(course, target.address) if target else None

    def file_url(document: int) -> str:
        return reverse("learning:file", args=[slug, address, document])

    return rendering.resolve(
        rendering.body_html(lesson.digest),
        lesson_url=url_of,
        file_url=file_url,
        quiz_url=lambda lineage: f"{lesson_url(course, lesson.address)}quiz/{lineage}/",
        media_url=lambda uid: reverse("learning:media", args=[slug, address, uid]),
    )


def serve_module(page: ModulePage, request: HttpRequest) -> HttpResponse:
    """Modules have no page of their own: back to the course."""
    parent = page.get_parent()
    if not parent.live:
        raise Http404
    return HttpResponseRedirect(parent.get_url(request) or "/")
