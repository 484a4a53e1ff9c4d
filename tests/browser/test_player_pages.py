"""The pages around a film: accessible, still, light; nothing of them is left in the browser."""

import gzip
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from django.conf import settings
from playwright.sync_api import Page, Response, Route, expect
from wagtail.images.tests.utils import get_test_image_file

from accounts.models import User
from assets.models import Image
from course_pages import releases
from course_pages.models import Course
from learning.services import enrolment
from tests.browser import films
from tests.factories import courses as make
from tests.factories import quizzes
from tests.factories.accounts import UserFactory
from tests.factories.attempts import seat

Axe = Callable[[Page], list[str]]
Visit = Callable[..., Page]
SignIn = Callable[[Page, User], None]
LESSON = "/learn/films/watched/"
SHIFT = """
window.shift = 0;
new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) {
        window.shift += one.value;
        window.moved = one.sources.map((source) => [
            source.node?.outerHTML?.slice(0, 80),
            JSON.stringify([source.previousRect, source.currentRect]),
        ]);
    }
}).observe({ type: "layout-shift", buffered: true });
"""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SECRET = "What nobody else may read"


@pytest.fixture(scope="module")
def fill() -> Callable[[], object]:
    def one_course() -> None:
        film = films.prepared(films.drawn(20), "Watched", chapters="0:00 Begin\n0:10 End")
        films.spoken(film, "en", "Sentence {} about honest charts", 20)
        page = make.course_page("Films")
        module = make.module(page, "First")
        body = films.lesson_of(film, SECRET)
        make.lesson(module, "Watched", minutes=3, body=body)
        asked = make.lesson(module, "Asked", body=films.text_of("asked"))
        quiz = quizzes.quiz(Course.objects.get(), [quizzes.single()], title="Asked about")
        body = [*films.text_of("asked"), quizzes.block(quiz)]
        stream = asked._meta.get_field("body").stream_block
        make.edit(asked, body=stream.to_python(body), completion="quizzes")
        still = Image.objects.create(title="Still", file=get_test_image_file(size=(640, 360)))
        posed = films.prepared(films.drawn(8), "Posed")
        posed.poster = still
        posed.save()
        make.lesson(module, "Posed", body=films.lesson_of(posed, SECRET))
        make.lesson(module, "Words alone", body=films.text_of("words alone"))
        releases.release(course=Course.objects.get(lineage=page.translation_key), by=None)

    return one_course


@pytest.fixture
def learner() -> User:
    user: User = UserFactory()
    enrolment.enrol(user=user, course=Course.objects.get())
    return user


def test_a_lesson_with_film_transcript_and_notes_is_accessible(
    visit: Visit, sign_in: SignIn, axe: Axe, learner: User
) -> None:
    from learning.services import notes

    notes.write(seat=seat(learner, Course.objects.get()), text="Remember the axis")
    found = []
    for width in (1440, 390):
        page = visit(viewport={"width": width, "height": 850}, reduced_motion="reduce")
        sign_in(page, learner)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.goto(LESSON)
            expect(page.locator(".vjs-big-play-button")).to_be_visible()
            for name, part in (("Transcript", ".cue"), ("Notes", ".note")):
                page.get_by_role("link", name=name, exact=True).click()
                expect(page.locator(f"#panel {part}").first).to_be_visible()
                found += axe(page)
            page.get_by_role("button", name="Close", exact=True).click()
        page.goto("/learn/films/-/notes/")
        found += axe(page)
    assert not found, "\n".join(found)


def test_nothing_moves_and_little_comes_before_somebody_plays(
    visit: Visit, sign_in: SignIn, learner: User
) -> None:
    """Budgets in bytes as they lie on the disk, compressed."""
    page = visit(viewport={"width": 390, "height": 844})
    sign_in(page, learner)
    page.add_init_script(SHIFT)
    for late in ("**/*.woff2", "**/account/menu/*"):
        page.route(late, come_late)
    came: list[Response] = []
    page.on("response", lambda one: came.append(one))
    for address, most in (("/learn/films/", 75_000), (LESSON, 75_000)):
        came.clear()
        page.goto(address)
        page.wait_for_load_state("networkidle")
        first = [one for one in came if "/chunks/" not in one.url]
        assert weight(first) < most, {one.url: size_of(one) for one in first}
        assert page.evaluate("window.shift") == 0, page.evaluate("window.moved")
        assert not [one for one in came if re.search(r"/play/.+(?<!\.vtt)$", one.url)], "no film"
    expect(page.locator(".video-js")).to_be_visible()
    page.wait_for_timeout(500)
    assert page.evaluate("window.shift") == 0
    page.goto("/learn/films/words-alone/")
    page.wait_for_load_state("networkidle")
    assert not [one for one in came if re.search(r"/chunks/player", one.url)][1:]


def test_on_a_phone_one_panel_gives_way_to_the_other(
    visit: Visit, sign_in: SignIn, learner: User
) -> None:
    """Seen to fail while the open sheet lay over what opens the other panel."""
    page = visit(viewport={"width": 390, "height": 844})
    sign_in(page, learner)
    page.goto(LESSON)
    page.get_by_role("link", name="Transcript", exact=True).click()
    expect(page.locator("#panel .cue").first).to_be_visible()
    other = page.get_by_role("link", name="Notes", exact=True).bounding_box()
    assert other
    page.mouse.click(other["x"] + other["width"] / 2, other["y"] + other["height"] / 2)
    expect(page.locator("#panel").get_by_role("heading", name="Notes")).to_be_visible()
    expect(page.locator("#panel .cue")).to_have_count(0)


def test_the_player_is_asked_for_after_the_poster_came(
    visit: Visit, sign_in: SignIn, learner: User
) -> None:
    """Seen to fail with nobody waiting for the poster in `media.js`."""
    page = visit()
    sign_in(page, learner)
    page.route("**/media/images/**", come_late)
    said: list[str] = []
    page.on("requestfinished", lambda one: said.append("poster") if "/media/" in one.url else None)
    page.on("request", lambda one: said.append("player") if "/chunks/player" in one.url else None)
    page.goto("/learn/films/posed/")
    expect(page.locator(".video-js")).to_be_visible()
    assert said[:2] == ["poster", "player"]


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_a_quiz_comes_into_its_lesson_without_moving_what_stands_below(
    visit: Visit, sign_in: SignIn, learner: User, width: int
) -> None:
    """Seen to fail while the place of a quiz was as small as the link that stood there first."""
    page = visit(viewport={"width": width, "height": 844})
    sign_in(page, learner)
    page.add_init_script(SHIFT)
    page.route("**/quiz/*/", come_late)
    page.goto("/learn/films/asked/")
    expect(page.locator(".quiz-block").get_by_role("button", name="Start")).to_be_visible()
    page.wait_for_timeout(500)
    assert page.locator(".lesson-foot").is_visible()
    assert page.evaluate("window.shift") == 0, page.evaluate("window.moved")


def come_late(route: Route) -> None:
    time.sleep(0.5)
    route.continue_()


def size_of(response: Response) -> int:
    """Bytes of one of our scripts and styles, compressed; 0 for anything else."""
    found = re.search(r"/static/(.+\.(?:js|css))", response.url)
    built = Path(settings.STATICFILES_DIRS[0], found[1]) if found else None
    if built is None or not built.exists():
        return 0
    return len(gzip.compress(built.read_bytes(), 9))


def weight(responses: list[Response]) -> int:
    return sum({one.url: size_of(one) for one in responses}.values())


def test_the_player_weighs_what_it_may() -> None:
    chunks = Path(settings.STATICFILES_DIRS[0], "chunks").glob("*.js")
    assert sum(len(gzip.compress(one.read_bytes(), 9)) for one in chunks) <= 230_000


def test_B35_nothing_of_a_learner_is_left_in_the_browser(
    visit: Visit, sign_in: SignIn, learner: User
) -> None:
    """Seen to fail with htmx's history cache on, and with nobody saying `no-store` for a lesson.

    Two say so: `never_cache` of the view and `security_headers` for what varies by cookie.
    """
    page = visit()
    sign_in(page, learner)
    answers: list[Response] = []
    page.on("response", lambda one: answers.append(one) if "/learn/" in one.url else None)
    page.goto(LESSON)
    expect(page.locator(".video-js")).to_be_visible()
    for name in ("Transcript", "Notes"):
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("heading", name=name)).to_be_visible()
    page.locator("#outline").get_by_role("link", name="Words alone").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Words alone")
    assert len(answers) > 5
    for one in answers:
        assert "no-store" in (one.header_value("cache-control") or ""), one.url
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert SECRET not in kept
    assert "htmx-history-cache" not in kept
    page.context.clear_cookies()  # signed out
    page.goto("/")
    page.go_back()
    expect(page).to_have_url(re.compile("/account/login/"))
    assert SECRET not in page.content()
    page.go_back()
    page.wait_for_load_state("networkidle")
    assert SECRET not in page.content()
