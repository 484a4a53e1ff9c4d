"""When lessons open: what authors set becomes what a release says, and what can never work.

Prerequisites name lineages. Whatever of them is not in the course any more falls away: nobody could
fulfil it.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from course_pages import outline as outlines
from course_pages.models.course import Course
from course_pages.outline import IN_ORDER, WATCHED, Lesson, Outline
from course_pages.registries import Problem


def opens_at(day: date | str | None, zone: str) -> str:
    """The first moment of a day (a date, or as a draft has it) in a zone, ISO 8601 in UTC."""
    if not day:
        return ""
    start = date.fromisoformat(day) if isinstance(day, str) else day
    at = datetime.combine(start, time(), ZoneInfo(zone or settings.TIME_ZONE))
    return at.astimezone(UTC).isoformat()


def percent(completion: str, watch_percent: int) -> int:
    """What the outline says of films: nothing where the rule does not ask."""
    return watch_percent if completion in WATCHED else 0


def kept(needs: Iterable[str], own: str, there: Iterable[str]) -> tuple[str, ...]:
    """Prerequisites among what is there, without oneself, in that order."""
    wanted = set(needs) - {own}
    return tuple(lineage for lineage in there if lineage in wanted)


def problems(outline: Outline) -> list[Problem]:
    """Rules that nobody could ever fulfil."""
    found = [problem for lesson in outline.lessons for problem in _of_lesson(lesson)]
    return [*found, *_of_modules(outline), *_of_courses(outline), *_of_certificate(outline)]


def _of_lesson(lesson: Lesson) -> Iterator[Problem]:
    if lesson.completion == "watched" and not lesson.videos:
        yield Problem(
            lesson.title,
            _("It is completed when its videos are watched, but it has none from the library."),
        )
    if lesson.completion == "quizzes" and not lesson.to_pass:
        yield Problem(
            lesson.title,
            _("It is completed when its quizzes are passed, but none in it is required."),
        )
    if lesson.completion == "all" and not (lesson.videos or lesson.to_pass):
        yield Problem(
            lesson.title, _("It is completed by its videos and quizzes, but it has none of them.")
        )
    if lesson.to_watch and not all(video.duration_ms for video in lesson.to_watch):
        yield Problem(lesson.title, _("The length of a video that has to be watched is not known."))


def _of_modules(outline: Outline) -> Iterator[Problem]:
    needs = {module.lineage: module.needs for module in outline.modules}
    places = {module.lineage: place for place, module in enumerate(outline.modules)}
    titles = outline.module_titles
    for module in outline.modules:
        if circle := _circle(module.lineage, lambda lineage: needs[lineage]):
            names = " → ".join(f"“{titles[lineage]}”" for lineage in circle)
            yield Problem(module.title, _("Modules wait for each other: %s") % names)
            continue
        for needed in module.needs:
            if outline.sequence == IN_ORDER and places[needed] > places[module.lineage]:
                yield Problem(
                    module.title,
                    _("It needs “%s”, which comes later in a course that is studied in order.")
                    % titles[needed],
                )


def _of_courses(outline: Outline) -> Iterator[Problem]:
    """Two queries for each level of courses that need courses; none without."""
    if not outline.needs:
        return
    needs, titles = {outline.course: outline.needs}, {outline.course: outline.title}
    never = {}
    unknown = set(outline.needs) - {outline.course}
    while unknown:
        rows = Course.objects.filter(lineage__in=unknown).select_related("live_release")
        for course in rows:
            lineage, live = str(course.lineage), course.live_release
            titles[lineage] = course.title
            there = outlines.load(live.outline_id) if live else None
            needs[lineage] = there.needs if there else ()
            if there is None:
                never[lineage] = _("It needs the course “%s”, which learners cannot study yet.")
            elif not there.required:
                never[lineage] = _(
                    "It needs the course “%s”, which has no required lesson and is never completed."
                )
        missing = unknown - set(needs)
        needs |= dict.fromkeys(missing, ())
        titles |= dict.fromkeys(missing, "?")
        unknown = {one for needed in needs.values() for one in needed} - set(needs)
    if circle := _circle(outline.course, lambda lineage: needs[lineage]):
        names = " → ".join(f"“{titles[lineage]}”" for lineage in circle)
        yield Problem(outline.title, _("Courses wait for each other: %s") % names)
    for lineage in outline.needs:
        if lineage in never:
            yield Problem(outline.title, never[lineage] % titles[lineage])


def _of_certificate(outline: Outline) -> Iterator[Problem]:
    rule = outline.certificate
    if rule is None:
        return
    if not rule.design:
        yield Problem(outline.title, _("The design of its certificate is gone: choose another."))
    if not outline.required:
        yield Problem(
            outline.title,
            _("It gives a certificate for completing it, but none of its lessons is required."),
        )
    if rule.when == "score" and not rule.percent:
        yield Problem(outline.title, _("Say how many points its certificate asks for."))
    if rule.when == "score" and not any(lesson.quizzes for lesson in outline.lessons):
        yield Problem(
            outline.title, _("Its certificate asks for points in quizzes, but it has no quiz.")
        )


def _circle(start: str, needs: Callable[[str], Iterable[str]]) -> list[str]:
    """A way from `start` over what it needs back to itself; empty if there is none."""
    ways, seen = [[start]], {start}
    while ways:
        way = ways.pop()
        for needed in needs(way[-1]):
            if needed == start:
                return [*way, start]
            if needed not in seen:
                seen.add(needed)
                ways.append([*way, needed])
    return []
