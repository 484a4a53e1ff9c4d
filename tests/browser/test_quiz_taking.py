"""A quiz taken by keyboard, by touch, without JavaScript, by a wrong clock; axe on every screen."""

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from assessments.models import Attempt
from core import clock
from tests.browser import quizzes
from tests.browser.quizzes import Planned
from tests.factories import quizzes as make

SignIn = Callable[[Page, User], None]
Visit = Callable[..., Page]
Axe = Callable[[Page], list[str]]
LOOK = os.environ.get("SCREENSHOTS", "")
WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


PHONE = {"width": 390, "height": 700}


def hard() -> tuple[make.Raw, ...]:
    """What stretches a page: long words, another direction, code, a formula, many lines."""
    long = f"{WORD} and what a long sentence with many words says about it, twice and again."
    return (
        make.single(long, long, (WORD, "قصير: المدّ والجزر", "x")),
        make.short("x", words=f"ما الذي يجذب البحر؟ <code>{'x' * 90}</code>"),
        make.match([(long, WORD), ("Low", long)], [f"{long} {long}"]),
        make.order(long, WORD, "قصير"),
        make.blanks(f"{long} [moon] {WORD} [sea] follows."),
    )


@pytest.fixture(scope="module")
def fill() -> Callable[[], object]:
    every = quizzes.every_type()
    plain = (make.short("moon"), make.order("Ebb", "Low water", "Flood"), every[6], every[7])
    many = tuple(make.single(f"Number {number}?") for number in range(1, 51))
    rules = {"attempts": 3, "cooldown_minutes": 90, "time_limit_minutes": 30}
    return lambda: quizzes.build(
        Planned("Every type", every, {}),
        Planned("Plain", plain, {"layout": "one"}),
        Planned("Many", many, {"layout": "one"}),
        Planned("Hard", hard(), {"time_limit_minutes": 90}),
        Planned("Rules", (*every[:4], every[6]), rules | {"show_answers": "submitted"}),
    )


@pytest.fixture
def user() -> User:
    return quizzes.learner()


def saved(question: Locator) -> None:
    """What a screen reader is told without asking, politely."""
    expect(question.get_by_role("status")).to_have_text(quizzes.SAVED)


def look(page: Page, name: str) -> None:
    if LOOK:
        page.screenshot(path=f"{LOOK}/{name}.png", full_page=True, caret="initial")


def tab_to(page: Page, control: Locator, key: str = "Tab") -> None:
    """Press Tab until the control has the focus; it must be seen then, nothing lying over it."""
    control = control.first
    for _press in range(90):
        page.keyboard.press(key)
        if control.evaluate("element => element === document.activeElement"):
            break
    expect(control).to_be_focused()
    covered = control.evaluate(
        """element => {
            const box = element.getBoundingClientRect();
            const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            return !(top && (element.contains(top) || top.closest("label")?.contains(element)));
        }"""
    )
    assert not covered, control.evaluate("element => element.outerHTML.slice(0, 200)")


def test_every_type_is_answered_by_keyboard_alone_and_heard(
    page: Page, sign_in: SignIn, user: User
) -> None:
    sign_in(page, user)
    press, write = page.keyboard.press, page.keyboard.type
    page.goto(quizzes.address_of("Every type"))
    tab_to(page, page.get_by_role("button", name="Start the quiz"))
    press("Enter")
    asked = [page.get_by_role("group", name=f"Question {number} ") for number in range(1, 10)]
    single, several, true, short, number, order, match, blanks, long = asked

    tab_to(page, single.get_by_role("radio"))
    press("Space")
    moon = single.get_by_role("radio", name="The moon")
    while not moon.is_checked():
        press("ArrowDown")
    saved(single)
    for name in ("Spring", "Neap"):
        several_one = several.get_by_role("checkbox", name=name)
        tab_to(page, several.get_by_role("checkbox"), "Tab")
        while not several_one.evaluate("element => element === document.activeElement"):
            press("Tab")
        press("Space")
        tab_to(page, single.get_by_role("checkbox", name="Look at this one again"), "Shift+Tab")
    saved(several)
    tab_to(page, true.get_by_role("radio"))
    press("Space")
    saved(true)
    tab_to(page, short.get_by_role("textbox", name="Your answer"))
    write("moon")
    tab_to(page, number.get_by_role("textbox", name="Your answer, a number"))
    write("1,5")
    saved(short)

    texts = order.locator(".ordering-text")
    expect(order.get_by_role("listitem")).to_have_count(3)
    for place, text in enumerate(("Ebb", "Low water", "Flood")):
        while (at := texts.all_inner_texts().index(text)) > place:
            button = order.get_by_role("button", name=f"Move up: {text}", exact=True)
            if not button.evaluate("element => element === document.activeElement"):
                tab_to(page, number.get_by_role("textbox"), "Shift+Tab")
                tab_to(page, button)
            press("Enter")
            expect(page.locator("#announcer")).to_have_text(f"{text}: Place {at}")
            expect(button).to_be_focused()
    for name in ("Move up: Low water", "Move down: Low water"):
        tab_to(page, number.get_by_role("textbox"), "Shift+Tab")
        tab_to(page, order.get_by_role("button", name=name, exact=True))
        press("Enter")
    saved(order)

    for left, right in (("High", "Flood"), ("Low", "Ebb")):
        tab_to(page, match.get_by_role("combobox", name=left))
        write(right)
        expect(match.get_by_role("combobox", name=left).locator(":checked")).to_have_text(right)
    for gap, text in (("Gap 1", "moon"), ("Gap 2", "water")):
        tab_to(page, blanks.get_by_role("textbox", name=gap))
        write(text)
    saved(match)
    tab_to(page, long.get_by_role("textbox", name="Your answer"))
    write("The moon pulls.")
    press("Enter")
    write("The sea follows.")
    saved(blanks)
    tab_to(page, long.get_by_role("checkbox", name="Look at this one again"))
    press("Space")
    places = page.get_by_role("navigation", name="Questions")
    ninth = places.get_by_role("link", name="9")
    expect(ninth).to_have_accessible_name(re.compile(r"^9 ?, answered, to look at again"))
    look(page, "keyboard-answered")
    tab_to(page, places.get_by_role("link", name="1"))
    press("Enter")
    expect(single).to_be_in_viewport()
    tab_to(page, page.get_by_role("button", name="Look over and hand in"))
    press("Enter")
    expect(page.get_by_text("All questions are answered.")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="to look at again")).to_have_count(1)
    tab_to(page, page.get_by_role("button", name="Hand in", exact=True))
    press("Enter")
    expect(page.get_by_role("heading", name="Handed in")).to_be_visible()
    attempt = quizzes.attempt_of(user)
    points = {mark["points"] and Decimal(mark["points"]) for mark in attempt.marks.values()}
    assert points == {Decimal(1), None}, attempt.marks
    assert list(attempt.answers.values())[-1] == "The moon pulls.\nThe sea follows."


SMALL = """() => [...document.querySelectorAll("main a, main button, main input, main select, "
    + "main textarea, main summary, .quiz-header a")]
    .map(one => one.matches("[type=radio], [type=checkbox]") ? one.closest("label") : one)
    .filter(one => one.checkVisibility({visibilityProperty: true}))
    .filter(one => one.type !== "hidden" && !one.closest(".ordering-place"))
    .map(one => [one.getBoundingClientRect(), one.outerHTML.slice(0, 120)])
    .filter(([box, _]) => box.width > 1 && (box.height < 44 || box.width < 44))
    .map(([box, html]) => `${Math.round(box.width)} × ${Math.round(box.height)}: ${html}`)"""


def fits(page: Page) -> None:
    """A phone's window grows with what is too wide: its screen is the measure."""
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url
    assert page.evaluate(SMALL) == [], page.url


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_phone_takes_a_quiz_of_long_words_by_touch(
    visit: Visit, sign_in: SignIn, user: User, language: str
) -> None:
    page = visit(
        viewport=PHONE,
        has_touch=True,
        is_mobile=True,
    )
    User.objects.filter(pk=user.pk).update(language=language)
    sign_in(page, user)
    page.goto(quizzes.address_of("Hard"))
    fits(page)
    look(page, f"phone-{language}-overview")
    page.locator(".quiz-start button").tap()
    timer = page.get_by_role("timer")
    for number in range(1, 6):
        question = page.locator(f"#q-{number}")
        control = question.locator(".choice, .input:visible, [data-move='1']").first
        control.tap()
        if number in {2, 5}:
            page.keyboard.type("x")
        elif number == 3:
            control.select_option(index=1)
        saying = question.get_by_role("status")
        expect(saying.locator("[data-answered='1']")).to_be_visible()
        expect(timer).to_be_in_viewport(ratio=1)
    fits(page)
    look(page, f"phone-{language}-attempt")
    page.locator("button[name=go][value=review]:visible").tap()
    expect(page.locator(".review-list")).to_be_visible()
    fits(page)
    look(page, f"phone-{language}-review")
    page.locator("#quiz button").tap()
    expect(page.locator("#result-title")).to_be_visible()
    fits(page)
    look(page, f"phone-{language}-result")
    assert len(quizzes.attempt_of(user).answers) == 5


def test_without_javascript_a_quiz_is_taken_to_its_result(
    visit: Visit, sign_in: SignIn, user: User
) -> None:
    page = visit(java_script_enabled=False)
    sign_in(page, user)
    quizzes.begin(page, "Plain")
    page.get_by_label("Your answer").fill("moon")
    page.get_by_label("Look at this one again").check()
    page.get_by_role("button", name="Next question").click()
    for place, text in enumerate(("Ebb", "Low water", "Flood"), start=1):
        page.get_by_label(f"Place of {text}").select_option(str(place))
    page.get_by_role("button", name="Next question").click()
    page.get_by_label("High").select_option(label="Flood")
    page.get_by_role("button", name="Look over and hand in").click()
    expect(page.get_by_text("1 question is not answered.")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="to look at again")).to_have_count(1)
    page.get_by_role("link", name="Question 4").click()
    for gap, word in (("Gap 1", "moon"), ("Gap 2", "sea")):
        page.get_by_label(gap).fill(word)
    page.get_by_role("button", name="Look over and hand in").click()
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.locator("#result-title")).to_have_text("Passed")
    assert quizzes.attempt_of(user).score == Decimal("3.5")


@pytest.mark.parametrize("days", [-1, 1])
def test_a_wrong_clock_changes_nothing_and_five_minutes_are_announced(
    page: Page, sign_in: SignIn, user: User, days: int
) -> None:
    """Time passes in the page alone: the server's answer to the next save puts it right."""
    sign_in(page, user)
    page.clock.install(time=datetime.now(UTC) + timedelta(days=days))
    quizzes.begin(page, "Rules")
    timer, announcer = page.get_by_role("timer"), page.locator("#announcer")
    expect(timer).to_have_text(re.compile(r"^(30:00|29:\d\d)$"))
    expect(announcer).to_have_attribute("aria-live", "polite")
    expect(announcer).to_be_empty()
    page.clock.fast_forward("25:05")
    expect(timer).to_have_text(re.compile(r"^4:\d\d$"))
    page.clock.run_for(500)
    expect(announcer).to_have_text("Five minutes left")
    page.locator("#q-3").get_by_text("True", exact=True).click()
    saved(page.locator("#q-3"))
    page.clock.run_for(1100)
    expect(timer).to_have_text(re.compile(r"^29:\d\d$"))
    attempt = quizzes.attempt_of(user)
    assert attempt.deadline
    left = attempt.deadline - clock.now()
    assert timedelta(minutes=29) < left < timedelta(minutes=30)


def test_axe_finds_nothing_on_the_way_through_a_quiz(
    page: Page, sign_in: SignIn, axe: Axe, user: User
) -> None:
    """Each screen as it comes up, in light and dark, wide and narrow."""
    found: list[str] = []
    schemes: tuple[Any, ...] = ("light", "dark")

    def judge(name: str) -> None:
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            for width in (1440, 390):
                page.set_viewport_size({"width": width, "height": 900})
                look(page, f"{name}-{width}-{scheme}")
                found.extend(f"{name} {scheme} {width} {one}" for one in axe(page))

    sign_in(page, user)
    page.goto(quizzes.address_of("Every type"))
    page.get_by_role("button", name="Start the quiz").click()
    page.locator("#q-1").get_by_text("The moon", exact=True).click()
    page.locator("#q-2").get_by_label("Look at this one again").check()
    page.locator("#q-1 summary").click()
    # The pointer goes from a field that was typed in to the button: its press must not be lost.
    page.locator("#q-9").get_by_label("Your answer").fill("The moon does most of it.")
    judge("attempt")
    quizzes.hand_in(page)
    judge("result-every-type")

    quizzes.begin(page, "Many")
    page.get_by_text("Right", exact=True).click()
    judge("many")

    page.goto(quizzes.address_of("Rules"))
    judge("overview")
    page.get_by_role("button", name="Start the quiz").click()
    page.locator("#q-3").get_by_text("True", exact=True).click()
    page.locator("#q-2").get_by_text("Spring", exact=True).click()
    page.locator("#q-5").get_by_label("High").select_option(label="Flood")
    saved(page.locator("#q-5"))
    page.get_by_role("button", name="Look over and hand in").click()
    judge("review")
    address = page.url
    page.locator("#quiz-token").evaluate("one => { one.value = 'stale' }")
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.get_by_text("This quiz went on elsewhere")).to_be_visible()
    judge("refused")
    attempt = Attempt.objects.filter(enrolment__user=user).latest("pk")
    assert attempt.state == Attempt.State.OPEN
    past = clock.now() - timedelta(minutes=1)
    Attempt.objects.filter(pk=attempt.pk).update(deadline=past)
    page.goto(address)
    expect(page.get_by_role("heading", name="Time is up")).to_be_visible()
    judge("overdue")
    page.get_by_role("button", name="See the result").click()
    expect(page.get_by_text("You can try again in 1 hour, 2")).to_be_visible()
    judge("result")
    page.get_by_role("link", name="All attempts").click()
    expect(page.get_by_role("table", name="Your attempts")).to_be_visible()
    judge("history")
    assert not found, "\n".join(found)
