"""Rules from the editor's forms to a learner on a phone: closed, why, the way there, and open."""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Literal

import pytest
from django.utils.formats import date_format
from playwright.sync_api import Page, expect
from wagtail.models import Page as TreePage

from accounts.models import User
from core import clock
from course_pages import courses, releases
from course_pages.models import Course, CoursePage, ModulePage
from learning.services import enrolment
from tests.factories import courses as make
from tests.factories.accounts import UserFactory

Visit = Callable[..., Page]
Axe = Callable[[Page], list[str]]
LOOK = os.environ.get("LECTERN_LOOK")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture(scope="module")
def fill() -> Callable[[], object]:
    return lambda: make.course(2, 2, title="Knots")


@pytest.fixture
def course() -> Course:
    return Course.objects.get(slug="knots")


def look(page: Page, name: str) -> None:
    if LOOK:
        page.screenshot(path=f"{LOOK}/{name}.png", full_page=True)


def test_a_teacher_sets_rules_and_a_learner_is_led_to_what_is_missing(
    visit: Visit, sign_in: Callable[[Page, User], None], axe: Axe, course: Course
) -> None:
    teacher = UserFactory(roles=["Instructor"])
    courses.add_teacher(course=course, user=teacher, by=None)
    first, second = ModulePage.objects.descendant_of(page_of(course)).order_by("path")
    day = clock.now().date() + timedelta(days=30)

    editor = visit(viewport={"width": 1440, "height": 900})
    sign_in(editor, teacher)
    open_editor(editor, page_of(course))
    editor.get_by_role("combobox", name="Order of study").select_option("in_order")
    look(editor, "rules-course")
    publish(editor)
    open_editor(editor, second)
    editor.get_by_label("Module 1", exact=True).check()
    editor.get_by_role("textbox", name="Opens on").fill(day.isoformat())
    editor.keyboard.press("Escape")
    look(editor, "rules-module")
    publish(editor)
    assert releases.release_due() == 1

    learner = UserFactory()
    enrolment.enrol(user=learner, course=course)
    phone = visit(viewport={"width": 390, "height": 844})
    sign_in(phone, learner)
    phone.goto("/learn/knots/")
    closed = phone.locator("li", has_text="Lesson 2.1")
    expect(closed).to_contain_text("After the module “Module 1”")
    expect(phone.locator("li", has_text="Lesson 1.2").last).to_contain_text("After “Lesson 1.1”")
    found = judged(phone, axe, "rules-home")

    # By its address, as a friend may have sent it.
    answer = phone.goto("/learn/knots/lesson-21/")
    assert answer is not None
    assert answer.status == 403
    expect(phone.locator("main")).to_contain_text("Complete the module “Module 1” first.")
    expect(phone.locator("main")).to_contain_text(f"It opens on {date_format(day, 'DATE_FORMAT')}.")
    found += judged(phone, axe, "rules-closed")
    # The order of study asks for a lesson of that module: said once.
    expect(phone.locator("main")).not_to_contain_text("Complete “")
    phone.get_by_role("main").get_by_role("link", name="Lesson 1.1").click()
    expect(phone).to_have_url(re.compile("/lesson-11/"))
    for number in ("1.1", "1.2"):
        expect(phone.get_by_role("heading", name=f"Lesson {number}", level=1)).to_be_visible()
        phone.get_by_role("button", name="Mark as completed").click()
        if number == "1.1":
            phone.get_by_role("link", name=re.compile("Lesson 1.2")).first.click()
    expect(phone.get_by_role("button", name="Mark as completed")).to_have_count(0)

    # The module is done, the day is still to come: it alone is named.
    phone.goto("/learn/knots/lesson-21/")
    expect(phone.locator("main")).to_contain_text("It opens on")
    expect(phone.locator("main")).not_to_contain_text("Complete the module")
    found += judged(phone, axe, "rules-waiting")
    make.edit(second, opens_on=clock.now().date() - timedelta(days=1))
    releases.release_due()
    phone.reload()
    expect(phone.get_by_role("heading", name="Lesson 2.1", level=1)).to_be_visible()
    assert not found, "\n".join(found)


def page_of(course: Course) -> CoursePage:
    found: CoursePage = CoursePage.objects.get(translation_key=course.lineage)
    return found


def open_editor(page: Page, edited: TreePage) -> None:
    page.goto(f"/admin/pages/{edited.pk}/edit/")
    expect(page.locator("[data-release-status]")).to_be_visible()


def publish(page: Page) -> None:
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text(re.compile("has been published"))).to_be_visible()


def judged(page: Page, axe: Axe, name: str) -> list[str]:
    """What axe finds, wide and narrow, light and dark."""
    found: list[str] = []
    size: Any = page.viewport_size
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            look(page, f"{name}-{width}-{scheme}")
            found += [f"{name} {width} {scheme} {one}" for one in axe(page)]
    page.set_viewport_size(size)
    return found
