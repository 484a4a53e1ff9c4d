"""Q7: the server's deadline decides, whatever clocks, nights and sweepers do.

Seen to fail: with the grace taken from `attempts.is_overdue` (−1 s passes, end of grace does not),
with `clock.now()` in place of the deadline in `attempts.close_overdue`, and with the deadline
computed in the learner's own time.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.utils import timezone

from assessments.models import Allowance, Attempt
from assessments.services import attempts, corrections
from core import clock
from learning.models import Enrolment
from tests.cases import measure
from tests.factories import attempts as taking
from tests.factories import quizzes

pytestmark = pytest.mark.django_db
MINUTES = 30
BEGIN = datetime(2026, 3, 29, 0, 45, tzinfo=UTC)
"""A quarter of an hour before Europe's clocks go forward."""


def at(moment: datetime) -> Any:
    return patch.object(clock, "now", lambda: moment)


def begun(**fields: Any) -> tuple[Any, Attempt]:
    settings: dict[str, Any] = {"time_limit_minutes": MINUTES} | fields
    course, _quiz = quizzes.course_with_quiz([quizzes.single()], **settings)
    with at(BEGIN):
        user = taking.learner(course)
        return user, taking.begin(user, course)


@pytest.mark.parametrize(
    ("late", "taken"),
    [
        (timedelta(seconds=-1), True),
        (timedelta(seconds=1), True),
        (attempts.GRACE, True),
        (attempts.GRACE + timedelta(seconds=1), False),
        (timedelta(days=1), False),
    ],
)
def test_Q07_what_comes_within_the_grace_counts_and_nothing_later(
    late: timedelta, taken: bool
) -> None:
    user, attempt = begun()
    deadline = BEGIN + timedelta(minutes=MINUTES)
    assert attempt.deadline == deadline
    with at(deadline + late):
        done = taking.hand_in(user, attempt, taking.right(attempt))
    assert done.passed is taken
    assert done.submitted_at == min(deadline, deadline + late)
    assert done.closed_by == ("learner" if taken else "deadline")


def test_Q07_the_sweeper_closes_with_the_deadlines_time_however_late_it_comes() -> None:
    user, attempt = begun()
    client = taking.signed_in(user)
    with at(BEGIN + timedelta(minutes=1)):
        taking.post(client, attempt, "save", taking.right(attempt))
        assert attempts.close_all_overdue() == 0
    with at(BEGIN + timedelta(hours=2)):
        assert attempts.close_all_overdue() == 1
        assert attempts.close_all_overdue() == 0
    done = Attempt.objects.get()
    assert done.submitted_at == BEGIN + timedelta(minutes=MINUTES)
    assert (done.closed_by, done.passed) == ("deadline", True)


def test_Q07_looking_at_an_overdue_attempt_writes_nothing_and_leads_to_its_result() -> None:
    user, attempt = begun()
    client = taking.signed_in(user)
    with at(BEGIN + timedelta(hours=2)):
        page = client.get(taking.url(attempt)).content.decode()
        assert "Time is up" in page
        assert Attempt.objects.get().state == Attempt.State.OPEN
        assert taking.post(client, attempt, "submit").status_code == 302
        assert "Not passed yet" in client.get(taking.url(attempt)).content.decode()


def test_Q07_the_page_counts_seconds_by_the_servers_clock() -> None:
    user, attempt = begun()
    with at(BEGIN + timedelta(minutes=10)):
        page = taking.signed_in(user).get(taking.url(attempt)).content.decode()
    assert f'data-seconds="{20 * 60}"' in page


def nights(zone: ZoneInfo) -> list[datetime]:
    """The moments of 2026 at which a zone's clocks change, found to the hour; two at the most."""
    found: list[datetime] = []
    step = datetime(2026, 1, 1, tzinfo=UTC)
    before = step.astimezone(zone).utcoffset()
    while step.year == 2026 and len(found) < 2:
        step += timedelta(hours=12)
        offset = step.astimezone(zone).utcoffset()
        if offset != before:
            found.append(step - timedelta(hours=12))
        before = offset
    return found


def test_Q07_no_night_of_any_zone_changes_a_deadline() -> None:
    settings = {"time_limit_minutes": 180, "closes_at": None}
    looked_at = 0
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        for night in nights(zone) or [datetime(2026, 6, 1, tzinfo=UTC)]:
            looked_at += 1
            with timezone.override(zone):
                local = night.astimezone(zone)
                deadline = attempts._deadline(settings, local, 0)
            assert deadline is not None
            assert deadline.astimezone(UTC) - night == timedelta(hours=3), name
    assert looked_at >= 400


def test_Q07_extra_time_and_the_closing_time_decide_together() -> None:
    closes = BEGIN + timedelta(minutes=40)
    course, _quiz = quizzes.course_with_quiz(
        [quizzes.single()], time_limit_minutes=MINUTES, closes_at=closes
    )
    with at(BEGIN):
        user = taking.learner(course)
        enrolment = Enrolment.objects.get(user=user)
        Allowance.objects.create(enrolment=enrolment, extra_time_percent=20)
        assert taking.begin(user, course).deadline == BEGIN + timedelta(minutes=36)
        Attempt.objects.all().delete()
        Allowance.objects.update(extra_time_percent=100)
        assert taking.begin(user, course).deadline == closes


def test_Q07_more_time_reaches_a_running_attempt_and_less_takes_none_away() -> None:
    user, attempt = begun()
    enrolled, teacher = Enrolment.objects.get(user=user), measure.person()

    def deadline_with(percent: int) -> datetime | None:
        corrections.allow(
            enrolment=enrolled, scope=Allowance.EVERY_QUIZ, extra_time=percent,
            extra_attempts=0, reason="Agreed.", by=teacher,
        )  # fmt: skip
        return Attempt.objects.get(pk=attempt.pk).deadline

    assert deadline_with(50) == BEGIN + timedelta(minutes=45)
    assert deadline_with(0) == BEGIN + timedelta(minutes=45)
