"""Releases: the only way in which a course changes for its learners.

Lock order: the course row first, then everything else. The live pointer is switched in one short
transaction; what is slow (reading, freezing, checking) happens before it and is made sure of
inside.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock, outbox, snapshots
from course_pages import content, outline, registries, rules, tree
from course_pages.models.course import Course, LessonAddress, Release, ReleaseMode
from course_pages.registries import Problem
from course_pages.tree import Candidate

RELEASED = "course.released"
LONGEST_WAIT = timedelta(seconds=60)
TRIES_WITHOUT_LOCK = 3
logger = logging.getLogger(__name__)


@dataclass
class ReleaseRefused(Exception):
    """The published pages cannot become a release; learners keep what they have."""

    problems: list[Problem]

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class NothingPublished(ReleaseRefused):
    """The course's page is not published."""


def release(
    *, course: Course, by: User | None, notes: str = "", automatic: bool = False
) -> Release | None:
    """Release the published state of the course's pages; None when learners see it already.

    Releasing by hand ends a hold; an automatic release respects it. Raises ReleaseRefused and
    changes nothing when a lesson is not fit to be shown. One short transaction; safe to race. With
    a course that was not just read the pages are read twice.
    """
    seen = course
    for _try in range(TRIES_WITHOUT_LOCK):
        # The state is noted before reading: whoever edits or releases from now on changes it. So
        # did whoever was faster than the caller.
        noted = _state(seen)
        checked = _checked(seen)
        with transaction.atomic():
            locked = Course.objects.select_for_update().get(pk=course.pk)
            if _state(locked) == noted:
                locked.live_release = seen.live_release
                return _switch(locked, *checked, by=by, notes=notes, automatic=automatic)
        seen = Course.objects.select_related("live_release").get(pk=course.pk)
    with transaction.atomic():
        locked = Course.objects.select_for_update().get(pk=course.pk)
        return _switch(locked, *_checked(locked), by=by, notes=notes, automatic=automatic)


def _state(course: Course) -> tuple[int, int | None]:
    return course.dirty_mark, course.live_release_id


def _checked(course: Course) -> tuple[Candidate, set[str]]:
    """What would be released, fit to be shown, and those of its digests that are stored already."""
    candidate = tree.build(course)
    if candidate is None:
        raise NothingPublished([Problem(course.title, _("The course’s page is not published."))])
    known = snapshots.stored(one.digest for one in candidate.frozen)
    # What is stored was checked when it was stored.
    new = [
        candidate.sources[lineage]
        for lineage, one in candidate.lessons.items()
        if one.digest not in known
    ]
    problems = content.problems(new) + candidate.problems(known)
    problems += rules.problems(candidate.outline) + registries.problems_of(candidate.outline)
    if problems:
        raise ReleaseRefused(problems)
    return candidate, known


def _switch(
    course: Course,
    candidate: Candidate,
    known: set[str],
    *,
    by: User | None,
    notes: str,
    automatic: bool,
) -> Release | None:
    """Store the candidate and point learners at it; the caller holds the course's lock."""
    if automatic and (course.hold or course.mode != ReleaseMode.ON_PUBLISH):
        return None
    live = course.live_release
    course.dirty_since = course.dirty_at = None
    course.problem = ""
    course.hold = False
    if live is not None and live.outline_id == candidate.digest:
        course.save(update_fields=["dirty_since", "dirty_at", "problem", "hold"])
        return None
    snapshots.store(candidate.frozen, known)
    _store_addresses(candidate)
    cause = Release.Cause.PUBLISHED if automatic else Release.Cause.RELEASED
    made = _append(course, candidate.outline, candidate.digest, cause=cause, by=by, notes=notes)
    course.title = candidate.outline.title[:255]
    course.live_release = made
    course.save(
        update_fields=["dirty_since", "dirty_at", "problem", "hold", "title", "live_release"]
    )
    return made


def _store_addresses(candidate: Candidate) -> None:
    used = [candidate.addresses[lesson.lineage] for lesson in candidate.outline.lessons]
    LessonAddress.objects.bulk_create([row for row in used if row.pk is None])
    raised = []
    for lesson in candidate.outline.lessons:
        row = candidate.addresses[lesson.lineage]
        if lesson.era > row.era:
            row.era = lesson.era
            raised.append(row)
    if raised:
        LessonAddress.objects.bulk_update(raised, ["era"])


def _append(
    course: Course,
    after: outline.Outline,
    digest: str,
    *,
    cause: str,
    by: User | None,
    notes: str,
    from_number: int | None = None,
) -> Release:
    live = course.live_release
    before = outline.load(live.outline_id) if live else None
    made = Release.objects.create(
        course=course,
        locale=settings.LANGUAGE_CODE,
        # The live release is the newest: a roll back makes a new one.
        number=live.number + 1 if live else 1,
        outline_id=digest,
        cause=cause,
        from_number=from_number,
        notes=notes,
        by=by,
        at=clock.now(),
        lesson_count=len(after.lessons),
        required_count=len(after.required),
        minutes=after.minutes,
        changes=outline.compare(before, after).as_json(),
    )
    outbox.publish(RELEASED, {"course": course.pk, "release": made.pk})
    logger.info("Course %s: release %s (%s)", course.slug, made.number, cause)
    return made


@transaction.atomic
def roll_back(*, course: Course, to: int, by: User | None, notes: str = "") -> Release:
    """Show learners the outline of release `to` again, as a new release, and hold the course there.

    Pages stay as they are; nothing is released by itself until somebody releases again. Raises
    Release.DoesNotExist for a number that the course never had.
    """
    locked = Course.objects.select_for_update().get(pk=course.pk)
    target = Release.objects.get(course=locked, number=to)
    after = outline.load(target.outline_id)
    made = _append(
        locked,
        after,
        target.outline_id,
        cause=Release.Cause.ROLLED_BACK,
        by=by,
        notes=notes,
        from_number=to,
    )
    locked.live_release = made
    locked.title = after.title[:255]
    locked.hold = True
    locked.save(update_fields=["live_release", "title", "hold"])
    return made


def is_due(course: Course) -> bool:
    """Whether a release follows by itself, sooner or later, without anybody doing anything."""
    waits = course.dirty_since is not None and not course.hold
    return waits and course.mode == ReleaseMode.ON_PUBLISH


def release_due() -> int:
    """Release every course in *on publish* mode that changed and has rested; returns how many.

    A course at rest for RELEASE_QUIET_SECONDS is due; one that never rests is due after a minute.
    """
    now = clock.now()
    quiet = now - timedelta(seconds=settings.RELEASE_QUIET_SECONDS)
    due = Course.objects.select_related("live_release").filter(
        Q(dirty_at__lte=quiet) | Q(dirty_since__lte=now - LONGEST_WAIT),
        mode=ReleaseMode.ON_PUBLISH,
        hold=False,
        dirty_since__isnull=False,
    )
    made = 0
    for course in due:
        mark = course.dirty_mark
        try:
            made += release(course=course, by=None, automatic=True) is not None
        except ReleaseRefused as refused:
            problem = "" if isinstance(refused, NothingPublished) else str(refused)
            # Not again before the next edit: the mark tells whether there was one.
            Course.objects.filter(pk=course.pk, dirty_mark=mark).update(
                dirty_since=None, dirty_at=None, problem=problem
            )
            logger.warning("Course %s was not released: %s", course.slug, refused)
    return made


def mark_all_dirty() -> int:
    """Nightly: look at every course again, however it changed; equal content makes no release."""
    now = clock.now()
    return Course.objects.filter(dirty_since=None).update(dirty_since=now, dirty_at=now)
