"""What a course asks for its certificate, and what no release may ask."""

from typing import Any

import pytest

from assessments.services import corrections, scores
from certificates.models import Certificate, CertificateDesign
from certificates.services import issuing
from certificates.staff.views import with_points
from core import outbox
from course_pages import outline, releases
from course_pages.models import Course, CoursePage
from course_pages.releases import ReleaseRefused
from tests.factories import attempts as taking
from tests.factories import certificates as given
from tests.factories import courses, quizzes
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def with_quizzes(number: int = 2, **rule: Any) -> Course:
    """A course whose certificate asks for points; passing takes half of them."""
    course, _quiz = quizzes.course_with_quiz(
        [quizzes.single(f"Question {index}?") for index in range(4)], pass_mark=50
    )
    return given.give(course, when="score", **rule)


def answered(user: Any, course: Course, right: int) -> None:
    attempt = taking.begin(user, course)
    answers = taking.right(attempt)
    taking.hand_in(user, attempt, {key: answers[key] for key in sorted(answers)[:right]})
    outbox.drain()


def test_points_decide_and_a_better_attempt_later_counts() -> None:
    course = with_quizzes(percent=75)
    user = taking.learner(course, name="Ada")
    answered(user, course, 2)
    assert not Certificate.objects.exists()
    answered(user, course, 3)
    certificate = Certificate.objects.get()
    assert certificate.current.evidence.data["score"] == "75"
    # A result that falls afterwards takes nothing away.
    attempt = user.enrolments.get().attempts.latest("number")
    corrections.void(attempt=attempt.pk, reason="Not their own work", by=UserFactory())
    outbox.drain()
    certificate.refresh_from_db()
    assert certificate.state == Certificate.State.ISSUED


def test_where_no_quiz_was_taken_no_points_are_told() -> None:
    """Seen to fail: with "0 %" on paper, page, JSON and in the list of those who wait."""
    course, _quiz = quizzes.course_with_quiz([quizzes.single()], completion="done", required=False)
    course = given.give(course, when="approved")
    user = taking.learner(course, name="Ada")
    row = given.complete(user, course)
    outbox.drain()
    certificate = Certificate.objects.get()
    assert with_points([certificate]) == [(certificate, None)]
    issuing.approve(certificate=certificate.pk, by=UserFactory())
    certificate.refresh_from_db()
    assert certificate.current.evidence.data["score"] == ""
    assert scores.percents_of([row.pk], outline.load(certificate.release.outline_id)) == {
        row.pk: None
    }


def test_the_release_in_which_somebody_completed_decides() -> None:
    """A rule that comes later gives nothing by itself; a person may give by it."""
    course = courses.course(1, 1)
    user = given.learner(course)
    row = given.complete(user, course)
    outbox.drain()
    course = given.give(course)
    issuing.sweep()
    outbox.drain()
    assert not Certificate.objects.exists()
    assert list(issuing.could_have(course)) == [row]
    assert issuing.consider(row, course.live_release)
    outbox.drain()
    assert Certificate.objects.get().release == course.live_release


def refused(course: Course) -> str:
    with pytest.raises(ReleaseRefused) as caught:
        releases.release(course=Course.objects.get(pk=course.pk), by=None)
    before = course.live_release_id
    course.refresh_from_db()
    assert course.live_release_id == before
    return str(caught.value)


def choose(course: Course, design: CertificateDesign, **rule: Any) -> None:
    page = CoursePage.objects.get(translation_key=course.lineage)
    value = {"design": design, "when": "completed", "percent": None, "valid_months": None} | rule
    courses.edit(page, certificate=[("certificate", value)])


def test_a_design_that_is_not_published_stops_the_release() -> None:
    course = courses.course(1, 1)
    choose(course, given.design(live=False))
    assert "not published" in refused(course)


def test_an_unknown_placeholder_stops_the_release() -> None:
    course = courses.course(1, 1)
    choose(course, given.design(statement="well done {nmae}"))
    assert "{nmae}" in refused(course)


@pytest.mark.parametrize("title", ["\u8bfb\u61c2\u56fe\u8868", "Charts \u12a0"])
def test_a_title_that_cannot_be_printed_stops_the_release(title: str) -> None:
    """Seen to fail: certificates were issued, valid, and their files and mails never made."""
    with pytest.raises(ReleaseRefused, match="letters that cannot be printed on a certificate"):
        given.course(title=title)
    assert given.earned(given.course(title="Python \N{SNAKE}")).current.pdf_sha256
    assert courses.course(1, 1, title=f"More {title}").live_release is not None


def test_a_design_that_is_gone_stops_the_release() -> None:
    course = courses.course(1, 1)
    design = given.design()
    choose(course, design)
    CertificateDesign.objects.filter(pk=design.pk)._raw_delete("default")
    assert "choose another" in refused(course)


def test_points_without_a_quiz_stop_the_release() -> None:
    course = courses.course(1, 1)
    choose(course, given.design(), when="score", percent=50)
    assert "no quiz" in refused(course)


def test_a_course_that_nobody_completes_stops_the_release() -> None:
    course = courses.course(1, 1)
    courses.edit(courses.lesson_page(course, "Lesson 1.1"), required=False)
    choose(course, given.design())
    assert "required" in refused(course)


def rule_of(course: Course) -> outline.CertificateRule | None:
    assert course.live_release is not None
    return outline.load(course.live_release.outline_id).certificate


def test_a_published_design_reaches_learners_with_the_next_release_only() -> None:
    """Seen to fail: published within seconds of being chosen, before Wagtail's index knew of it."""
    design = given.design()
    course = given.course(design)
    first = rule_of(course)
    assert Course.objects.get(pk=course.pk).dirty_at is None
    design.heading = "In recognition"
    design.save_revision().publish()
    assert Course.objects.get(pk=course.pk).dirty_at is not None
    assert rule_of(course) == first
    releases.release(course=Course.objects.get(pk=course.pk), by=None)
    course.refresh_from_db()
    assert rule_of(course) != first
