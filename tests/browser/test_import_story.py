"""From a package on an editor's desk to a course in the catalogue."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.sync import sync_roles
from course_pages.imports import jobs
from course_pages.models import CourseImport
from tests.cases import measure
from tests.factories import courses as make
from tests.factories.archives import olx, tar_of

Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def fill() -> Callable[[], object]:
    def small_site() -> None:
        make.catalogue()
        sync_roles()

    return small_site


@pytest.fixture
def editor(address: str) -> User:
    return measure.person(roles=["Editor"])


def work() -> None:
    """What `manage.py work` does, in a process of its own."""
    record = jobs.claim("the queue")
    assert record is not None
    jobs.run(record.pk, record.attempts)


def test_a_package_is_looked_at_and_then_published(
    visit: Visit,
    sign_in: Callable[[Page, User], None],
    editor: User,
    tmp_path: Path,
    axe: Callable[[Page], list[str]],
) -> None:
    package = tar_of(tmp_path / "course.tar.gz", olx())
    page = visit()
    sign_in(page, editor)
    page.goto("/admin/")
    page.get_by_role("link", name="Import course").click()
    expect(page.get_by_text("None so far")).to_be_visible()
    assert axe_of_ours(page, axe) == []
    page.get_by_label("Drop the package here").set_input_files(package)
    expect(page.get_by_text("course.tar.gz ·")).to_be_visible()
    page.get_by_text("Only look").click()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("Waiting for its turn")).to_be_visible()
    assert axe_of_ours(page, axe) == []
    work()
    # The open page tells by itself.
    expect(page.get_by_role("heading", name="Looked at; nothing was written")).to_be_visible()
    expect(page.get_by_text("Nothing is missing from this account")).to_be_visible()
    assert axe_of_ours(page, axe) == []
    page.get_by_role("button", name="Import and publish").click()
    expect(page.get_by_text("Waiting for its turn")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="Imported and published")).to_be_visible()
    page.get_by_role("link", name="See it as visitors do").click()
    expect(page.get_by_role("heading", name="A small course", level=1)).to_be_visible()


def test_on_a_phone_without_our_script_and_with_a_wrong_file(
    visit: Visit,
    sign_in: Callable[[Page, User], None],
    editor: User,
    tmp_path: Path,
    axe: Callable[[Page], list[str]],
) -> None:
    wrong = tmp_path / "notes.zip"
    wrong.write_text("Only words. " * 60)
    page = visit(viewport={"width": 390, "height": 844}, color_scheme="dark")
    page.route("**/imports*.js", lambda route: route.abort())
    sign_in(page, editor)
    page.goto("/admin/imports/")
    before = CourseImport.objects.count()
    page.get_by_label("Drop the package here").set_input_files(wrong)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("neither a zip nor a tar archive")).to_be_visible()
    page.get_by_label("Drop the package here").set_input_files(
        tar_of(tmp_path / "course.tar.gz", olx())
    )
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("Waiting for its turn")).to_be_visible()
    work()
    page.reload()
    expect(page.get_by_role("heading", name="Imported as drafts")).to_be_visible()
    assert axe_of_ours(page, axe) == []
    assert CourseImport.objects.count() == before + 1


def axe_of_ours(page: Page, axe: Callable[[Page], list[str]]) -> list[str]:
    """Findings in our part of the screen; the frame around it is Wagtail's."""
    return [finding for finding in axe(page) if "imports" in finding or "findings" in finding]
