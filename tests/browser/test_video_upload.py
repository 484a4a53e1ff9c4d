"""Films go up from the browser: several, through a cut, taken back, and played in the editor."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Route, expect

from accounts.models import User
from assets import preparing
from assets.models import Video
from course_pages import courses
from tests.cases.measure import person
from tests.conftest import ROOT
from tests.factories import courses as make

if TYPE_CHECKING:
    from playwright.sync_api import Page

DEMO = ROOT / "site/config/demo/files/clip/the-axis-that-moved.mp4"
CLIPS = sorted(Path(os.environ.get("LECTERN_SHARED_DATA", "none")).glob("video/*.mp4")) or [DEMO]
TEACHER = "teacher@example.org"


@pytest.fixture(scope="module")
def fill() -> Callable[[], object]:
    def one_course() -> None:
        teacher = person(email=TEACHER, roles=["Instructor"])
        courses.add_teacher(course=make.course(1, 1), user=teacher, by=None)

    return one_course


def test_films_go_up_through_a_cut_and_are_played(
    visit: "Callable[..., Page]",
    sign_in: "Callable[[Page, User], None]",
    axe: "Callable[[Page], list[str]]",
) -> None:
    page = visit(viewport={"width": 390, "height": 844})
    sign_in(page, User.objects.get(email=TEACHER))
    page.goto("/admin/snippets/assets/video/add/")
    cuts: list[str] = []

    def cut_once(route: Route) -> None:
        if route.request.method == "PATCH" and not cuts:
            cuts.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    page.route("**/admin/videos/uploads/*/", cut_once)
    page.set_input_files("input[type=file]", CLIPS)
    rows = page.locator(".videos-upload")
    expect(rows).to_have_count(len(CLIPS))
    for row in rows.all():
        expect(row).to_have_attribute("data-state", "sent")
    assert len(cuts) == 1
    assert axe(page) == []
    too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(too_wide) == 0

    while (video := preparing.claim()) is not None:
        preparing.run(video.pk, video.attempts)
    assert set(Video.objects.values_list("state", flat=True)) == {Video.State.READY}
    for row in rows.all():
        expect(row).to_contain_text("Ready")
    film = rows.filter(has_text=CLIPS[0].name)
    film.get_by_role("link", name="Title, captions, chapters").click()
    player = page.locator("video")
    player.evaluate("video => { video.muted = true; return video.play(); }")
    player.evaluate(
        "video => new Promise((moved) => video.addEventListener('timeupdate',"
        " () => video.currentTime > 0.2 && moved()))"
    )


def test_an_upload_is_taken_back_and_tried_again(
    visit: "Callable[..., Page]", sign_in: "Callable[[Page, User], None]"
) -> None:
    page = visit()
    sign_in(page, User.objects.get(email=TEACHER))
    before = Video.objects.count()
    page.goto("/admin/snippets/assets/video/add/")
    held: list[Route] = []
    page.route("**/admin/videos/uploads/*/", lambda route: held.append(route)
               if route.request.method == "PATCH" else route.continue_())  # fmt: skip
    page.set_input_files("input[type=file]", DEMO)
    row = page.locator(".videos-upload")
    expect(row).to_have_attribute("data-state", "sending")
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as gone:
        row.get_by_role("button", name=re.compile("Cancel")).click()
    assert gone.value.status == 204
    expect(row).to_have_attribute("data-state", "cancelled")
    assert Video.objects.count() == before

    page.unroute_all(behavior="ignoreErrors")
    page.route("**/admin/videos/uploads/", lambda route: route.fulfill(
        status=400, json={"error": "The file is too large."}))  # fmt: skip
    page.set_input_files("input[type=file]", DEMO)
    expect(page.locator(".videos-upload").last).to_contain_text("The file is too large.")
    page.unroute_all(behavior="ignoreErrors")
    page.set_input_files("input[type=file]", DEMO)
    expect(page.locator(".videos-upload").last).to_have_attribute("data-state", "sent")
    assert Video.objects.count() == before + 1


def test_the_progress_that_is_shown_grows_to_the_end(
    visit: "Callable[..., Page]", sign_in: "Callable[[Page, User], None]"
) -> None:
    """Seen to fail with the bytes of one slice shown for those of the film."""
    page = visit()
    sign_in(page, User.objects.get(email=TEACHER))
    page.goto("/admin/snippets/assets/video/add/")
    page.locator("[data-uploads]").evaluate(
        """(form, size) => {
            form.dataset.sliceBytes = Math.ceil(size / 5);
            window.shown = [];
            new MutationObserver((all) => all.forEach(({ target }) => shown.push(target.value)))
                .observe(document.querySelector("[data-upload-list]"),
                         { subtree: true, attributeFilter: ["value"] });
        }""",
        DEMO.stat().st_size,
    )
    slices: list[str] = []
    page.on("request", lambda one: slices.append(one.url) if one.method == "PATCH" else None)
    page.set_input_files("input[type=file]", DEMO)
    expect(page.locator(".videos-upload")).to_have_attribute("data-state", "sent")
    shown = page.evaluate("shown")
    assert len(slices) == 5
    assert shown == sorted(shown)
    assert len(set(shown)) > 4
    assert shown[-1] == 100
