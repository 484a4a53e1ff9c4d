"""A course's home for those who study it: a page that is finished once, as a lesson's is."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import compress, repeat
from typing import Any

from django.dispatch import receiver
from django.template import Context
from django.urls import reverse
from django.utils.autoreload import file_changed
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language

from core import slots
from core.frames import Frame
from core.templatetags.ui import kept
from course_pages import outline as outlines
from course_pages.public import live_digest
from learning import pages
from learning.pages import Study
from learning.player import alerts
from learning.services.access import Place

# What is the learner's own on the page; the footer is the site's, which may change at any time.
OWN = ("alerts", "footer", "modules", "standing", "way")


def page(place: Place, *, messages: Iterable[Any] = ()) -> SafeString:
    """One query, whatever the course's size."""
    course = place.course
    own = parts(pages.study(place), messages)
    return _frame(live_digest(course), course.slug, get_language() or "").fill(**own)


def parts(
    study: Study, messages: Iterable[Any] = (), *, shown: Sequence[bool] | None = None
) -> dict[str, SafeString]:
    """What the home says to somebody who is this far; of the `shown` modules only."""
    home = pages.home_of(study)
    following, measured = home["continue_lesson"], study.progress
    modules: Iterable[str] = pages.modules(study, current=home["current"])
    completed_at = measured.completed_at
    return {
        "alerts": alerts(messages),
        "footer": slots.render("site.footer", Context()),
        "modules": mark_safe("".join(compress(modules, shown or repeat(True)))),  # noqa: S308 - rendered by templates
        "standing": kept(
            "learning/_home_standing.html",
            title=study.outline.title,
            done=measured.done,
            required=measured.required,
            percent=measured.percent,
            completed_on=date_format(localtime(completed_at)) if completed_at else "",
            earned=slots.render("course.completed", Context(), study.outline)
            if completed_at
            else "",
            new_since=measured.new_since,
        ),
        "way": kept(
            "learning/_home_way.html",
            following=following,
            waiting=home["waiting"],
            started=home["started"],
        ),
    }


@lru_cache(maxsize=64)
def _frame(outline: str, slug: str, _language: str) -> Frame:
    """The page with nobody's own in it."""
    live = outlines.load(outline)
    context = {
        "course_title": live.title,
        "empty": not live.modules,
        "notes_url": reverse("learning:notes", args=[slug]),
        "leave_url": reverse("learning:leave", args=[slug]),
    }
    return Frame.of("learning/course_home.html", context, OWN)


@receiver(file_changed)
def forget(**_about: Any) -> None:
    """While developing: an edited template shows without a restart."""
    _frame.cache_clear()
