"""From the home page to a finished course, as somebody who has never been here."""

import re
from collections.abc import Callable

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from accounts.models import User
from learning.models import Enrolment

pytestmark = pytest.mark.core_story

TITLE = "Bread from four ingredients"
PASSWORD = "flour water salt patience"
Visit = Callable[..., Page]


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_a_stranger_finds_a_course_joins_and_finishes_it(visit: Visit, javascript: bool) -> None:
    page = visit(java_script_enabled=javascript)
    email = f"reader-{javascript}@example.org".lower()
    find_course(page, javascript)
    sign_up(page, email)
    enrol(page)
    study(page, javascript)

    page.goto("/my/")
    course = page.locator(".learning-item", has_text=TITLE)
    expect(course).to_contain_text("100 %")
    expect(course).to_contain_text("Completed on")
    enrolment = Enrolment.objects.get(user=User.objects.get(email=email))
    assert enrolment.completed_at is not None
    assert enrolment.completions.count() == 4


def find_course(page: Page, javascript: bool) -> None:
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Courses").click()
    results = page.locator("#catalogue-results")
    expect(results.get_by_role("article")).to_have_count(4)
    page.get_by_label("Topic").select_option(label="Home and kitchen")
    if not javascript:
        page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile(r"topic=home"))
    expect(results.get_by_role("article")).to_have_count(2)
    results.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    page.get_by_role("link", name="Enrol now").click()


def sign_up(page: Page, email: str) -> None:
    """Asked to sign in, somebody without an account makes one and is brought back."""
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Your name").fill("Rosa Reader")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create my account").click()
    page.get_by_label("Code").fill(code_from_mail(email))
    page.get_by_role("button", name="Confirm").click()


def code_from_mail(email: str) -> str:
    [message] = [one for one in mail.outbox if one.to == [email]]
    found = re.search(r"^([A-Z0-9]{3,6}-[A-Z0-9]{3,6})$", str(message.body), re.MULTILINE)
    assert found, message.body
    return found[1]


def enrol(page: Page) -> None:
    expect(page).to_have_title(re.compile("Enrol in"))
    page.get_by_role("button", name="Enrol and start").click()
    expect(page.get_by_text("0 of 4 lessons completed")).to_be_visible()
    page.get_by_role("link", name="Start the course").click()


def study(page: Page, javascript: bool) -> None:
    for number in range(1, 5):
        complete = page.get_by_role("button", name="Mark as completed")
        title = page.get_by_role("heading", level=1).inner_text()
        following = page.get_by_role("link", name="Next").last
        address = following.get_attribute("href") if number < 4 else None
        if not javascript:
            complete.click()
            expect(page.get_by_role("heading", level=1)).not_to_have_text(title)
            continue
        page.evaluate("window.samePage = true")
        counts = page.locator(".module-count").all_inner_texts()
        complete.click()
        expect(page.locator("#complete[data-done]")).to_be_visible()
        expect(page.locator("#progress")).to_contain_text(f"{25 * number} %")
        assert page.locator(".module-count").all_inner_texts() != counts
        if address:
            following.click()
            went_on_without_loading(page, title, address)


def went_on_without_loading(page: Page, before: str, address: str) -> None:
    """URL, title and focus are where a page load would have put them."""
    heading = page.get_by_role("heading", level=1)
    expect(heading).not_to_have_text(before)
    expect(heading).to_be_focused()
    expect(page).to_have_url(re.compile(re.escape(address) + "$"))
    expect(page).to_have_title(re.compile(re.escape(heading.inner_text())))
    assert page.evaluate("window.samePage"), "the page was loaded anew"
    page.go_back()
    expect(heading).to_have_text(before)
    page.wait_for_load_state("networkidle")
    page.go_forward()
    expect(heading).not_to_have_text(before)
