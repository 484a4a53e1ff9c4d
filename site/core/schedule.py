"""Regular jobs, run from the database by `manage.py work` or Celery beat, harmlessly by both."""

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from core import clock
from core.models import ScheduledJob

Job = Callable[[], object]
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    name: str
    every: timedelta
    job: Job


_entries: dict[str, Entry] = {}


def every(interval: timedelta, name: str) -> Callable[[Job], Job]:
    """Register a job; call from an app's `ready()`. It runs once at the first chance."""

    def register(job: Job) -> Job:
        _entries[name] = Entry(name, interval, job)
        return job

    return register


def run_due() -> int:
    """Run each job that is due, at most once between all schedulers; returns how many ran."""
    now = clock.now()
    known = dict(ScheduledJob.objects.values_list("name", "next_at"))
    missing = [ScheduledJob(name=name, next_at=now) for name in _entries if name not in known]
    if missing:
        ScheduledJob.objects.bulk_create(missing, ignore_conflicts=True)
    ran = 0
    for entry in _entries.values():
        next_at = known.get(entry.name, now)
        if next_at > now:
            continue
        # The conditional update is the claim: a second scheduler finds another next_at.
        claimed = ScheduledJob.objects.filter(name=entry.name, next_at__lte=now).update(
            next_at=now + entry.every, started_at=now
        )
        if claimed:
            ran += 1
            _run(entry)
    return ran


def _run(entry: Entry) -> None:
    error_text = ""
    try:
        entry.job()
    except Exception as error:
        logger.exception("Scheduled job %s failed", entry.name)
        error_text = "".join(traceback.format_exception_only(error))[:2000]
    ScheduledJob.objects.filter(name=entry.name).update(
        finished_at=clock.now(), last_error=error_text
    )
