"""A course that nobody here wrote, studied to its end."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from accounts.models import User
from course_pages import outline
from course_pages.models import Course
from learning.models import Enrolment
from learning.services import enrolment
from tests.factories import courses as make
from tests.factories.accounts import UserFactory

DATA = os.environ.get("LECTERN_SHARED_DATA")
pytestmark = pytest.mark.skipif(
    not DATA, reason="needs the Open edX demo course: set LECTERN_SHARED_DATA to its folder"
)


@pytest.fixture(scope="module")
def fill() -> Callable[[], object]:
    def import_demo_course() -> None:
        make.catalogue()
        archive = Path(DATA or "") / "olx" / "openedx-demo-course-v2.tar.gz"
        call_command("import_course", str(archive), "--publish", "--brief")

    return import_demo_course


def test_the_open_edx_demo_course_is_studied_to_the_end(
    page: Page, sign_in: Callable[[Page, User], None]
) -> None:
    course = Course.objects.select_related("live_release").get()
    assert course.live_release is not None
    lessons = outline.load(course.live_release.outline_id).lessons
    learner = UserFactory()
    enrolment.enrol(user=learner, course=course)
    sign_in(page, learner)

    page.goto(course.get_absolute_url())
    page.get_by_role("link", name="Start the course").click()
    page.evaluate("window.samePage = true")
    for lesson in lessons:
        # The first learner waits for the pictures' sizes to be made.
        expect(page).to_have_url(re.compile(f"/{re.escape(lesson.address)}/$"), timeout=60_000)
        expect(page.get_by_role("heading", level=1).first).to_have_text(lesson.title)
        page.get_by_role("button", name="Mark as completed").click()
        expect(page.locator("#complete[data-done]")).to_be_visible()
        if lesson is not lessons[-1]:
            page.locator("a.turn-next").click()
    assert page.evaluate("window.samePage"), "a lesson was loaded as a whole page"

    page.goto("/my/")
    expect(page.locator(".learning-item", has_text=course.title)).to_contain_text("100 %")
    record = Enrolment.objects.get(user=learner)
    assert record.completed_at is not None
    assert record.completions.count() == len(lessons)
