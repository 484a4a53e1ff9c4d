"""B6: nothing of an answer key reaches a learner before the rules allow it.

Every right answer, feedback and explanation carries a canary; all that a learner can get is
searched for it, the number of responses is asserted. Order and size of choices give no hint either.

Seen to fail: with the question's `feedback` put into `rendering.Words`, with `show_answers` not
asked in `pages.result`, with ordering questions left in their stored order, with the `source` of an
import left in the snapshot's searchable text, and with the raw question in a data attribute.
"""

import re
from collections import Counter
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page

from assessments import rendering
from assessments.models import Attempt, Quiz
from assessments.questions import paper
from core import snapshots
from course_pages.models import Course
from tests.cases import measure
from tests.factories import attempts as taking
from tests.factories import quizzes

pytestmark = pytest.mark.django_db
CANARY = "kestrel"
LOOKED_AT, POSTED = 156, 8
HTMX: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}
WAYS: list[dict[str, Any]] = [
    {}, HTMX, HTMX | {"HTTP_HX_TARGET": "lesson"}, {"HTTP_ACCEPT": "text/json"},
]  # fmt: skip


def guarded(**fields: Any) -> tuple[Course, list[dict[str, Any]]]:
    """A quiz of every type; what only the key knows has the canary in it."""
    told = {"feedback": f"<p>{CANARY} explained</p>"}
    single = quizzes.single(**told)
    for item in single["value"]["choices"]:
        item["value"]["feedback"] = f"<p>{CANARY} said to a choice</p>"
    multiple = quizzes.multiple(["a", "b"], ["c", "d"], **told)
    for item in multiple["value"]["choices"]:
        item["value"]["feedback"] = f"<p>{CANARY} said to a choice</p>"
    questions = [
        single,
        multiple,
        quizzes.truefalse("true", **told),
        quizzes.short(f"{CANARY} accepted", **told),
        quizzes.number("271828", "0.5", **told),
        quizzes.order("x1", "x2", "x3", "x4", **told),
        quizzes.match([("l1", "r1"), ("l2", "r2"), ("l3", "r3")], **told),
        quizzes.blanks(f"A gap [{CANARY} fills] here", **told),
        quizzes.long((f"{CANARY} criterion", "2"), **told),
    ]
    course, _quiz = quizzes.course_with_quiz(questions, **fields)
    return course, questions


def everything(client: Client, course: Course, attempt: Attempt | None) -> list[tuple[str, str]]:
    """Address and text of all that a learner of the course can get."""
    base = course.get_absolute_url()
    lesson = f"{base}lesson-11/"
    quiz = snapshots.load(attempt.snapshot_id)["lineage"] if attempt else ""
    addresses = [
        base, lesson, f"{base}-/modules/1/", f"{base}-/enrol/", "/my/", "/courses/", "/sitemap.xml",
        "/courses/a-course/", "/courses/a-course/module-1/lesson-11/",
        f"/courses/?q={CANARY}", "/robots.txt", "/account/profile/", f"{lesson}quiz/nonsense/",
        f"{lesson}notes/", f"{lesson}transcript/", f"{lesson}downloads/", f"{base}-/notes/",
        f"{base}-/notes/export/", f"{lesson}complete/", "/wallet/",
        *staff_pages(course),
    ]  # fmt: skip
    if attempt:
        addresses += [
            f"{lesson}quiz/{quiz}/", taking.url(attempt), f"{taking.url(attempt)}?review",
            f"{taking.url(attempt)}?q=3", f"{taking.url(attempt)}?q=99",
            taking.url(attempt, "save"), taking.url(attempt, "submit"),
        ]  # fmt: skip
    got = []
    for address in addresses:
        for headers in (
            {},
            HTMX,
            HTMX | {"HTTP_HX_TARGET": "lesson"},
            {"HTTP_ACCEPT": "text/json"},
        ):
            answer = client.get(address, **headers)
            got.append((address, said(answer) + repr(answer.headers)))
    return got


def said(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode(errors="replace")


def staff_pages(course: Course) -> list[str]:
    """Pages of the editor and of graders, which a learner may only try."""
    quiz = Quiz.objects.get(course=course)
    snippet = "wagtailsnippets_assessments_quiz"
    attempt = Attempt.objects.filter(enrolment__course=course).values_list("pk", flat=True).first()
    named: list[tuple[str, list[Any]]]
    named = [(f"{snippet}:{name}", [quiz.pk]) for name in ("edit", "copy", "usage", "history")]
    named += [(f"{snippet}:list", []), ("grading:gradebook", [course.pk])]
    named += [("grading:items", [course.pk, quiz.lineage])]
    named += [("grading:export", [course.pk, "csv"])]
    named += [("grading:attempt", [course.pk, attempt])] if attempt else []
    preview = reverse(f"{snippet}:preview_on_edit", args=[quiz.pk])
    return [f"{preview}?mode=after", *(reverse(name, args=args) for name, args in named)]


def leaks(responses: list[tuple[str, str]]) -> list[str]:
    """Where the key shows; the search's own echo of the question is none."""
    return [
        address
        for address, text in responses
        if CANARY in text.replace(f'value="{CANARY}"', "").replace(f"q={CANARY}", "")
        .replace(f"“{CANARY}”", "")
        or "271828" in text
    ]  # fmt: skip


@pytest.mark.parametrize("layout", ["all", "one"])
def test_B06_no_key_before_handing_in(layout: str) -> None:
    course, questions = guarded(layout=layout)
    user = taking.learner(course)
    client = taking.signed_in(user)
    attempt = taking.begin(user, course)
    responses = everything(client, course, attempt)
    # Answers to posts: saved, refused, stale.
    one = taking.form(Attempt.objects.get(), {questions[3]["id"]: "x"}, token=attempt.token)
    for headers in ({}, HTMX):
        for sent in (one.dict(), {"asked": "nobody"}, {"token": "stale"}, {}):
            for what in ("save",):
                answer = client.post(taking.url(attempt, what), sent, **headers)
                responses.append((what, answer.content.decode()))
    # The figure of this case: so many responses were looked at, and none had it.
    assert len(responses) == LOOKED_AT
    assert leaks(responses) == []
    # What is kept for pages, and what search may find, has none either.
    quiz = snapshots.load(attempt.snapshot_id)
    kept = rendering.words_of(quiz["questions"].values())
    assert len(kept) == len(questions)
    assert CANARY not in repr(kept)
    assert not Page.objects.live().search(CANARY)


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"show_answers": "never", "show_feedback": "never"}, False),
        ({"show_answers": "passed", "show_feedback": "passed"}, False),
        ({"show_answers": "closed", "show_feedback": "closed"}, False),
        ({"show_answers": "submitted", "show_feedback": "submitted"}, True),
    ],
)
def test_B06_after_handing_in_only_what_the_rules_allow(
    fields: dict[str, str], shown: bool
) -> None:
    course, _questions = guarded(**fields)
    user = taking.learner(course)
    client = taking.signed_in(user)
    attempt = taking.begin(user, course)
    taking.hand_in(user, attempt)
    responses = everything(client, course, attempt)
    assert bool(leaks(responses)) is shown


def test_B06_others_get_nothing_at_all() -> None:
    course, _questions = guarded(show_answers="submitted", show_feedback="submitted")
    user = taking.learner(course)
    attempt = taking.begin(user, course)
    taking.hand_in(user, attempt)
    for other in (Client(), taking.signed_in(taking.learner(course))):
        responses = everything(other, course, attempt)
        assert len(responses) == LOOKED_AT - POSTED
        assert leaks(responses) == []


def test_B06_control_the_pages_tried_do_show_the_key_to_its_author() -> None:
    """Else all of the above might look at pages that are not there."""
    course, _questions = guarded()
    taking.begin(taking.learner(course), course)
    author = Client()
    author.force_login(measure.person(is_superuser=True))
    found = [one for one in staff_pages(course) if CANARY in said(author.get(one))]
    assert len(found) >= 3, found


def test_B06_neither_order_nor_attributes_give_a_hint() -> None:
    course, questions = guarded(shuffle_choices=True)
    user = taking.learner(course)
    page = ""
    first: Counter[str] = Counter()
    for _ in range(30):
        attempt = taking.begin(user, course)
        page = taking.signed_in(user).get(taking.url(attempt)).content.decode()
        first[attempt.paper[0]["order"][0]] += 1
        stored = [item["id"] for item in questions[5]["value"]["items"]]
        assert attempt.paper[5]["order"] != stored
        Attempt.objects.all().delete()
    assert len(first) == 2
    right, wrong = (item["id"] for item in questions[0]["value"]["choices"])
    marks = [
        re.sub(r"(checked|value=\"[^\"]*\")", "", tag)
        for tag in re.findall(r"<label class=\"choice\">.*?</label>", page, re.DOTALL)
        if right in tag or wrong in tag
    ]
    shapes = {re.sub(r"<p>[^<]*</p>|data-block-key=\"[^\"]*\"", "", mark).strip() for mark in marks}
    assert len(shapes) == 1


def test_B06_a_matching_question_does_not_pair_its_keys() -> None:
    question = quizzes.match([("l1", "r1"), ("l2", "r2"), ("l3", "r3")])
    flat = question["value"] | {"id": question["id"], "type": "match"}
    quiz = {"asked": [{"question": question["id"]}], "questions": {question["id"]: flat},
            "settings": {}}  # fmt: skip
    lefts = [item["id"] for item in question["value"]["pairs"]]
    orders = {tuple(paper.draw(quiz, str(seed))[0]["order"]) for seed in range(200)}
    assert len(orders) == 6
    assert not set(lefts) & {key for order in orders for key in order}
