"""The quiz editor: its tabs, messages, samples and proposals."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from assessments.models import QuestionBank, Quiz
from core import outbox
from tests.cases import measure
from tests.factories import courses as make
from tests.factories import quizzes
from tests.integration.assessments.test_authoring import SNIPPET, WRITTEN, form, school

pytestmark = pytest.mark.django_db
BANK = "wagtailsnippets_assessments_questionbank"


def listed(*values: Any) -> dict[str, Any]:
    items = {str(n): {"deleted": "", "order": str(n), "value": v} for n, v in enumerate(values)}
    return items | {"count": str(len(items))}


def single(*right: bool, words: str = "Which?") -> tuple[str, Any]:
    """A single choice as its form sends it; one choice for each of `right`."""
    empty = rich_text("")
    choices = [
        {"text": rich_text(f"Knot {number}"), "feedback": empty, "worth": ""}
        | ({"correct": "on"} if one else {})
        for number, one in enumerate(right, start=1)
    ]
    return "single", {
        "stem": streamfield([("text", rich_text(words))]), "choices": listed(*choices),
        "points": "1", "hint": empty, "feedback": empty, "tags": "",
    }  # fmt: skip


def asking(quiz: Any, *questions: Any, **more: Any) -> dict[str, Any]:
    return form(quiz) | nested_form_data({"questions": streamfield(list(questions))}) | more


def message(answer: Any) -> str:
    """What stands at the top of the page."""
    return "".join(str(one) for one in get_messages(answer.wsgi_request))


@pytest.mark.parametrize("name", ["quiz", "bank"])
def test_a_refused_publish_names_the_question_and_a_draft_is_saved(name: str) -> None:
    mine, _other, course, _theirs, quiz = school()
    row: Any = quiz if name == "quiz" else quizzes.bank(course, [quizzes.single("Canary?")])
    edit = reverse(f"{SNIPPET if name == 'quiz' else BANK}:edit", args=[row.pk])
    sent = asking(row, single(True, False), single(False, True), single(False, False))
    sent["title"] = "Unfinished"
    with measure.nothing_changes([*WRITTEN, QuestionBank]):
        answer = mine.post(edit, sent | {"action-publish": "1"})
    assert "<li>Question 3 (Single choice): Mark exactly one choice as right.</li>" in message(
        answer
    )
    assert "Mark exactly one choice as right" in answer.text.split("<form", 1)[1]

    assert mine.post(edit, sent).status_code == 302
    row.refresh_from_db()
    assert (row.title, row.has_unpublished_changes) != ("Unfinished", False)
    assert row.get_latest_revision_as_object().title == "Unfinished"


def test_a_message_names_the_field() -> None:
    mine, _other, _course, _theirs, quiz = school()
    edit = reverse(f"{SNIPPET}:edit", args=[quiz.pk])
    sent = asking(quiz, single(True), title="", **{"action-publish": "1"})
    answer = mine.post(edit, sent)
    assert "Question 1 (Single choice): Choices: The minimum number of items is 2" in message(
        answer
    )
    sent = asking(quiz, single(True, False), **{"action-publish": "1"})
    sent["questions-0-value-stem-0-value"] = "null"
    assert "Question 1 (Single choice): Question, Text: This field is required." in message(
        mine.post(edit, sent)
    )


NEVER_CLOSES = "This quiz never closes"
DAY = {"opens_at": "2030-01-01 10:00", "closes_at": "2030-01-01 11:00"}


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"opens_at": "2030-01-02 10:00", "closes_at": "2030-01-01 10:00"}, "after it opens"),
        ({"attempts": "1", "cooldown_minutes": "5"}, "With one attempt there is nothing"),
        (DAY | {"cooldown_minutes": "60"}, "It closes before anybody may try again"),
        (DAY | {"time_limit_minutes": "61"}, "It is open for less time than this"),
        ({"show_answers": "closed"}, NEVER_CLOSES),
        ({"show_score": "closed"}, NEVER_CLOSES),
    ],
)
def test_rules_that_contradict_each_other_wait_in_a_draft(
    rules: dict[str, str], words: str
) -> None:
    mine, _other, _course, _theirs, quiz = school()
    edit = reverse(f"{SNIPPET}:edit", args=[quiz.pk])
    sent = asking(quiz, single(True, False), **rules)
    with measure.nothing_changes(WRITTEN):
        answer = mine.post(edit, sent | {"action-publish": "1"})
    assert words in answer.text
    assert mine.post(edit, sent).status_code == 302
    quiz.refresh_from_db()
    assert quiz.has_unpublished_changes


def test_rules_that_fit_are_published() -> None:
    mine, _other, _course, _theirs, quiz = school()
    fit = DAY | {"cooldown_minutes": "59", "time_limit_minutes": "60", "show_answers": "closed"}
    sent = asking(quiz, single(True, False), attempts="2", **fit, **{"action-publish": "1"})
    assert mine.post(reverse(f"{SNIPPET}:edit", args=[quiz.pk]), sent).status_code == 302
    quiz.refresh_from_db()
    assert (quiz.attempts, quiz.time_limit_minutes, quiz.live) == (2, 60, True)


def test_the_editor_has_three_tabs_and_the_dates_of_publishing() -> None:
    mine, _other, _course, _theirs, quiz = school()
    shown = mine.get(reverse(f"{SNIPPET}:edit", args=[quiz.pk])).text
    for tab in ("questions", "rules", "appearance"):
        assert f'id="tab-{tab}"' in shown
    assert 'name="go_live_at"' in shown


SAMPLES = Quiz._meta.get_field("questions").stream_block.child_blocks


@pytest.mark.parametrize("name", SAMPLES)
def test_every_question_shows_a_sample_in_the_picker(name: str) -> None:
    mine, *_rest = school()
    block = SAMPLES[name]
    assert block.is_previewable
    assert block.get_description()
    answer = mine.get("/admin/block-preview/", {"id": block.definition_prefix})
    assert answer.status_code == 200
    assert "block-preview" in answer.text
    assert name == "draw" or 'class="question-stem' in answer.text


def test_a_bank_is_previewed_as_a_learner_sees_its_questions() -> None:
    mine, other, course, _theirs, _quiz = school()
    bank = quizzes.bank(course, [quizzes.single()])
    address = reverse(f"{BANK}:preview_on_edit", args=[bank.pk])
    assert mine.post(address, asking(bank, single(True, False, words="Canary?"))).json()["is_valid"]
    shown = mine.get(f"{address}?mode=&in_preview_panel=true")
    assert shown.status_code == 200
    assert "Canary?" in shown.text
    assert other.get(address).status_code in {302, 403, 404}


@pytest.mark.parametrize("mode", ["before", "during", "after"])
def test_questions_just_added_and_still_empty_are_previewed(mode: str) -> None:
    _mine, _other, course, _theirs, _quiz = school()
    stream = Quiz._meta.get_field("questions").stream_block
    empty = [(name, block.get_default()) for name, block in stream.child_blocks.items()]
    quiz = Quiz(course=course, title="Begun", questions=stream.normalize(empty))
    quiz.save()
    assert quiz.make_preview_request(None, mode).status_code == 200
    bank = [pair for pair in empty if pair[0] != "draw"]
    made = QuestionBank(course=course, title="Begun", questions=stream.normalize(bank))
    made.save()
    assert made.make_preview_request(None, "").status_code == 200


@pytest.mark.parametrize(("where", "chosen"), [("mine", True), ("other", False), ("none", False)])
def test_the_chooser_proposes_the_course_it_was_opened_from(where: str, chosen: bool) -> None:
    from course_pages import courses
    from course_pages.models import Course

    mine, _other, course, theirs, quiz = school()
    second = make.course(1, 1, title="Second")
    teacher = course.teaching_rights.get().user
    courses.add_teacher(course=Course.objects.get(pk=second.pk), user=teacher, by=None)
    lesson = make.lesson_page(course if where == "mine" else theirs, "Lesson 1.1")
    module = lesson.get_parent()
    places = {
        "none": ["", "/admin/pages/999999999999999999999999/edit/", "::", "/nowhere/"],
    }.get(where) or [
        f"http://testserver/admin/pages/{lesson.pk}/edit/",
        f"http://testserver/admin/pages/add/course_pages/lessonpage/{module.pk}/",
    ]
    if where == "mine":
        places.append(f"http://testserver/admin/snippets/assessments/quiz/edit/{quiz.pk}/")
    for place in places:
        answer = mine.get(
            reverse("wagtailsnippetchoosers_assessments_quiz:choose"), headers={"Referer": place}
        )
        assert answer.status_code == 200
        html = answer.json()["html"]
        assert "Other" not in html
        assert (f'<option value="{course.pk}" selected>' in html) is chosen, place


def test_nobody_signed_out_learns_a_course_by_a_referer() -> None:
    _mine, _other, course, _theirs, _quiz = school()
    lesson = make.lesson_page(course, "Lesson 1.1")
    answer = Client().get(
        reverse("wagtailsnippetchoosers_assessments_quiz:choose"),
        headers={"Referer": f"/admin/pages/{lesson.pk}/edit/"},
    )
    assert answer.status_code == 302


def test_who_publishes_a_quiz_that_no_lesson_has_is_told_how_learners_meet_it() -> None:
    """Seen to fail: it was "published", and its author waited for answers in vain."""
    mine, _other, course, _theirs, quiz = school()
    edit, sent = reverse(f"{SNIPPET}:edit", args=[quiz.pk]), asking(quiz, single(True, False))

    def told(**more: str) -> bool:
        said = message(mine.post(edit, sent | more))
        mine.get(reverse(f"{SNIPPET}:list"))  # where it is read
        return "Learners meet this quiz in a lesson" in said

    publish = {"action-publish": "1"}
    assert told(**publish)
    assert not told()
    quizzes.put_into(make.lesson_page(course, "Lesson 1.1"), quiz, release=False)
    outbox.drain()
    assert not told(**publish)
    edit = reverse(f"{SNIPPET}:add")
    assert told(title="Published at once", **publish)
    assert Quiz.objects.get(title="Published at once").live
