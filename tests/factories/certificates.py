"""Courses that give certificates, and people who have completed them."""

from typing import Any

from accounts.models import User
from certificates.models import Certificate, CertificateDesign
from core import outbox
from course_pages import releases
from course_pages.models import Course, CoursePage
from learning.models import Enrolment
from learning.services import access, enrolment, progress
from tests.factories import courses
from tests.factories.accounts import UserFactory


def design(title: str = "A design", **fields: Any) -> CertificateDesign:
    """A published design without pictures."""
    made: CertificateDesign = CertificateDesign.objects.create(title=title, **fields)
    return made


def course(
    chosen: CertificateDesign | None = None, *, lessons: int = 1, title: str = "A course",
    **rule: Any,
) -> Course:  # fmt: skip
    """A released course that gives a certificate by this rule: on completion, by default."""
    made = courses.course(1, lessons, title=title, release=False)
    return give(made, chosen, **rule)


def give(given: Course, chosen: CertificateDesign | None = None, **rule: Any) -> Course:
    """Let a course give a certificate from its next release on, which is made."""
    page = CoursePage.objects.get(translation_key=given.lineage)
    value = {"design": chosen or design(), "when": "completed", "percent": None} | rule
    courses.edit(page, certificate=[("certificate", {"valid_months": None} | value)])
    releases.release(course=Course.objects.get(pk=given.pk), by=None)
    return Course.objects.get(pk=given.pk)


def learner(given: Course, name: str = "Ada Lovelace", **fields: Any) -> User:
    """Somebody who is enrolled."""
    user: Any = UserFactory(name=name, **fields)
    enrolment.enrol(user=user, course=given)
    return user


def complete(user: User, given: Course) -> Enrolment:
    """All lessons done; nothing is delivered yet."""
    for lesson in access.enter_course(user, given.slug).outline.lessons:
        progress.complete(seat=access.enter_lesson(user, given.slug, lesson.address))
    return Enrolment.objects.get(user=user, course=given)


def earned(given: Course | None = None, name: str = "Ada Lovelace", **fields: Any) -> Certificate:
    """What somebody has for completing a course, after all that follows from it."""
    given = given or course()
    row = complete(learner(given, name, **fields), given)
    outbox.drain()
    return Certificate.objects.get(enrolment=row)
