"""The staff's pages in a browser: readable by everybody, in light and dark, on a phone as well."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.sync import sync_roles
from assessments.models import Attempt, Quiz
from assessments.services import corrections, regrading
from core import outbox
from course_pages import courses as teaching
from course_pages.models import Course
from tests.factories import quizzes
from tests.factories.accounts import UserFactory
from tests.integration.assessments.staff import school

SignIn = Callable[[Page, User], None]
Visit = Callable[..., Page]
Axe = Callable[[Page], list[str]]
LOOK = os.environ.get("SCREENSHOTS", "")


@pytest.fixture(scope="module")
def fill() -> Callable[[], object]:
    """A course whose quiz was handed in by many, graded again and corrected."""

    def site() -> None:
        sync_roles()
        asked: list[dict[str, Any]] = [
            quizzes.single("Which knot makes a loop that holds?", "Bowline", ["Granny", "Reef"]),
            quizzes.multiple(["Sheet bend", "Carrick bend"], ["Clove hitch"], scoring="partial"),
            quizzes.match([("Loop", "Bowline"), ("Bend", "Sheet bend")]),
            quizzes.order("Make a loop", "Go around", "Pull tight"),
            quizzes.blanks("A [bowline|Bowline] makes a [loop]."),
            quizzes.long(("Idea", "3"), ("Style", "1")),
        ]
        course, quiz = quizzes.course_with_quiz(
            asked, course_title="Knots for beginners", title="Knots and bends", attempts=3
        )
        for place in range(12):
            person = school.learner(course, name=f"Learner Number {place}")
            answers: dict[str, Any] = {
                asked[0]["id"]: school.choice(asked[0], 0 if place > 5 else place % 3),
                asked[1]["id"]: [school.choice(asked[1], 0)],
                asked[3]["id"]: [row["id"] for row in asked[3]["value"]["items"]],
                f"{asked[4]['id']}.0": "Bowline" if place > 3 else "Granny",
            }
            if place % 4 == 0:
                answers[asked[5]["id"]] = "Because the loop cannot slip.\n" * 6
            school.hands_in(course, answers, person)
        quiz.refresh_from_db()
        raw = [dict(item) for item in quiz.questions.raw_data]
        for choice, right in zip(raw[0]["value"]["choices"], (False, True), strict=False):
            choice["value"]["correct"] = right
        raw[0]["value"]["points"] = "2"
        quiz.questions = Quiz._meta.get_field("questions").stream_block.to_python(raw)
        quiz.save()
        quiz.save_revision().publish()
        quizzes.put_into(school.courses_lesson(course), quiz)
        course.refresh_from_db()
        teacher = UserFactory(email="teacher@example.org", roles=["Instructor"])
        teaching.add_teacher(course=course, user=teacher, by=None)
        regrading.ask(
            course=course,
            quiz=quiz.lineage,
            digest=regrading.key_of(course, quiz.lineage),
            never_lower=True,
            reason="Granny was marked wrong.",
            by=teacher,
        )
        outbox.drain()
        voided = Attempt.objects.filter(state=Attempt.State.GRADED).order_by("pk")[0]
        corrections.void(attempt=voided.pk, reason="The light went out.", by=teacher)
        corrections.allow(
            enrolment=voided.enrolment,
            scope="all",
            extra_time=50,
            extra_attempts=1,
            reason="Reads slowly.",
            by=teacher,
        )

    return site


def addresses() -> dict[str, str]:
    course = Course.objects.get()
    quiz = Quiz.objects.get().lineage
    book = f"/admin/courses/{course.pk}"
    void = Attempt.objects.exclude(voided_at=None).get()
    waiting = Attempt.objects.filter(state=Attempt.State.WAITING).order_by("pk")[0]
    made = regrading.Regrade.objects.get()
    return {
        "gradebook": f"{book}/gradebook/",
        "learner": f"{book}/learners/{void.enrolment_id}/",
        "attempt": f"{book}/attempts/{void.pk}/",
        "grade": f"{book}/attempts/{waiting.pk}/grade/",
        "queue": "/admin/grading/",
        "items": f"{book}/quizzes/{quiz}/items/",
        "regrade": f"{book}/quizzes/{quiz}/regrade/?lower=1",
        "regraded": f"{book}/regrades/{made.pk}/",
    }


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_is_accessible_and_fits(
    visit: Visit, sign_in: SignIn, axe: Axe, width: int, scheme: str
) -> None:
    page = visit(viewport={"width": width, "height": 900}, color_scheme=scheme)
    sign_in(page, User.objects.get(email="teacher@example.org"))
    for name, address in addresses().items():
        page.goto(address)
        expect(page.locator(".grading")).to_be_visible()
        if LOOK:
            page.screenshot(path=f"{LOOK}/{name}-{width}-{scheme}.png", full_page=True)
        assert [one for one in axe(page) if "grading" in one] == [], name
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, name


def test_on_a_phone_results_fit_or_show_that_more_is_beside(visit: Visit, sign_in: SignIn) -> None:
    """Seen to fail: lines of buttons began at two places, and results were cut."""
    page = visit(viewport={"width": 390, "height": 900})
    sign_in(page, User.objects.get(email="teacher@example.org"))
    page.goto(addresses()["gradebook"])
    starts = page.locator(".grading-actions > *").evaluate_all(
        "all => all.map(one => [one.offsetTop + one.offsetHeight / 2, one.offsetLeft])"
    )
    lines: dict[int, list[float]] = {}
    for middle, start in starts:
        lines.setdefault(round(middle / 10), []).append(start)
    assert len(lines) > 1
    assert len({min(line) for line in lines.values()}) == 1, lines
    table = page.locator(".grading-wide")
    assert table.evaluate("one => one.scrollWidth <= one.clientWidth")
    page.goto(addresses()["learner"])
    assert table.evaluate("one => one.scrollWidth > one.clientWidth")
    shades = table.evaluate("one => getComputedStyle(one).backgroundAttachment")
    assert shades == "local, local, scroll, scroll"


def test_a_teacher_grades_with_the_keyboard_alone_and_the_next_one_opens(
    visit: Visit, sign_in: SignIn
) -> None:
    page = visit()
    sign_in(page, User.objects.get(email="teacher@example.org"))
    page.goto("/admin/grading/")
    expect(page.get_by_text("3 attempts wait")).to_be_visible()
    page.get_by_role("link", name="Grade Knots and bends of Learner Number 0").click()
    page.get_by_label("Idea, 0 to 3 points").fill("2.5")
    page.keyboard.press("Tab")
    page.keyboard.type("1")
    page.keyboard.press("Tab")
    page.keyboard.type("Well argued.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Graded. The learner gets a message.")).to_be_visible()
    expect(page.get_by_text("Learner Number 4")).to_be_visible()
