"""A quiz's rules as its learner meets them: when to begin, what is asked, what is told.

Seen to fail: with `refusal` not asked in `attempts.start`, with the tag not looked at in
`freezing`, with the feedback of choices that were not taken in `pages._feedback`, and with a stem
of its text alone.
"""

import re
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone
from wagtail.images.tests.utils import get_test_image_file

from assessments.models import Attempt
from assets.models import Image
from core import clock, snapshots
from course_pages.models import Course
from learning.models import LessonCompletion, QuizPass
from tests.cases import measure
from tests.factories import attempts as taking
from tests.factories import courses as make
from tests.factories import quizzes

pytestmark = pytest.mark.django_db
NOON = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
"""After everybody enrolled, and before their sessions end."""
LEARNT = [Attempt, QuizPass, LessonCompletion]


def at(moment: datetime) -> Any:
    return patch.object(clock, "now", lambda: moment)


def overview_of(course: Course) -> str:
    course.refresh_from_db()
    user = taking.learner(course)
    quiz = taking.seat(user, course).lesson.quizzes[0].lineage
    return f"{course.get_absolute_url()}lesson-11/quiz/{quiz}/"


@pytest.mark.parametrize(
    ("rules", "done", "begin", "said"),
    [
        ({"opens_at": NOON}, 0, NOON - timedelta(seconds=1), "not open yet"),
        ({"closes_at": NOON}, 0, NOON, "has closed"),
        ({"attempts": 1}, 1, NOON, "used all your attempts"),
        ({"attempts": 3}, 3, NOON, "used all your attempts"),
        ({"cooldown_minutes": 90}, 1, NOON + timedelta(minutes=89), "try again in 1"),
    ],
    ids=["early", "late", "used up", "used up after three", "cooling down"],
)
def test_an_attempt_that_the_rules_forbid_is_refused_and_not_begun(
    rules: dict[str, Any], done: int, begin: datetime, said: str
) -> None:
    course, _quiz = quizzes.course_with_quiz([quizzes.single()], **rules)
    user = taking.learner(course)
    address = overview_of(course)
    with at(NOON):
        for _attempt in range(done):
            taking.hand_in(user, taking.begin(user, course))
    client = taking.signed_in(user)
    with at(begin):
        page = client.get(address).content.decode()
        assert said in page
        assert 'class="quiz-start" method="post"' not in page
        with measure.nothing_changes(LEARNT):
            for headers in ({}, {"HX-Request": "true"}):
                answer = client.post(f"{address}start/", headers=headers)
                assert answer.status_code == 409
                assert said in answer.content.decode()


@pytest.mark.parametrize(
    ("rules", "done", "begin"),
    [
        ({"opens_at": NOON}, 0, NOON),
        ({"closes_at": NOON}, 0, NOON - timedelta(seconds=1)),
        ({"attempts": 3}, 2, NOON),
        ({"cooldown_minutes": 90}, 1, NOON + timedelta(minutes=90)),
    ],
    ids=["open", "not closed", "one left", "cooled down"],
)
def test_at_the_first_moment_that_they_allow_it_is_begun(
    rules: dict[str, Any], done: int, begin: datetime
) -> None:
    course, _quiz = quizzes.course_with_quiz([quizzes.single()], **rules)
    user = taking.learner(course)
    address = overview_of(course)
    with at(NOON):
        for _attempt in range(done):
            taking.hand_in(user, taking.begin(user, course))
    with at(begin):
        assert taking.signed_in(user).post(f"{address}start/").status_code == 302
    assert Attempt.objects.filter(state=Attempt.State.OPEN).count() == 1


def test_when_it_opened_is_not_told_as_if_it_were_to_come() -> None:
    """Seen to fail: a quiz that was open for a week said "Opens"."""
    course, _quiz = quizzes.course_with_quiz(opens_at=NOON, closes_at=NOON + timedelta(days=30))
    client = taking.signed_in(taking.learner(course))
    address = overview_of(course)
    with at(NOON - timedelta(minutes=1)):
        page = client.get(address).content.decode()
    assert "Opens " in page
    assert "Closes " in page
    with at(NOON + timedelta(days=2)):
        page = client.get(address).content.decode()
    assert "Opens " not in page
    assert "Closes " in page


def test_a_draw_takes_from_a_bank_what_has_its_tag_and_gives_its_points() -> None:
    course = make.course(1, 1, release=False)
    tags = ["easy", "hard", "easy, sea", "", "hard"]
    pool = [quizzes.single(f"Question {number}?", tags=tag) for number, tag in enumerate(tags)]
    bank = quizzes.bank(course, pool)
    quiz = quizzes.quiz(course, [quizzes.draw(bank, 1, tag="easy", points="2.5")])
    quizzes.put_into(make.lesson_page(course, "Lesson 1.1"), quiz)
    easy = {pool[0]["id"], pool[2]["id"]}
    drawn = set()
    for _learner in range(20):
        user = taking.learner(course)
        attempt = taking.begin(user, course)
        [line] = attempt.paper
        drawn.add(line["id"])
    assert drawn == easy
    done = taking.hand_in(user, attempt, taking.right(attempt))
    assert (str(done.score), str(done.possible)) == ("2.5000", "2.5000")


def test_a_stem_has_text_code_a_formula_and_a_picture() -> None:
    image = Image.objects.create(title="A tide", file=get_test_image_file())
    parts = [
        ("text", "<p>What does <b>this</b> say?</p>"),
        ("code", {"language": "python", "code": "print(1 < 2)", "caption": ""}),
        ("math", {"formula": r"\frac{1}{2}", "caption": ""}),
        ("image", {"image": image.pk, "alt": "A low tide", "decorative": False, "caption": ""}),
    ]
    stem = [
        {"type": kind, "value": value, "id": f"00000000-0000-4000-8000-00000000000{number}"}
        for number, (kind, value) in enumerate(parts)
    ]
    course, _quiz = quizzes.course_with_quiz([quizzes.single(stem=stem)])
    user = taking.learner(course)
    attempt = taking.begin(user, course)
    page = taking.signed_in(user).get(taking.url(attempt)).content.decode()
    assert "<b>this</b>" in page
    assert "<math" in page
    assert "print" in page
    assert "1 &lt; 2" in re.sub(r"</?span[^>]*>", "", page)
    assert 'alt="A low tide"' in page


def test_each_choice_and_question_says_what_its_author_wrote_and_no_other_does() -> None:
    def told(question: dict[str, Any]) -> dict[str, Any]:
        question["value"]["feedback"] = "<p>said to everybody</p>"
        for listed in ("choices", "answers"):
            for number, row in enumerate(question["value"].get(listed, [])):
                row["value"]["feedback"] = f"<p>said to {listed} {number}</p>"
        return question

    single = told(quizzes.single(wrong=("Wrong", "Also wrong")))
    several = told(quizzes.multiple(["a", "b"], ["c"]))
    short = told(quizzes.short("moon", "sun"))
    true = told(quizzes.truefalse("true"))
    true["value"] |= {"feedback_true": "<p>said to true</p>", "feedback_false": "<p>to false</p>"}
    course, _quiz = quizzes.course_with_quiz(
        [single, several, short, true], show_feedback="submitted"
    )
    user = taking.learner(course)
    pick = [row["id"] for row in single["value"]["choices"]][1]
    both = [row["id"] for row in several["value"]["choices"]][::2]
    given = {single["id"]: pick, several["id"]: both, short["id"]: "sun", true["id"]: "false"}
    done = taking.hand_in(user, taking.begin(user, course), given)
    page = taking.signed_in(user).get(taking.url(done)).content.decode()
    said = re.findall(r"<p[^>]*>((?:said )?to [^<]+)</p>", page)
    assert said == [
        *("said to choices 1", "said to everybody"),
        *("said to choices 0", "said to choices 2", "said to everybody"),
        *("said to answers 1", "said to everybody"),
        *("to false", "said to everybody"),
    ]
    assert snapshots.load(done.snapshot_id)["settings"]["show_answers"] != "submitted"


@pytest.mark.parametrize("typed", ["1,5", "1.5", "١٫٥", "1e3"])
def test_a_number_is_saved_without_a_word(typed: str) -> None:
    question, saved, pages = typed_into_a_number(typed)
    assert saved.split() == ["Saved"]
    assert "not a number" not in pages
    assert "not with a number" not in pages


@pytest.mark.parametrize("typed", ["ten", "NaN", "1e400", "1,2,3.4.5"])
def test_what_is_no_number_is_kept_and_told_before_it_is_handed_in(typed: str) -> None:
    """Seen to fail: it was "Saved" and "answered", and earned nothing."""
    question, saved, pages = typed_into_a_number(typed)
    assert " ".join(saved.split()) == "Saved, but this is not a number"
    assert "this is not a number" in pages
    assert "answered, but not with a number" in pages
    assert Attempt.objects.get().answers == {question["id"]: typed}


def typed_into_a_number(typed: str) -> tuple[dict[str, Any], str, str]:
    """The question, what is said to the saved answer, and the pages of the attempt after it."""
    question = quizzes.number("1.5")
    course, _quiz = quizzes.course_with_quiz([question])
    user = taking.learner(course)
    attempt = taking.begin(user, course)
    client = taking.signed_in(user)
    sent = taking.form(attempt, {question["id"]: typed}, token=attempt.token)
    answer = client.post(
        taking.url(attempt, "save"),
        sent.urlencode(),
        content_type="application/x-www-form-urlencoded",
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 200
    [said] = re.findall(r"<span data-answered=[^>]*>([^<]*)</span>", answer.content.decode())
    again = client.get(taking.url(attempt)), client.get(taking.url(attempt) + "?review")
    return question, said, "".join(one.content.decode() for one in again)


@pytest.mark.parametrize("minutes", [None, 30])
def test_try_again_on_a_result_begins_the_next_attempt_at_once(minutes: int | None) -> None:
    """Seen to fail while it led to the quiz's page, where it had to be pressed once more."""
    course, _quiz = quizzes.course_with_quiz([quizzes.single()], time_limit_minutes=minutes)
    user = taking.learner(course)
    failed = taking.begin(user, course)
    taking.hand_in(user, failed)
    client = taking.signed_in(user)
    page = client.get(taking.url(failed)).content.decode()
    (form,) = re.findall(r'<form id="again" method="post" action="([^"]+)"', page)
    assert ("The clock starts at once" in page) is bool(minutes)
    assert client.post(form).status_code == 302
    assert Attempt.objects.get(state=Attempt.State.OPEN).number == failed.number + 1
