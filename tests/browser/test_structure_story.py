"""A teacher who has never seen Wagtail makes a course; a student sees it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.sync import sync_roles
from course_pages import courses, releases
from course_pages.models import Course, LessonPage, ModulePage
from learning.services import enrolment
from tests.factories import courses as make
from tests.factories.accounts import UserFactory

SignIn = Callable[[Page, User], None]
Visit = Callable[..., Page]
Axe = Callable[[Page], list[str]]


@pytest.fixture(scope="module")
def fill() -> Callable[[], object]:
    """A site with an empty catalogue."""

    def site() -> None:
        sync_roles()
        make.catalogue()

    return site


def lessons_of(course: Course) -> list[list[str]]:
    page = courses.page_of(course)
    return [
        list(
            LessonPage.objects.child_of(one).order_by("path").values_list("draft_title", flat=True)
        )
        for one in ModulePage.objects.child_of(page).order_by("path")
    ]


def add(page: Page, label: str, title: str) -> None:
    """Type a title into one of the screen's fields and press Enter."""
    field = page.get_by_label(label, exact=True)
    field.fill(title)
    field.press("Enter")
    expect(said(page)).to_contain_text(title)


def said(page: Page):  # type: ignore[no-untyped-def]
    return page.locator("#structure-messages")


def test_a_new_teacher_makes_a_course_and_a_student_sees_it(
    visit: Visit, sign_in: SignIn, axe: Axe
) -> None:
    teacher = UserFactory(name="Tara Teacher", roles=["Instructor"])
    page = visit()
    sign_in(page, teacher)
    page.goto("/admin/")
    expect(page.get_by_text("You have no course yet.")).to_be_visible()
    page.get_by_role("link", name="New course").click()
    expect(page).to_have_url(re.compile("/admin/courses/new/"))
    expect(page.get_by_role("heading", name="New course")).to_be_visible()
    assert axe(page) == []
    page.get_by_label("Title").fill("Tie five knots")
    page.get_by_label("An empty course").check()
    page.get_by_role("button", name="Make the course").click()
    expect(page.get_by_role("heading", name="Tie five knots")).to_be_visible()
    expect(page.get_by_text("This course has no modules yet")).to_be_visible()
    page.reload()  # Wagtail's message fades in; half-way it has too little contrast.
    assert axe(page) == []

    add(page, "Title of the new module", "Loops")
    add(page, "Title of the new module", "Hitches")
    add(page, "Title of the new lesson in Loops", "The bowline")
    add(page, "Title of the new lesson in Loops", "The figure eight")
    add(page, "Title of the new lesson in Hitches", "Two half hitches")
    expect(page.locator(".structure-figures")).to_contain_text("2 modules · 3 lessons")
    assert axe(page) == []
    course = Course.objects.get(title="Tie five knots")
    assert lessons_of(course) == [["The bowline", "The figure eight"], ["Two half hitches"]]

    page.get_by_role("link", name="The bowline").click()
    expect(page).to_have_url(re.compile("/edit/"))
    write(page, "The rabbit comes out of its hole.")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text(re.compile("has been saved|has been updated"))).to_be_visible()
    page.goto(f"/admin/courses/{course.pk}/structure/")
    walk = page.get_by_role("link", name="View as learner").get_attribute("href")
    page.goto(f"{walk}?as=half-way")
    expect(page.locator(".preview-bar, main").first).to_be_visible()
    page.get_by_role("link", name="The bowline").first.click()
    expect(page.locator("#player")).to_contain_text("The rabbit comes out of its hole.")
    page.goto(f"/admin/courses/{course.pk}/structure/")
    page.get_by_text("Publish all 6 drafts").click()
    page.get_by_role("button", name="Publish all").click()
    expect(said(page)).to_contain_text("6 pages were published.")

    # What `manage.py work` does every two seconds; the open screen tells by itself.
    assert releases.release_due() == 1
    expect(page.locator(".structure-lesson .structure-state").first).to_contain_text("Released")
    expect(page.locator("[data-release-status]")).to_contain_text("release 1")

    student = UserFactory(name="Stu Student")
    course.refresh_from_db()
    enrolment.enrol(user=student, course=course)
    reader = visit(viewport={"width": 390, "height": 844})
    sign_in(reader, student)
    reader.goto("/courses/")
    expect(reader.get_by_role("link", name="Tie five knots").first).to_be_visible()
    reader.goto("/learn/tie-five-knots/the-bowline/")
    expect(reader.locator("#player")).to_contain_text("The rabbit comes out of its hole.")


def write(page: Page, sentence: str) -> None:
    """Add a block of text to the open editor and write into it."""
    page.get_by_role("button", name="Insert a block").first.click()
    page.get_by_role("option", name="Text", exact=True).click()
    text = page.locator(".public-DraftEditor-content").first
    text.click()
    page.keyboard.type(sentence)
    page.wait_for_function(
        """sentence => [...document.querySelectorAll("form input[type=hidden]")]
            .some(one => one.value.includes(sentence))""",
        arg=sentence,
    )


@pytest.fixture
def course(address: str) -> Course:
    """Two modules of two lessons with names of many kinds, released; Tara teaches it."""
    page = make.course_page(f"Knots {Course.objects.count()}")
    names = [["One", "Two"], ["Three, with a name " + "long " * 30, "أربعة"]]
    for number, lessons in enumerate(names, start=1):
        module = make.module(page, f"Module {number}")
        for name in lessons:
            make.lesson(module, name)
    made = Course.objects.get(lineage=page.translation_key)
    releases.release(course=made, by=None)
    return made


@pytest.fixture
def screen(visit: Visit, sign_in: SignIn, course: Course) -> Page:
    teacher = UserFactory(roles=["Instructor"])
    courses.add_teacher(course=course, user=teacher, by=None)
    page = visit()
    sign_in(page, teacher)
    page.goto(f"/admin/courses/{course.pk}/structure/")
    return page


def handle(page: Page, title: str):  # type: ignore[no-untyped-def]
    return page.get_by_role("button", name=f"Move {title}", exact=True)


def test_lessons_are_reordered_by_keyboard_alone(screen: Page, course: Course) -> None:
    spoken = screen.locator("[data-spoken]")
    handle(screen, "One").focus()
    screen.keyboard.press("Enter")
    expect(spoken).to_contain_text("Lifted: One.")
    screen.keyboard.press("ArrowDown")
    expect(spoken).to_have_text("One: place 2 of 2 in Module 1")
    screen.keyboard.press("Escape")
    expect(spoken).to_have_text("One is back where it was.")
    assert lessons_of(course)[0] == ["One", "Two"]

    screen.keyboard.press("Enter")
    screen.keyboard.press("ArrowDown")
    screen.keyboard.press("ArrowDown")
    expect(spoken).to_have_text("One: place 1 of 3 in Module 2")
    screen.keyboard.press("Enter")
    expect(said(screen)).to_contain_text("“One” was moved.")
    expect(handle(screen, "One")).to_be_focused()
    assert [len(one) for one in lessons_of(course)] == [1, 3]
    assert lessons_of(course)[1][0] == "One"

    handle(screen, "Module 2").focus()
    screen.keyboard.press(" ")
    screen.keyboard.press("ArrowUp")
    expect(spoken).to_have_text("Module 2: place 1 of 2")
    screen.keyboard.press(" ")
    expect(said(screen)).to_contain_text("“Module 2” was moved.")
    assert lessons_of(course)[0][0] == "One"


def test_lessons_are_dragged(screen: Page, course: Course) -> None:
    handle(screen, "Two").drag_to(handle(screen, "أربعة"), target_position={"x": 8, "y": 2})
    expect(said(screen)).to_contain_text("“Two” was moved.")
    assert "Two" in lessons_of(course)[1]


def test_a_closed_module_opens_under_a_dragged_lesson(screen: Page, course: Course) -> None:
    module = screen.locator(".structure-module").nth(1)
    lessons = module.locator("details.structure-lessons")
    line = lessons.locator("> summary")
    line.click()
    expect(lessons).not_to_have_attribute("open", "")
    handle(screen, "Two").hover()
    screen.mouse.down()
    box = line.bounding_box()
    assert box is not None
    while not lessons.evaluate("one => one.open"):
        # A drag that rests still says so, again and again.
        screen.mouse.move(box["x"] + 60, box["y"] + 8, steps=3)
        screen.mouse.move(box["x"] + 64, box["y"] + 10, steps=3)
    row = lessons.locator(".structure-lesson").last.bounding_box()
    assert row is not None
    screen.mouse.move(row["x"] + 60, row["y"] + row["height"] - 6, steps=10)
    screen.mouse.up()
    expect(said(screen)).to_contain_text("“Two” was moved.")
    assert lessons_of(course)[0] == ["One"]
    assert "Two" in lessons_of(course)[1]
    said(screen).get_by_role("button", name="Undo").click()
    first = screen.locator(".structure-module").first
    expect(first.locator(".structure-lesson")).to_have_count(2)
    assert lessons_of(course)[0] == ["One", "Two"]


def test_a_lesson_is_moved_and_unpublished_from_its_menu_and_back(
    screen: Page, course: Course, axe: Axe
) -> None:
    screen.get_by_label("Actions for One").click()
    screen.get_by_role("link", name="Move to …").locator("visible=true").click()
    expect(screen.get_by_label("Move to the end of")).to_be_focused()
    screen.get_by_role("button", name="Move", exact=True).click()
    expect(said(screen)).to_contain_text("“One” was moved.")
    assert lessons_of(course)[1][-1] == "One"

    screen.get_by_label("Actions for One").click()
    screen.get_by_role("button", name="Unpublish").locator("visible=true").click()
    expect(said(screen)).to_contain_text("“One” was unpublished.")
    assert axe(screen) == []
    said(screen).get_by_role("button", name="Undo").click()
    expect(said(screen)).to_contain_text("“One” is published again.")
    assert make.lesson_page(course, "One").live


def test_a_screen_that_is_stale_says_so_and_shows_what_is(screen: Page, course: Course) -> None:
    two = make.lesson_page(course, "Two")
    two.move(two.get_parent(), pos="first-child")
    handle(screen, "One").focus()
    for key in ("Enter", "ArrowDown", "ArrowDown", "Enter"):
        screen.keyboard.press(key)
    expect(said(screen)).to_contain_text("Nothing was changed")
    expect(screen.locator(".structure-link").first).to_have_text("Two")
    assert lessons_of(course)[0] == ["Two", "One"]


def test_settings_are_changed_in_place(screen: Page, course: Course, axe: Axe) -> None:
    screen.get_by_label("Actions for One").click()
    screen.get_by_role("link", name="Settings …").locator("visible=true").click()
    dialog = screen.get_by_role("dialog")
    assert axe(screen) == []
    dialog.get_by_label("Title").fill("Uno")
    dialog.get_by_label("Minutes").fill("17")
    dialog.get_by_label("Free preview").check()
    dialog.get_by_role("button", name="Save").click()
    expect(said(screen)).to_contain_text("“Uno” was saved and published.")
    row = screen.locator(".structure-lesson").first
    expect(row).to_contain_text("Free preview")
    expect(row).to_contain_text("17 min")


def test_without_javascript_forms_do_the_same(
    visit: Visit, sign_in: SignIn, course: Course
) -> None:
    teacher = UserFactory(roles=["Instructor"])
    courses.add_teacher(course=course, user=teacher, by=None)
    page = visit(java_script_enabled=False)
    sign_in(page, teacher)
    page.goto(f"/admin/courses/{course.pk}/structure/")
    expect(page.locator("[data-handle]").first).to_be_hidden()
    page.get_by_label("Actions for One").click()
    page.get_by_role("button", name="Move down").locator("visible=true").click()
    expect(page.get_by_text("“One” was moved.")).to_be_visible()
    assert lessons_of(course)[0] == ["Two", "One"]


def test_the_screen_fits_a_phone(visit: Visit, sign_in: SignIn, course: Course, axe: Axe) -> None:
    teacher = UserFactory(roles=["Instructor"])
    courses.add_teacher(course=course, user=teacher, by=None)
    page = visit(viewport={"width": 390, "height": 844}, color_scheme="dark")
    sign_in(page, teacher)
    page.goto(f"/admin/courses/{course.pk}/structure/")
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    assert axe(page) == []
