"""The two statements of a beat, written out: putting them together anew costs more than they do."""

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.dateparse import parse_datetime

from learning.models import AccessGrant, Enrolment, LessonCompletion, Watch

Row = tuple[int | None, int, int, list[list[int]], int, datetime, datetime, bool]
WATCH = Watch._meta.db_table
# The conditions on enrolment and grant are those of `EnrolmentQuerySet.open_at`.
READ = f"""SELECT w.id, w.version, w.era, w.ranges, w.position_ms, w.position_at, w.first_at,
    EXISTS (SELECT 1 FROM {LessonCompletion._meta.db_table} c
        WHERE c.enrolment_id = e.id AND c.lineage = %s AND c.era >= %s)
    FROM {Enrolment._meta.db_table} e
    JOIN {AccessGrant._meta.db_table} g ON g.enrolment_id = e.id
    LEFT JOIN {WATCH} w ON w.enrolment_id = e.id AND w.lineage = %s AND w.video = %s
    WHERE e.id = %s AND e.user_id = %s AND e.left_at IS NULL
        AND g.starts_at <= %s AND g.revoked_at IS NULL AND (g.ends_at IS NULL OR g.ends_at > %s)
    LIMIT 1"""  # noqa: S608 - names of tables
CHANGED = ("era", "ranges", "watched_ms", "position_ms", "position_at", "first_at", "last_at")
SET = ", ".join(f"{name} = %s" for name in CHANGED)
WRITE = f"""UPDATE {WATCH} SET version = version + 1, {SET}
    WHERE id = %s AND version = %s"""  # noqa: S608 - names of our own


def read(
    *, enrolment: int, user: int, lineage: str, era: int, video: str, now: datetime
) -> Row | None:
    """The row of `Watch`, its key None where there is none, and whether the lesson is completed.

    None when no grant opens the enrolment.
    """
    lesson, at = _uuid(lineage), _moment(now)
    with connection.cursor() as cursor:
        cursor.execute(READ, [lesson, era, lesson, _uuid(video), enrolment, user, at, at])
        found = cursor.fetchone()
    if found is None:
        return None
    pk, version, known_era, ranges, position_ms, position_at, first_at, completed = found
    kept = json.loads(ranges) if isinstance(ranges, str) else ranges
    times = _aware(position_at), _aware(first_at)
    return pk, version, known_era, kept, position_ms, *times, bool(completed)


def write(*, pk: int, version: int, values: dict[str, Any]) -> bool:
    """Replace what is in `CHANGED`; False when somebody else wrote since `version` was read."""
    adapted = values | {"ranges": json.dumps(values["ranges"])}
    for name in ("position_at", "first_at", "last_at"):
        adapted[name] = _moment(values[name])
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [*(adapted[name] for name in CHANGED), pk, version])
        return bool(cursor.rowcount)


@lru_cache(maxsize=4096)
def _uuid(text: str) -> Any:
    return Watch._meta.get_field("video").get_db_prep_value(UUID(text), connection)


def _moment(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)


def _aware(at: Any) -> Any:
    """SQLite has text, MariaDB a datetime without zone: both are UTC."""
    found = parse_datetime(at) if isinstance(at, str) else at
    return found.replace(tzinfo=UTC) if found else None
