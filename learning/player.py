"""A lesson in the player: a page that is finished once, with room for what is its learner's own."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.dispatch import receiver
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.autoreload import file_changed
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from core.frames import Frame
from core.templatetags.ui import kept
from course_pages import outline as outlines
from course_pages import rendering
from course_pages.models import Course, Release
from course_pages.outline import Lesson, Outline
from course_pages.public import lesson_html, live_digest
from learning import films, pages
from learning.pages import Study
from learning.services import progress
from learning.services.access import Seat
from learning.services.progress import Progress

# What is the learner's own on a lesson's page.
OWN = ("alerts", "bar", "control", "csrf_token", "modules", "turns")


def lesson(
    seat: Seat, *, csrf_token: str, messages: Iterable[Any] = (), moved: bool = False
) -> SafeString:
    """The page: one query, whatever the course's size.

    Whoever `moved` there from another lesson has the outline, and gets of it what changes.
    """
    study = pages.study(seat)
    own = {
        "bar": bar(study.progress, out_of_band=moved),
        "control": control(seat, study.progress, csrf_token=csrf_token),
        "csrf_token": SafeString(csrf_token),
        "turns": turns(study, seat.lesson),
    }
    if moved:
        own["modules"] = pages.moved_to(study, seat.lesson)
    else:
        own |= {"alerts": alerts(messages), "modules": pages.around(study, seat.lesson)}
    known_by = seat.course.slug, seat.lesson.address, get_language() or ""
    return _frame(live_digest(seat.course), *known_by, moved).fill(**own)


def completed(seat: Seat, measured: Progress, *, csrf_token: str) -> SafeString:
    """The "mark complete" control, and what else on the page changes by it.

    That is the progress bar and the module's count; the outline and the way on too where completing
    a lesson may open others.
    """
    study = pages.studied(seat, measured)
    module = study.module_of(seat.lesson)
    parts = [
        control(seat, measured, csrf_token=csrf_token),
        bar(measured, out_of_band=True),
        kept(
            "components/module_count.html",
            anchor=module.anchor,
            done=module.done(measured.eras),
            total=len(module.lessons),
            out_of_band=True,
        ),
    ]
    if seat.outline.has_rules:
        opened = {"modules": pages.around(study, seat.lesson), "turns": turns(study, seat.lesson)}
        parts.append(render_to_string("learning/_opened.html", opened))
    return SafeString("".join(parts))


def shown(live: Outline, lesson: Lesson, body: SafeString) -> dict[str, Any]:
    """What the page shows of a lesson to everybody."""
    stage, rest = rendering.stage_and_rest(body)
    return {
        "course_title": live.title,
        "module_title": live.modules[live.module_of[lesson.lineage]].title,
        "lesson": lesson,
        "stage": stage,
        "body": rest,
    }


@lru_cache(maxsize=256)
def _frame(outline: str, slug: str, address: str, _language: str, moved: bool) -> Frame:
    """The page, or what of it comes to somebody who moved, with nobody's own in it."""
    live = outlines.load(outline)
    lesson = live.by_address[address]
    course = Course(slug=slug, live_release=Release(outline_id=outline))
    place = [slug, address]
    files = len(films.downloads(lesson.digest))
    context = shown(live, lesson, lesson_html(course, lesson)) | {
        "course_home_url": course.get_absolute_url(),
        "opened_url": reverse("learning:opened", args=place),
        "transcript_url": pages.transcript_url(slug, lesson),
        "notes_url": reverse("learning:lesson-notes", args=place),
        "downloads_url": reverse("learning:downloads", args=place) if files else "",
        "file_count": files,
        "moved": moved,
    }
    return Frame.of("learning/_lesson.html" if moved else "learning/lesson.html", context, OWN)


def alerts(messages: Iterable[Any]) -> SafeString:
    """What the page tells once; mostly nothing, and an empty place for what comes by HTMX."""
    told = tuple(messages)
    if not told:
        return kept("components/messages.html", messages=())
    return render_to_string("components/messages.html", {"messages": told})


def bar(measured: Progress, *, out_of_band: bool = False) -> SafeString:
    """How far the learner is in the course."""
    return kept(
        "learning/_progress.html",
        done=measured.done,
        required=measured.required,
        percent=measured.percent,
        completed=measured.completed_at is not None,
        out_of_band=out_of_band,
    )


def turns(study: Study, lesson: Lesson) -> SafeString:
    """The ways to the lessons before and after."""
    before, _after = study.outline.neighbours(lesson.lineage)
    return kept(
        "learning/_turns.html",
        prev=study.link(before),
        next=study.link(study.following(lesson)),
        course_home_url=study.home_url,
    )


@dataclass(frozen=True)
class Control:
    """What stands where a lesson is marked as completed; equal ones look the same."""

    done: bool
    course_done: bool
    rule: str
    watch_percent: int
    era: int
    quizzes: int = 0
    videos: int = 0
    watched: int = 0
    video: str = ""


def control(seat: Seat, measured: Progress, *, csrf_token: str) -> SafeString:
    """Marks the lesson as completed, or says that it is, or what comes first."""
    assert seat.enrolment is not None
    lesson = seat.lesson
    state = control_of(seat.outline, lesson, measured)
    if not state.done and (left := progress.left_to_do(seat.enrolment, lesson)):
        state = replace(
            state,
            quizzes=len(left.quizzes),
            videos=len(left.videos),
            watched=left.watched,
            video=next(iter(left.videos), ""),
        )
    frame = _control(seat.course.slug, lesson.address, get_language() or "", state)
    return frame.fill(csrf_token=SafeString(csrf_token))


def control_of(live: Outline, lesson: Lesson, measured: Progress) -> Control:
    """The control for somebody who has nothing to do first."""
    ended = measured.completed_at is not None and lesson.lineage == live.lessons[-1].lineage
    done = progress.counts(lesson, measured.eras)
    return Control(done, ended, lesson.completion, lesson.watch_percent, lesson.era)


@lru_cache(maxsize=1024)
def _control(slug: str, address: str, _language: str, state: Control) -> Frame:
    url = reverse("learning:complete", args=[slug, address])
    return Frame.of("learning/_complete.html", {"control": state, "url": url}, ["csrf_token"])


@receiver(file_changed)
def forget(**_about: Any) -> None:
    """While developing: an edited template shows without a restart."""
    _frame.cache_clear()
    _control.cache_clear()
