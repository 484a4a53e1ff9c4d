"""What is missing, in the reader's words, language and time zone."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from course_pages.models import Course
from course_pages.public import lesson_url
from learning.opening import Locks, Missing


@dataclass(frozen=True)
class Reason:
    """One thing that is missing, and where it can be done: nowhere, where one has to wait."""

    text: str
    url: str = ""
    label: str = ""


def short(missing: tuple[Missing, ...]) -> str:
    """The first thing that is missing, for a row of the outline."""
    first = missing[0]
    if first.course:
        return _("After the course “%s”") % first.course.title
    if first.module:
        return _("After the module “%s”") % first.module.title
    if first.lesson:
        return _("After “%s”") % first.lesson.title
    return _("Opens on %s") % moment(last(missing))


def last(missing: tuple[Missing, ...]) -> Missing:
    """The latest moment that is waited for."""
    return max((one for one in missing if one.at), key=lambda one: str(one.at))


def moment(missing: Missing) -> str:
    """Day and time; at midnight the day alone."""
    assert missing.at is not None
    at = localtime(missing.at)
    return date_format(at, "DATETIME_FORMAT" if at.hour or at.minute else "DATE_FORMAT")


def way(title: str) -> str:
    """What the button that leads there says."""
    return _("Go to “%s”") % title


def told(course: Course, missing: tuple[Missing, ...], locks: Locks) -> list[Reason]:
    """Everything that is missing, each with the way to it if that is open; the latest moment.

    A lesson that is missing before is part of a module that is missing as well: said once.
    """
    found = []
    of_modules = {one.lesson for one in missing if one.module}
    for one in missing:
        if one.lesson in of_modules and not one.module:
            continue
        if one.course:
            text = _("Complete the course “%s” first.") % one.course.title
            url = reverse("learning:join", args=[one.course.slug])
            found.append(Reason(text, url, way(one.course.title)))
        elif one.lesson:
            text = (
                _("Complete the module “%s” first.") % one.module.title
                if one.module
                else _("Complete “%s” first.") % one.lesson.title
            )
            open_now = one.lesson.lineage not in locks
            url = lesson_url(course, one.lesson.address) if open_now else ""
            found.append(Reason(text, url, way(one.lesson.title)))
    if any(one.at for one in missing):
        # Some times end with a full stop of their own: "2 p.m.".
        found.append(Reason(_("It opens on %s.") % moment(last(missing)).rstrip(".")))
    return found
