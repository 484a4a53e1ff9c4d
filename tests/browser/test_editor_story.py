"""From a changed sentence in the editor to what a learner reads."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from config.demo.loader import PASSWORD
from course_pages import releases
from course_pages.models import Course, LessonPage
from learning.models import AccessGrant
from learning.services import enrolment

pytestmark = pytest.mark.core_story

COURSE = "write-emails-people-answer"
SENTENCE = "Answer the question that was asked."
Visit = Callable[..., Page]


def test_what_an_instructor_publishes_reaches_the_learner(
    visit: Visit, sign_in: Callable[[Page, User], None]
) -> None:
    student = User.objects.get(email="student@lectern.example")
    course = Course.objects.get(slug=COURSE)
    enrolment.enrol(user=student, course=course, source=AccessGrant.Source.GIFT)
    lesson = LessonPage.objects.get(title="The subject line is half the mail", live=True)
    reader = visit()
    sign_in(reader, student)
    reader.goto(f"/learn/{COURSE}/{address_of(course, lesson)}/")
    expect(reader.locator("#player")).not_to_contain_text(SENTENCE)

    teacher = visit()
    open_editor(teacher, lesson)
    expect(status(teacher)).to_contain_text("Released")
    write(teacher, SENTENCE)
    publish(teacher)
    teacher.goto(editor_of(lesson))
    expect(status(teacher)).to_contain_text("Ahead of what learners see")
    reader.reload()
    expect(reader.locator("#player")).not_to_contain_text(SENTENCE)

    # What `manage.py work` does every two seconds.
    assert releases.release_due() == 1
    # The open editor tells by itself.
    expect(status(teacher)).to_contain_text("Learners see this (release 2)")
    reader.reload()
    expect(reader.locator("#player")).to_contain_text(SENTENCE)


def address_of(course: Course, lesson: LessonPage) -> str:
    return course.addresses.get(lineage=lesson.translation_key).address


def editor_of(lesson: LessonPage) -> str:
    return f"/admin/pages/{lesson.pk}/edit/"


def open_editor(page: Page, lesson: LessonPage) -> None:
    """By the site's own sign-in page, to which the admin sends strangers."""
    page.goto(editor_of(lesson))
    expect(page).to_have_url(re.compile("/account/login/"))
    page.get_by_label("Email").fill("instructor@lectern.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(editor_of(lesson)))


def status(page: Page) -> Locator:
    return page.locator("[data-release-status]")


def write(page: Page, sentence: str) -> None:
    """Put a sentence at the end of the lesson's first paragraph of text."""
    text = page.locator(".public-DraftEditor-content").first
    text.scroll_into_view_if_needed()
    text.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" " + sentence)
    expect(text).to_contain_text(sentence)
    # The editor hands the text to its form after a moment.
    page.wait_for_function(
        """sentence => [...document.querySelectorAll("form input[type=hidden]")]
            .some(one => one.value.includes(sentence))""",
        arg=sentence,
    )


def publish(page: Page) -> None:
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text(re.compile("has been published"))).to_be_visible()
