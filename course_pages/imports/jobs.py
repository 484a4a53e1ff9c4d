"""The job: claimed with a lease, done once, taken up a second time if its worker was lost."""

import logging
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from core import clock
from course_pages.importing import load, workspace
from course_pages.importing.description import CourseDescription, Kind
from course_pages.importing.errors import ImportRefused
from course_pages.importing.report import Report
from course_pages.importing.writer import ImportResult, write
from course_pages.imports import tally
from course_pages.imports.service import catalogue, discard_file, may_import, may_publish
from course_pages.models import CourseImport, CoursePage

LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 2
KEEP_FILES = timedelta(days=1)
# What a report keeps: more lines than anybody reads, fewer than fill a table of the database.
MOST_FINDINGS = 5000
LONGEST_TEXT = 500
State, Step = CourseImport.State, CourseImport.Step

logger = logging.getLogger(__name__)


def claim(worker: str) -> CourseImport | None:
    """The oldest import that is free, now this worker's; None if there is none."""
    free = CourseImport.objects.free().filter(attempts__lt=MOST_ATTEMPTS)
    for record in free.order_by("pk"):
        now = clock.now()
        # The conditional update is the claim: a second worker finds another number of attempts.
        taken = free.filter(pk=record.pk, attempts=record.attempts).update(
            state=State.RUNNING,
            attempts=F("attempts") + 1,
            worker=worker[:100],
            lease_until=now + LEASE,
            started_at=now,
        )
        if taken:
            record.refresh_from_db()
            return record
    return None


def run(pk: int, attempt: int) -> None:
    """Do a claimed import to its end; nothing if the claim is no longer valid."""
    record = _claimed(pk, attempt).select_related("by").first()
    if record is None:
        return
    language = (record.by and record.by.language) or settings.LANGUAGE_CODE
    with translation.override(language):
        try:
            workspace.sweep()
            _import(record)
        except ImportRefused as refused:
            _end(record, State.REFUSED, problem=refused.reason)
        except (OperationalError, InterfaceError):
            raise  # the database was away: taken up again once the lease has run out
        except Exception:
            logger.exception("Import %s failed", record.pk)
            _end(
                record,
                State.FAILED,
                problem=_(
                    "Something went wrong that is not your doing, and it was noted. A course is "
                    "written whole or not at all, so nothing stays half done."
                ),
            )


def lost(pk: int, attempt: int) -> None:
    """The worker died: the import is free at once instead of when its lease runs out."""
    _claimed(pk, attempt).update(lease_until=clock.now())


def give_up() -> int:
    """End what was lost twice; returns how many."""
    ended = 0
    for record in CourseImport.objects.free().filter(attempts__gte=MOST_ATTEMPTS):
        reason = _(
            "The import was broken off twice while it ran. A course is written whole or not at "
            "all, so nothing stays half done. The package may be too large for this server; try a "
            "smaller one, or ask whoever runs the site."
        )
        ended += _end(record, State.BROKEN_OFF, problem=reason)
    return ended


def clear() -> None:
    """No package stays longer than a day, whatever became of its import."""
    workspace.sweep()
    old = CourseImport.objects.filter(requested_at__lt=clock.now() - KEEP_FILES).exclude(file="")
    for record in old:
        if record.is_open:
            reason = _("Nothing took the import up within a day. Ask whoever runs the site.")
            _end(record, State.BROKEN_OFF, problem=reason)
        else:
            discard_file(record)
    _discard_nameless()


def _discard_nameless() -> None:
    """Packages that were stored a moment before their request was lost."""
    storage = CourseImport._meta.get_field("file").storage
    if not storage.exists("imports"):
        return
    named = set(CourseImport.objects.exclude(file="").values_list("file", flat=True))
    for folder in storage.listdir("imports")[0]:
        for filename in storage.listdir(f"imports/{folder}")[1]:
            path = f"imports/{folder}/{filename}"
            if path not in named and storage.get_modified_time(path) < clock.now() - KEEP_FILES:
                storage.delete(path)


def _claimed(pk: int, attempt: int) -> Any:
    return CourseImport.objects.filter(pk=pk, attempts=attempt, state=State.RUNNING)


def _import(record: CourseImport) -> None:
    parent = catalogue()
    if parent is None or not may_import(record.by):
        raise ImportRefused(_("Whoever asked for this import may not add courses (any more)."))
    if record.publish and not may_publish(record.by):
        raise ImportRefused(_("Whoever asked for this import may not publish courses."))
    _note(record, step=Step.READING)
    with load(Path(record.file.path), name=record.original_name) as description:
        _note(
            record,
            title=description.title[:255],
            report=_kept(Report.of(description.found, description.findings)),
            pages=1 + len(description.modules) + sum(1 for __ in description.lessons()),
        )
        if record.dry_run:
            _end(record, State.DONE, keep_file=True)
            return
        _refuse_foreign_course(record, description)
        if not _note(record, step=Step.WRITING, lease_until=clock.now() + LEASE):
            return
        counted = tally.keep(record)
        result = write(
            description, parent=parent, by=record.by, publish=record.publish, progress=counted
        )
    _end(record, State.DONE, course=result.course, result=_told(result))


def _refuse_foreign_course(record: CourseImport, description: CourseDescription) -> None:
    """A package decides by its key which course it updates; only who may edit that one may."""
    page = CoursePage.objects.filter(translation_key=description.lineage).first()
    if page is None:
        return
    rights = page.permissions_for_user(record.by)
    if not rights.can_edit() or (record.publish and not rights.can_publish()):
        raise ImportRefused(
            _("This course is here already as “%s”, and you may not change it. Ask its teachers.")
            % page.title
        )


def _note(record: CourseImport, **values: Any) -> bool:
    """Write while the claim is valid; False once it is somebody else's."""
    return bool(_claimed(record.pk, record.attempts).update(**values))


def _end(record: CourseImport, state: str, *, keep_file: bool = False, **values: Any) -> bool:
    still_ours = CourseImport.objects.open().filter(pk=record.pk, attempts=record.attempts)
    ended = still_ours.update(
        state=state, step="", lease_until=None, finished_at=clock.now(), **values
    )
    if ended and not keep_file:
        discard_file(record)
    return bool(ended)


def _kept(report: Report) -> dict[str, Any]:
    """The report as it is stored: what came over as it was is in the account alone."""
    told = (Kind.REPORTED, Kind.CONVERTED, Kind.IGNORED)
    findings = [finding for kind in told for finding in report.findings if finding.kind is kind]
    return {
        "rows": [asdict(row) for row in report.rows],
        "adds_up": report.adds_up,
        "findings": [
            {name: str(value)[:LONGEST_TEXT] for name, value in asdict(finding).items()}
            for finding in findings[:MOST_FINDINGS]
        ],
        "left_out": max(0, len(findings) - MOST_FINDINGS),
    }


def _told(result: ImportResult) -> dict[str, Any]:
    return {
        "created": len(result.created),
        "updated": len(result.updated),
        "unchanged": len(result.unchanged),
        "kept": result.kept,
        "vanished": result.vanished,
        "images": result.images,
        "files": result.files,
        "videos": result.videos,
        "release": result.release.number if result.release else None,
        "problems": result.problems,
        "told": result.told,
    }
