"""What holds on every page that a visitor or a learner can open."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from lxml import html
from playwright.sync_api import Page, expect

from accounts.models import User

Axe = Callable[[Page], list[str]]
Visit = Callable[..., Page]
SignIn = Callable[[Page, User], None]

COURSE = "charts-that-tell-the-truth"
LESSON = f"/learn/{COURSE}/say-less-label-more/"
PUBLIC = [
    "/",
    "/courses/",
    "/courses/?q=nothing-of-the-kind",
    f"/courses/{COURSE}/",
    f"/learn/{COURSE}/what-a-chart-promises/",
    "/instructors/ida-sommer/",
    "/for-teams/",
    "/about/",
    "/imprint/",
    "/privacy/",
    "/contact/",
    "/account/login/",
    "/account/signup/",
    "/account/password/reset/",
    "/no-such-page/",
]
PERSONAL = [
    "/my/",
    f"/learn/{COURSE}/",
    LESSON,
    f"/learn/{COURSE}/-/leave/",
    "/learn/a-quiet-home-network/-/join/",
    "/account/",
    "/account/email/",
    "/account/password/change/",
    "/account/logout/",
]
SIZES = {"wide": (1440, 900), "phone": (390, 844)}


@pytest.fixture
def student() -> User:
    return User.objects.get(email="student@lectern.example")


def settled(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")


def overflow(page: Page) -> str | None:
    """The address and the first thing that sticks out, where the page scrolls sideways."""
    found = page.evaluate(
        """() => {
            const root = document.documentElement;
            if (root.scrollWidth <= root.clientWidth) return null;
            const wide = [...document.querySelectorAll("body *")].find(one => {
                const box = one.getBoundingClientRect();
                return box.width && (box.right > root.clientWidth + 1 || box.left < -1);
            });
            return `${root.scrollWidth} > ${root.clientWidth} by ` +
                (wide ? wide.outerHTML.slice(0, 120) : "?");
        }"""
    )
    return f"{page.url}: {found}" if found else None


@pytest.mark.parametrize("who", ["visitor", "student"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing(
    visit: Visit, axe: Axe, sign_in: SignIn, student: User, who: str, scheme: Any, size: str
) -> None:
    width, height = SIZES[size]
    page = visit(viewport={"width": width, "height": height}, color_scheme=scheme)
    if who == "student":
        sign_in(page, student)
    found = []
    for address in PERSONAL if who == "student" else PUBLIC:
        settled(page, address)
        found += axe(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"viewport": {"width": 360, "height": 740}}, id="360 px"),
        # What a browser of 1440 px shows at 200 %.
        pytest.param(
            {"viewport": {"width": 720, "height": 450}, "device_scale_factor": 2}, id="200 %"
        ),
    ],
)
def test_no_page_scrolls_sideways(
    visit: Visit, sign_in: SignIn, student: User, options: dict[str, Any]
) -> None:
    page = visit(**options)
    found = []
    for address in PUBLIC:
        settled(page, address)
        found.append(overflow(page))
    sign_in(page, student)
    for address in PERSONAL:
        settled(page, address)
        found.append(overflow(page))
    wide = [one for one in found if one]
    assert not wide, "\n".join(wide)


@pytest.mark.parametrize("width", [1440, 360])
def test_personal_pages_read_from_right_to_left_in_arabic(
    visit: Visit, sign_in: SignIn, student: User, width: int
) -> None:
    User.objects.filter(pk=student.pk).update(language="ar")
    try:
        page = visit(viewport={"width": width, "height": 800})
        sign_in(page, student)
        for address in PERSONAL:
            settled(page, address)
            expect(page.locator("html")).to_have_attribute("dir", "rtl")
            expect(page.locator("html")).to_have_attribute("lang", "ar")
            assert not (wide := overflow(page)), wide
        page.goto("/")
        expect(page.locator("html")).to_have_attribute("dir", "ltr")
    finally:
        User.objects.filter(pk=student.pk).update(language="")


@pytest.mark.parametrize("who", ["visitor", "student"])
def test_no_link_is_dead(
    page: Page, address: str, sign_in: SignIn, student: User, who: str
) -> None:
    if who == "student":
        sign_in(page, student)
    dead, seen = crawl(page, address)
    assert not dead, "\n".join(dead)
    assert f"{address}/courses/{COURSE}/" in seen
    assert (f"{address}{LESSON}" in seen) == (who == "student")


def crawl(page: Page, address: str) -> tuple[list[str], set[str]]:
    """Follow every link, picture and file of this site from the home page and "My learning"."""
    waiting = [(f"{address}/", "start"), (f"{address}/my/", "start")]
    seen: set[str] = {url for url, _ in waiting}
    dead = []
    while waiting:
        url, found_on = waiting.pop()
        answer = page.request.get(url)
        if answer.status >= 400:
            dead.append(f"{answer.status} {url} (linked from {found_on})")
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        for link in links(answer.text(), answer.url):
            if link.startswith(f"{address}/") and link not in seen:
                seen.add(link)
                waiting.append((link, url))
    return dead, seen


def links(text: str, base: str) -> set[str]:
    """Absolute addresses of all that a page links to or shows, without fragments."""
    tree = html.fromstring(text)
    raw = [*tree.xpath("//@href"), *tree.xpath("//@src"), *tree.xpath("//@hx-get")]
    raw += [one.split()[0] for value in tree.xpath("//@srcset") for one in value.split(",")]
    absolute = {urldefrag(urljoin(base, one.strip())).url for one in raw}
    return {one for one in absolute if urlsplit(one).scheme in {"http", "https"}}


def test_a_lesson_by_keyboard_alone(page: Page, sign_in: SignIn, student: User) -> None:
    sign_in(page, student)
    settled(page, LESSON)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    assert skip.bounding_box() is not None
    expect(skip).to_be_in_viewport()

    visited = walk(page)
    assert any("data-lesson-link" in one for one in visited), "the outline is not reached"
    button = page.get_by_role("button", name="Mark as completed")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#complete")).to_contain_text("Lesson completed")

    page.goto(LESSON)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def walk(page: Page, most: int = 120) -> list[str]:
    """Press Tab as far as the button that completes the lesson; what was focused on the way.

    Each stop must show that it has the focus.
    """
    visited = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
                const one = document.activeElement;
                const style = getComputedStyle(one);
                const shown = style.outlineStyle !== "none" || style.boxShadow !== "none";
                const at = one.matches("#complete button");
                return {html: one.outerHTML.slice(0, 300), shown, at};
            }"""
        )
        assert stop["shown"], f"no visible focus on {stop['html']}"
        visited.append(re.sub(r"\s+", " ", stop["html"]))
        if stop["at"]:
            return visited
    raise AssertionError("Tab never reaches the button that completes the lesson:\n" + visited[-1])
