"""What editors read of a course's certificate before and after they release it."""

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from certificates.models import CertificateDesign
from course_pages import releases, status
from course_pages.models import Course, CoursePage
from tests.factories import certificates as given
from tests.factories import courses
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
KEEP = "Who has completed the course keeps theirs"


def choose(course: Course, *, publish: bool = True, **rule: Any) -> CoursePage:
    page = CoursePage.objects.get(translation_key=course.lineage)
    value = {"when": "completed", "percent": None, "valid_months": None} | rule
    stream = [("certificate", value)] if rule.get("design") else []
    courses.edit(page, publish=publish, certificate=stream)
    return CoursePage.objects.get(pk=page.pk)


def told(page: CoursePage) -> str:
    return status.of_page(page).help


def test_before_a_release_it_is_told_what_becomes_of_certificates() -> None:
    """Seen to fail: nothing of certificates was said."""
    course = courses.course(1, 1)
    courses.edit(CoursePage.objects.get(translation_key=course.lineage), title="Other")
    assert "certificate" not in told(CoursePage.objects.get())
    design = given.design()
    page = choose(course, design=design)
    assert "gives a certificate" in told(page)
    releases.release(course=Course.objects.get(pk=course.pk), by=None)
    assert "certificate" not in told(page)
    page = choose(course, design=design, when="approved")
    assert "when it is completed and a teacher has approved it" in told(page)
    assert KEEP in told(page)
    releases.release(course=Course.objects.get(pk=course.pk), by=None)
    design.heading = "In recognition"
    design.save_revision().publish()
    assert "looks different" in told(page)
    assert KEEP in told(page)
    page = choose(course)
    assert "no certificate any more" in told(page)
    assert KEEP in told(page)


def test_a_draft_is_told_of_where_all_drafts_are_published() -> None:
    course = given.course()
    page = choose(course, publish=False, design=CertificateDesign.objects.get(), when="approved")
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    screen = client.get(reverse("course_admin:structure", args=[course.pk])).text
    assert "a teacher has approved it" in screen
    assert KEEP in screen
    assert "certificate" not in told(page)


def test_the_command_says_so_too(capsys: pytest.CaptureFixture[str]) -> None:
    course = given.course()
    choose(course, design=CertificateDesign.objects.get(), valid_months=12)
    call_command("release_course", course.slug)
    assert "valid for 12 months" in capsys.readouterr().out
    call_command("release_course", course.slug)
    assert "certificate" not in capsys.readouterr().out
