"""A lesson previewed while it is written, and the walk through a course without a release."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.sync import sync_roles
from course_pages import courses
from course_pages.models import Course, CoursePage, LessonPage
from tests.browser.test_editor_story import editor_of, write
from tests.cases import measure
from tests.factories import courses as make

SENTENCE = "Round the bollard, and back under itself."
Visit = Callable[..., Page]
SignIn = Callable[[Page, User], None]


@pytest.fixture(scope="module")
def fill() -> Callable[[], object]:
    """A course of four lessons without a release; the last one is a draft."""

    def make_it() -> None:
        sync_roles()
        course = make.course(2, 2, title="Knots", release=False)
        module = page_of(course).get_children().last()
        assert module is not None
        make.lesson(module, "Splices", live=False, body=[make.text_block("A splice holds.")])
        teacher = measure.person(email="ada@example.org", roles=["Instructor"])
        courses.add_teacher(course=course, user=teacher, by=None)

    return make_it


def page_of(course: Course) -> CoursePage:
    return CoursePage.objects.get(translation_key=course.lineage)


def lesson_of(title: str) -> LessonPage:
    return LessonPage.objects.get(title=title)


def teacher() -> User:
    return User.objects.get(email="ada@example.org")


def test_the_panel_shows_the_unsaved_sentence_to_a_half_way_learner(
    visit: Visit, sign_in: SignIn
) -> None:
    page, lesson = visit(), lesson_of("Lesson 2.1")
    sign_in(page, teacher())
    page.goto(editor_of(lesson))
    write(page, SENTENCE)
    page.get_by_role("button", name="Toggle preview").click()
    frame = page.frame_locator("iframe[title='Preview']").first
    # Wagtail forgets a mode that is chosen before its first preview has come.
    expect(frame.locator("h1").first).to_be_visible()
    page.get_by_label("Preview mode").select_option("half-way")
    expect(frame.locator("#player")).to_contain_text(SENTENCE)
    expect(frame.locator("#progress progress")).to_have_attribute("value", "40")
    expect(frame.get_by_role("button", name="Mark as completed")).to_be_disabled()
    lesson.refresh_from_db()
    assert not lesson.has_unpublished_changes
    assert SENTENCE not in str(lesson.body)


@pytest.mark.parametrize("width", [1440, 390])
def test_the_walk_goes_from_the_first_lesson_to_the_draft_and_back(
    visit: Visit, sign_in: SignIn, axe: Callable[[Page], list[str]], width: int
) -> None:
    page = visit(viewport={"width": width, "height": 844})
    sign_in(page, teacher())
    course = CoursePage.objects.get(title="Knots")
    page.goto(f"/admin/pages/{course.pk}/walk/")
    assert axe(page) == []
    page.get_by_role("link", name="Start the course").click()
    heading = page.locator("h1")
    for title in ("Lesson 1.1", "Lesson 1.2", "Lesson 2.1", "Lesson 2.2"):
        expect(heading).to_have_text(title)
        page.get_by_role("link", name=re.compile("^Next")).click()
    expect(heading).to_have_text("Splices")
    expect(page.get_by_text("A splice holds.")).to_be_visible()
    bar = page.get_by_role("complementary", name="Preview")
    expect(bar).to_contain_text("Draft")
    assert axe(page) == []

    bar.get_by_role("link", name="Half-way").click()
    expect(page.locator("#progress progress")).to_have_attribute("value", "40")
    expect(heading).to_have_text("Splices")
    page.get_by_role("link", name=re.compile("^Previous")).click()
    expect(heading).to_have_text("Lesson 2.2")
    expect(bar.locator("[aria-current]")).to_have_text("Half-way")
    if width < 1000:
        page.get_by_role("button", name="Outline").click()
    outline = page.get_by_role("navigation", name="Outline")
    outline.get_by_text("Module 1").click()
    outline.get_by_role("link", name="Lesson 1.1").click()
    expect(heading).to_have_text("Lesson 1.1")
    expect(page.get_by_text("Lesson completed")).to_be_visible()

    bar.get_by_role("link", name="Visitor").click()
    expect(page.get_by_text("Visitors do not see this lesson")).to_be_visible()
    assert axe(page) == []
    bar.get_by_role("link", name="Leave the preview").click()
    expect(page).to_have_url(re.compile(f"/admin/pages/{course.pk}/"))
