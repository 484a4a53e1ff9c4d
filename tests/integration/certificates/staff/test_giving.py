"""Certificates for those who had completed a course before it gave any."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from certificates.models import Certificate
from certificates.staff import giving
from core import clock, outbox
from core.models import OutboxMessage
from course_pages.models import Course
from learning.models import Enrolment
from learning.services import enrolment
from tests.cases import measure
from tests.factories import certificates as given
from tests.factories import courses as make
from tests.factories.accounts import UserFactory
from tests.integration.certificates.staff.test_certificates import RECORDS, staff, teacher_of

pytestmark = pytest.mark.django_db


def school(**rule: Any) -> Course:
    """Two have completed the course, one without a name, one as staff, one not at all; then it
    gives certificates."""
    course = make.course(1, 1, title="Charts")
    for name in ("Ada Lovelace", "Grace Hopper", ""):
        given.complete(given.learner(course, name), course)
    helper: Any = UserFactory(name="Staff")
    enrolment.enrol(user=helper, course=course, source="staff")
    given.complete(helper, course)
    given.learner(course, "Still learning")
    outbox.drain()
    course = given.give(course, **rule)
    outbox.drain()
    assert not Certificate.objects.exists()
    return course


def give(client: Client, course: Course, release: int | None = None) -> Any:
    url = reverse("certificate_staff:give", args=[course.pk])
    return client.post(url, {"release": release or course.live_release_id})


def test_the_dry_run_tells_and_writes_nothing_and_then_exactly_that_is_done() -> None:
    course = school()
    teacher = teacher_of(course)
    with measure.nothing_changes(RECORDS):
        page = teacher.get(reverse("certificate_staff:give", args=[course.pk])).content.decode()
    assert "Give 3 certificates" in page
    found = giving.forecast(course)
    assert found is not None
    assert [n for _words, n in found.counts] == [2, 1, 1]
    assert found.open == 1
    assert give(teacher, course).status_code == 302
    assert giving.under_way(course) == 3
    assert (
        "3 certificates are on their way"
        in teacher.get(reverse("certificate_staff:give", args=[course.pk])).content.decode()
    )
    outbox.drain()
    assert giving.under_way(course) == 0
    assert sorted(Certificate.objects.values_list("state", flat=True)) == [
        "held", "issued", "issued",
    ]  # fmt: skip
    assert give(teacher, course).status_code == 422


def test_what_would_have_expired_by_now_is_not_given() -> None:
    """Seen to fail: a mail congratulated on a certificate that was over already."""
    course = make.course(1, 1, title="Old")
    row = given.complete(given.learner(course), course)
    outbox.drain()
    course = given.give(course, valid_months=1)
    found = giving.forecast(course)
    assert found is not None
    assert found.given == [row.pk]
    Enrolment.objects.filter(pk=row.pk).update(completed_at=clock.now() - timedelta(days=40))
    found = giving.forecast(course)
    assert found is not None
    assert not found.given
    assert [line.outcome for line in found.lines] == [giving.Outcome.OVER]


def test_ordered_twice_gives_once() -> None:
    course = school()
    for _again in range(2):
        give(staff(), course)
    outbox.drain()
    assert Certificate.objects.count() == 3


def test_where_a_teacher_approves_they_wait() -> None:
    course = school(when="approved")
    give(staff(), course)
    outbox.drain()
    assert set(Certificate.objects.values_list("state", flat=True)) == {"waiting"}


def test_after_another_release_nothing_is_done() -> None:
    course = school()
    seen = course.live_release_id
    course = given.give(course, valid_months=12)
    assert course.live_release_id != seen
    with measure.nothing_changes(RECORDS):
        answer = give(staff(), course, seen)
    assert answer.status_code == 422
    assert "released anew" in answer.content.decode()


def test_what_was_ordered_goes_by_the_release_that_was_looked_at() -> None:
    course = school()
    give(staff(), course)
    given.give(course, valid_months=12)
    outbox.drain()
    assert {one.current.expires_at for one in Certificate.objects.exclude(current=None)} == {None}


def test_a_course_without_a_certificate_gives_none() -> None:
    course = make.course(1, 1)
    given.complete(given.learner(course), course)
    with measure.nothing_changes(RECORDS):
        answer = give(staff(), course)
    assert answer.status_code == 422
    assert "gives no certificate" in answer.content.decode()


def test_another_courses_teacher_finds_no_such_page() -> None:
    course = school()
    other = teacher_of(given.course(title="Other"))
    with measure.nothing_changes(RECORDS):
        assert give(other, course).status_code == 404
        assert other.get(reverse("certificate_staff:give", args=[course.pk])).status_code == 404


def test_too_few_points_are_told() -> None:
    from tests.factories import quizzes

    course = make.course(1, 1, release=False)
    quiz = quizzes.quiz(course, [quizzes.single("Which?")], required=False)
    from course_pages.models import LessonPage

    quizzes.put_into(LessonPage.objects.get(), quiz)
    course = given.give(course, when="score", percent=60)
    given.complete(given.learner(course), course)
    outbox.drain()
    found = giving.forecast(course)
    assert found is not None
    assert not found.given
    assert [str(line.why) for line in found.lines] == ["no quiz has a result"]


def test_the_number_of_statements_does_not_grow_with_the_learners() -> None:
    course = school()
    client = teacher_of(course)
    page = reverse("certificate_staff:give", args=[course.pk])
    client.get(page)
    few = measure.statements(lambda: client.get(page))
    for number in range(4):
        given.complete(given.learner(course, f"Learner {number}"), course)
    # The news of it would give them theirs.
    OutboxMessage.objects.all().delete()
    assert len(giving.forecast(course).given) == 7  # type: ignore[union-attr]
    assert len(measure.statements(lambda: client.get(page))) <= len(few)
