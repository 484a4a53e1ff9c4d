"""Films play in a browser from this site and from ImageKit, adaptive and as they are.

ImageKit is its stand-in, another origin on this machine, which checks every signature.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import override_settings
from playwright.sync_api import Page, Response, Route, expect
from wagtail.models import Collection

from accounts.models import User
from assets import imagekit
from assets.models import Video
from course_pages import releases
from course_pages.models import Course
from integrations.imagekit.standin import StandIn
from learning.models import Watch
from learning.services import enrolment
from tests.browser import films
from tests.conftest import ROOT
from tests.factories import courses as make
from tests.factories.accounts import UserFactory
from tests.factories.imagekit import settings_for
from tests.factories.videos import block

Visit = Callable[..., Page]
SignIn = Callable[[Page, User], None]
CLIPS = sorted(Path(os.environ.get("LECTERN_SHARED_DATA", "none")).glob("video/*.mp4"))
DEMO = ROOT / "site/config/demo/files/clip/the-axis-that-moved.mp4"
HLS = "application/vnd.apple.mpegurl"
LONG, HEAVY = 90, 50
SHORTLY = 6  # seconds that an address lives, where a test waits for its end
# What each clip shows; the other one is a tone of 50 ms without a picture.
SIZES = {"big-buck-bunny-480p-5s": (854, 480)}
needs_clips = pytest.mark.skipif(not CLIPS, reason="LECTERN_SHARED_DATA is not set")


@pytest.fixture(scope="module")
def account() -> Iterator[StandIn]:
    with StandIn().running() as standin, override_settings(**settings_for(standin)):
        yield standin


@pytest.fixture(scope="module")
def fill(account: StandIn) -> Callable[[], object]:
    def one_course() -> None:
        UserFactory(is_superuser=True)
        clips = {clip.stem: clip.read_bytes() for clip in CLIPS}
        long = films.drawn(LONG, size="640x480")
        short = films.drawn(40, size="640x480")
        heavy = films.drawn(HEAVY, size="320x180", heavy=True)
        page = make.course_page("Films")
        module = make.module(page, "First")
        for name, store in (("local", films.prepared), ("imagekit", at(account))):
            shown = [block(store(data, stem)) for stem, data in clips.items()]
            make.lesson(module, name, body=shown or films.text_of("nothing"))
        for title, video in (
            ("Long", at_imagekit(account, long, "Long")),
            ("Long local", films.prepared(short, "Long local")),
            ("Heavy local", plain(films.prepared(heavy, "Heavy local"))),
            ("Heavy imagekit", plain(at_imagekit(account, heavy, "Heavy imagekit"))),
        ):
            make.lesson(module, title, body=films.lesson_of(video, title))
        releases.release(course=Course.objects.get(lineage=page.translation_key), by=None)

    return one_course


def plain(video: Video) -> Video:
    """As if it had no adaptive version."""
    Video.objects.filter(pk=video.pk).update(hls=False)
    video.refresh_from_db()
    return video


def at(account: StandIn) -> Callable[[bytes, str], Video]:
    return lambda data, title: at_imagekit(account, data, title)


def at_imagekit(account: StandIn, data: bytes, title: str) -> Video:
    """A film as its upload leaves it, once ImageKit has said that it is ready."""
    provider = imagekit.provider()
    assert provider is not None
    by = User.objects.get(is_superuser=True)
    collection = Collection.get_first_root_node()
    assert collection is not None
    video, direct = imagekit.begin(
        provider, title=title, name="film.mp4", size=len(data), modified=title,
        collection=collection, by=by,
    )  # fmt: skip
    sent = {direct["file_field"]: ("film.mp4", data, "video/mp4")}
    file_id = httpx.post(direct["url"], data=direct["fields"], files=sent).json()["fileId"]
    imagekit.confirm(provider, video=video, file_id=file_id)
    account.stream(file_id)
    told, headers = account.message("video.transformation.ready", account.files[file_id])
    imagekit.take(provider.event(told, headers))
    video.refresh_from_db()
    assert video.is_ready
    return video


@pytest.fixture
def came() -> list[Response]:
    """What the page was answered, for `listener` to fill."""
    return []


@pytest.fixture
def enter(visit: Visit, sign_in: SignIn) -> Callable[[str], Page]:
    """`enter("local")` is a learner in that lesson, on a page that has answered nothing yet."""

    def open_page(lesson: str, before: Callable[[Page], object] = lambda page: None) -> Page:
        user: User = UserFactory()
        enrolment.enrol(user=user, course=Course.objects.get())
        page = visit()
        sign_in(page, user)
        before(page)
        page.goto(f"/learn/films/{lesson}/")
        return page

    return open_page


def without_hls(route: Route) -> None:
    """The door's answer, but only the file as it was sent."""
    answer = route.fetch()
    told = answer.json()
    told["sources"] = [one for one in told["sources"] if one["type"] != HLS]
    route.fulfill(response=answer, body=json.dumps(told))


def seconds(film: Any) -> float:
    return float(film.evaluate("film => film.currentTime"))


def reaches(page: Page, film: Any, wanted: float, tries: int = 200) -> None:
    """The film gets there, and nothing failed on the way."""
    for _try in range(tries):
        if seconds(film) >= wanted:
            assert film.evaluate("film => film.error") is None
            return
        page.wait_for_timeout(100)
    pytest.fail(f"it stands at {seconds(film)}")


@needs_clips
@pytest.mark.parametrize("way", ["adaptive", "progressive"])
@pytest.mark.parametrize("backend", ["local", "imagekit"])
def test_both_clips_play(
    enter: Callable[..., Page], account: StandIn, backend: str, way: str
) -> None:
    came: list[Response] = []

    def listen(page: Page) -> None:
        page.on("response", lambda one: came.append(one))
        if way == "progressive":
            page.route("**/media/*/", without_hls)

    page = enter(backend, listen)
    clips = Video.objects.filter(title__in=[one.stem for one in CLIPS], backend=backend)
    assert len(clips) == len(CLIPS)
    for video in clips:
        came.clear()
        box = page.locator(f'[data-media*="{video.uid}"]')
        box.scroll_into_view_if_needed()
        expect(box.locator(".video-js")).to_be_visible()
        box.locator(".vjs-play-control").click()
        film = box.locator("video")
        width, height = SIZES.get(video.title, (0, 0))
        reaches(page, film, 1.5 if width else 0.03)
        shown = film.evaluate("film => [film.videoWidth, film.videoHeight]")
        if way == "progressive":
            assert shown == [width, height]
        elif width:
            assert shown[1] in {240, 360, 480}
            assert abs(shown[0] / shown[1] - width / height) < 0.02
        else:
            assert shown == [0, 0]
        box.locator(".vjs-play-control").click()
        media = [one for one in came if ".m3u8" in one.url or one.request.resource_type == "media"]
        adaptive = [one for one in media if ".m3u8" in one.url]
        # A recording that was told by its sound is not made adaptive here.
        assert bool(adaptive) == (way == "adaptive" and video.hls)
        for one in media:
            assert one.status in {200, 206}, one.url
            at_account = one.url.startswith(f"{account.keys.url_endpoint}{video.external_path}")
            assert at_account == (backend == "imagekit")
            assert not at_account or ("ik-s=" in one.url and int(expiry(one.url)) > time.time())


def listener(came: list[Response]) -> Callable[[Page], object]:
    return lambda page: page.on("response", lambda one: came.append(one))


def asked_of_the_door(came: list[Response]) -> list[Response]:
    return [one for one in came if "/media/" in one.url]


def until(page: Page, what: Callable[[], Any], tries: int = 150) -> None:
    for _try in range(tries):
        if what():
            return
        page.wait_for_timeout(100)
    pytest.fail("it did not come to that")


def plays_on(page: Page, film: Any) -> None:
    reaches(page, film, seconds(film) + 0.3)


def started(page: Page) -> Any:
    """The lesson's one film, playing."""
    page.locator(".vjs-big-play-button").click()
    film = page.locator("video")
    plays_on(page, film)
    return film


def expiry(url: str) -> str:
    return httpx.URL(url).params["ik-t"]


def test_pages_may_load_from_the_account_and_from_nowhere_else(
    enter: Callable[..., Page], account: StandIn
) -> None:
    """With its path, and not the host alone: behind that lie the accounts of others, too."""
    page = enter("long")
    endpoint = f"{account.keys.url_endpoint}/"
    answer = page.request.get("/learn/films/long/")
    rules = [rule.split() for rule in answer.headers["content-security-policy"].split(";")]
    policy = {name: allowed for name, *allowed in rules}
    assert policy["media-src"] == ["'self'", "blob:", endpoint]
    assert policy["img-src"] == ["'self'", "data:", "blob:", endpoint]
    assert policy["connect-src"] == ["'self'", endpoint, account.keys.api_base]
    allowing = {name for name, allowed in policy.items() if endpoint in allowed}
    assert allowing == {"media-src", "img-src", "connect-src"}


def test_addresses_at_the_account_are_renewed_while_the_film_plays(
    enter: Callable[..., Page], came: list[Response]
) -> None:
    """Seen to fail without `readAnew`: the parts are refused, and the player begins anew."""
    with override_settings(MEDIA_URL_SECONDS=SHORTLY):
        page = enter("long", listener(came))
        film = started(page)
        loaded = film.evaluate("film => film.currentSrc")
        page.wait_for_timeout((SHORTLY + 1) * 1000)
        assert len(asked_of_the_door(came)) > 1, "asked for again in time"
        came.clear()
        page.keyboard.press("8")
        reaches(page, film, LONG * 0.8 + 0.5)
        parts = [one for one in came if ".ts" in one.url]
        assert parts
        assert {one.status for one in parts} == {200}
        assert film.evaluate("film => film.currentSrc") == loaded, "nothing was loaded anew"
        expect(page.locator(".media-failure")).to_have_count(0)


def test_an_address_that_ended_meanwhile_is_replaced_at_the_same_second(
    enter: Callable[..., Page], came: list[Response]
) -> None:
    """The playlists cannot be read anew: the parts are refused, and the film begins there again."""
    with override_settings(MEDIA_URL_SECONDS=SHORTLY):
        page = enter("long", listener(came))
        film = started(page)
        page.keyboard.press("k")
        page.wait_for_timeout((SHORTLY + 1) * 1000)
        came.clear()
        page.keyboard.press("8")
        until(page, lambda: [one for one in came if one.status == 401])
        page.wait_for_timeout(500)
        assert film.evaluate("film => film.paused"), "nobody pressed play"
        page.keyboard.press("k")
        reaches(page, film, LONG * 0.8 + 0.5)
        assert seconds(film) < LONG * 0.8 + 5
        expect(page.locator(".media-failure")).to_have_count(0)


def test_without_signatures_in_its_playlists_the_film_plays_as_it_was_sent(
    enter: Callable[..., Page], account: StandIn, came: list[Response]
) -> None:
    """Not known of the live service; seen to fail without `giveWay`: the film never came."""
    account.carries_on = False
    try:
        page = enter("long", listener(came))
        film = started(page)
        reaches(page, film, 1)
    finally:
        account.carries_on = True
    assert [one for one in came if one.status == 401 and ".m3u8" in one.url]
    assert film.evaluate("film => film.videoHeight") == 480
    expect(page.locator(".media-failure")).to_have_count(0)
    expect(page.get_by_role("button", name="Quality")).to_have_count(0)


@pytest.mark.parametrize("lesson", ["heavy-local", "heavy-imagekit"])
def test_a_plain_file_whose_address_ended_goes_on_at_the_same_second(
    enter: Callable[..., Page], came: list[Response], lesson: str
) -> None:
    """Seen to fail at ImageKit without `isOver`: Chromium said half a minute later that it was
    refused. And here with the player taken for paused where the browser pauses what failed."""
    with override_settings(MEDIA_URL_SECONDS=SHORTLY):
        page = enter(lesson, listener(came))
        film = started(page)
        page.wait_for_timeout((SHORTLY + 1) * 1000)
        assert film.evaluate("film => film.buffered.end(film.buffered.length - 1)") < HEAVY * 0.9
        loaded = film.evaluate("film => film.currentSrc")
        page.keyboard.press("9")
        reaches(page, film, HEAVY * 0.9 + 0.5, tries=80)
        assert seconds(film) < HEAVY * 0.9 + 4
        assert film.evaluate("film => film.currentSrc") != loaded
        expect(page.locator(".media-failure")).to_have_count(0)


@pytest.mark.parametrize("lesson", ["heavy-local", "heavy-imagekit", "long"])
def test_a_page_that_was_open_for_long_goes_on_where_one_was(
    enter: Callable[..., Page], lesson: str
) -> None:
    """Its addresses have all ended when somebody presses play."""
    with override_settings(MEDIA_URL_SECONDS=SHORTLY):
        Watch.objects.all().delete()
        page = enter(lesson)
        film = started(page)
        page.keyboard.press("3")
        third = film.evaluate("film => film.duration") * 0.3
        reaches(page, film, third + 0.3)
        page.keyboard.press("k")
        page.goto("/my/")
        until(page, lambda: Watch.objects.filter(position_ms__gt=third * 1000).exists())
        page.goto(f"/learn/films/{lesson}/")
        expect(page.locator(".vjs-big-play-button")).to_be_visible()
        page.wait_for_timeout((SHORTLY + 1) * 1000)
        page.locator(".vjs-big-play-button").click()
        until(page, lambda: seconds(film) > 0)
        assert third <= seconds(film) < third + 4
        reaches(page, film, third + 1)
        expect(page.locator(".media-failure")).to_have_count(0)


@pytest.mark.parametrize("lesson", ["long", "long-local"])
def test_one_quality_is_kept_to_and_given_up_again(enter: Callable[..., Page], lesson: str) -> None:
    page = enter(lesson)
    film = started(page)
    button = page.get_by_role("button", name="Quality")
    button.click()
    items = page.locator(".vjs-quality .vjs-menu-item")
    auto, *names = items.locator(".vjs-menu-item-text").all_inner_texts()
    assert auto == "Auto"
    heights = [int(one.removesuffix("p")) for one in names]
    assert heights == sorted(heights, reverse=True)
    assert len(heights) > 1
    for place, height in ((len(heights), heights[-1]), (1, heights[0])):
        if button.get_attribute("aria-expanded") != "true":
            page.mouse.move(600 + place, 300)  # the bar hides from whoever does nothing
            button.click()
        items.nth(place).click()
        expect(items.nth(place)).to_have_attribute("aria-checked", "true")
        expect(items.nth(0)).to_have_attribute("aria-checked", "false")
        wanted = "height => document.querySelector('video').videoHeight === height"
        page.wait_for_function(wanted, arg=height)
    page.mouse.move(700, 300)
    button.click()
    items.nth(0).click()
    expect(items.nth(0)).to_have_attribute("aria-checked", "true")
    plays_on(page, film)


def test_a_browser_sends_a_film_straight_to_the_account_and_again_after_a_cut(
    visit: Visit, sign_in: SignIn, account: StandIn
) -> None:
    """Nothing but forms of a few hundred bytes goes to this site."""
    page = visit()
    page.add_init_script("console.error = () => {}")
    sign_in(page, User.objects.get(is_superuser=True))
    page.goto("/admin/snippets/assets/video/add/")
    to_us: list[int] = []
    page.on(
        "request",
        lambda one: (
            to_us.append(len(one.post_data_buffer or b""))
            if one.method in {"POST", "PATCH", "PUT"} and account.keys.api_base not in one.url
            else None
        ),
    )
    held: list[Route] = []
    page.route(f"{account.keys.api_base}/**", lambda route: held.append(route), times=1)
    known = set(account.files)
    page.set_input_files("input[type=file]", DEMO)
    row = page.locator(".videos-upload")
    expect(row).to_have_attribute("data-state", "sending")
    while not held:
        page.wait_for_timeout(50)
    held[0].abort()
    expect(row).to_have_attribute("data-state", "failed")
    expect(row.locator("[data-part=state]")).not_to_be_empty()
    assert set(account.files) == known
    row.get_by_role("button", name="Try again").click()
    expect(row).to_have_attribute("data-state", "sent")
    [file_id] = set(account.files) - known
    stored = account.files[file_id]
    assert stored.data == DEMO.read_bytes()
    assert stored.private
    video = Video.objects.get(external_id=file_id)
    assert (video.backend, video.state) == ("imagekit", Video.State.PROCESSING)
    assert Video.objects.filter(title=video.title).count() == 1
    assert max(to_us) < 2_000

    provider = imagekit.provider()
    assert provider is not None
    account.stream(file_id)
    told, headers = account.message("video.transformation.ready", stored)
    imagekit.take(provider.event(told, headers))
    expect(row).to_contain_text("Ready")
