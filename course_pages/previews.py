"""What previews show: the drafted course through a persona's eyes. Writes nothing.

The visitor's faces are made here. The learner's are made by the app that has the player: it fills
`registries.previews`.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from course_pages import (
    content,
    drafts,
    outline,
    permissions,
    public,
    registries,
    rendering,
    videos,
)
from course_pages.content import LessonSource, Pins
from course_pages.drafts import Draft, DraftPage
from course_pages.models.course import Course
from course_pages.models.pages import CoursePage, LessonPage, ModulePage
from course_pages.outline import Lesson, Outline
from course_pages.personas import Persona


@dataclass(frozen=True)
class Choice:
    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Preview:
    """One look at a drafted course; `module` narrows the course's home to one part."""

    draft: Draft
    persona: Persona
    lesson: Lesson | None = None
    module: str | None = None
    in_panel: bool = False

    @property
    def outline(self) -> Outline:
        return self.draft.outline

    @property
    def page(self) -> DraftPage:
        """The page that is looked at."""
        return self.draft.pages[self.lesson.lineage] if self.lesson else self.draft.course

    @property
    def home_url(self) -> str:
        return self._url(None, self.persona)

    def lesson_url(self, lesson: Lesson) -> str:
        return self._url(lesson, self.persona)

    def _url(self, lesson: Lesson | None, persona: Persona) -> str:
        """In the walk; a page that was never saved cannot be walked to."""
        course = self.draft.course.pk
        if course is None or (lesson and self.draft.pages[lesson.lineage].pk is None):
            return "#"
        url = (
            reverse("course_admin:walk_lesson", args=[course, lesson.lineage])
            if lesson
            else reverse("course_admin:walk", args=[course])
        )
        return f"{url}?{urlencode({'as': persona.value})}"

    # The bar above the page

    @property
    def has_bar(self) -> bool:
        """The editor's panel has a switch of its own."""
        return not self.in_panel and self.draft.course.pk is not None

    @property
    def personas(self) -> list[Choice]:
        return [
            Choice(str(one.label), self._url(self.lesson, one), one is self.persona)
            for one in Persona
        ]

    @property
    def status(self) -> str:
        """How far the page that is looked at is from learners."""
        if not self.page.live:
            return _("Draft")
        return _("Changed since it was published") if self.page.edited else _("Published")

    @property
    def status_kind(self) -> str:
        return "accent" if self.page.live and not self.page.edited else "warning"

    @property
    def edit_url(self) -> str | None:
        return reverse("wagtailadmin_pages:edit", args=[self.page.pk]) if self.page.pk else None

    @property
    def leave_url(self) -> str:
        return reverse("wagtailadmin_explore", args=[self.draft.course.pk])

    # What stands in the page

    def lesson_html(self) -> SafeString:
        """The body by the same rendering as a release; links stay inside the drafted course."""
        assert self.lesson is not None

        def url_of(lineage: str) -> str | None:
            target = self.outline.by_lineage.get(lineage)
            return self.lesson_url(target) if target else None

        def file_url(document: int) -> str:
            return reverse("course_admin:walk_file", args=[self.draft.course.pk, document])

        def media_url(uid: str) -> str:
            return reverse("course_admin:walk_media", args=[self.draft.course.pk, uid])

        source = LessonSource(self.page.lineage, self.page.title, self.page.raw or [])
        if self.in_panel:
            pins = Pins(videos=videos.pin(videos.chosen_in(source.raw)))
            normalised = content.normalise(source.raw, self.draft.lineages, source.lineage, pins)
            html = rendering.with_even_headings(rendering.render_raw(normalised))
        else:
            html = rendering.draft_html(
                content.freeze(source, self.draft.lineages, content.pins_of([source.raw]))
            )
        return rendering.resolve(
            html,
            lesson_url=url_of,
            file_url=file_url,
            quiz_url=lambda _lineage: None,
            media_url=media_url,
        )


def of_page(
    page: CoursePage | ModulePage | LessonPage, request: HttpRequest, mode: str | None
) -> HttpResponse:
    """Wagtail's preview: the page as it stands in the form, the rest of the course as drafted."""
    draft = drafts.around(page, in_form=getattr(request, "is_editing", False))
    if draft is None:
        return private(TemplateResponse(request, "course_pages/preview_missing.html"))
    lineage = str(page.translation_key)
    if not permissions.edits_below(getattr(request, "user", None), drafts.course_path(page)):
        draft = drafts.released(draft, lineage, _live_outline(draft))
    preview = Preview(
        draft,
        Persona.named(mode),
        lesson=draft.outline.by_lineage.get(lineage),
        module=lineage if isinstance(page, ModulePage) else None,
        in_panel=getattr(request, "in_preview_panel", False),
    )
    course = page if isinstance(page, CoursePage) else None
    return private(show(preview, request, course))


def _live_outline(draft: Draft) -> Outline | None:
    course = Course.objects.filter(lineage=draft.course.lineage).select_related("live_release")
    found = course.first()
    return outline.load(found.live_release.outline_id) if found and found.live_release else None


def show(preview: Preview, request: HttpRequest, course: CoursePage | None = None) -> HttpResponse:
    """The page as this persona would see it."""
    if preview.persona.studies:
        kind = "lesson" if preview.lesson else "course"
        return registries.previews[kind](request, preview)
    if preview.lesson:
        return _lesson_for_visitors(preview, request)
    return _course_for_visitors(preview, request, course)


def _course_for_visitors(
    preview: Preview, request: HttpRequest, course: CoursePage | None
) -> HttpResponse:
    context = {
        "preview": preview,
        "messages": (),
        "page": course,
        "instructors": course.instructors if course else [],
        "course_title": preview.outline.title,
        "page_url_of_course": preview.home_url,
    } | public.syllabus_context(preview.outline, preview.lesson_url, only=preview.module)
    template = "course_page" if course and not preview.module else "module_preview"
    return TemplateResponse(request, f"course_pages/{template}.html", context)


def _lesson_for_visitors(preview: Preview, request: HttpRequest) -> HttpResponse:
    lesson = preview.lesson
    assert lesson is not None
    context: dict[str, Any] = {
        "preview": preview,
        "messages": (),
        "lesson": lesson,
        "course_title": preview.outline.title,
        "page_url_of_course": preview.home_url,
    }
    if not lesson.free_preview:
        return TemplateResponse(request, "course_pages/lesson_closed_preview.html", context)
    context["body"] = preview.lesson_html()
    return TemplateResponse(request, "course_pages/lesson_preview.html", context)


def private(response: HttpResponse) -> HttpResponse:
    """No robot and no cache keeps a draft."""
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "private, no-store"
    return response
