"""Quizzes and banks in the admin: written by their teachers, out of reach of everybody else."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.sync import sync_roles
from assessments.models import Attempt, QuestionBank, Quiz
from course_pages import courses
from course_pages.models import Course
from tests.cases import measure
from tests.factories import courses as make
from tests.factories import quizzes

pytestmark = pytest.mark.django_db
WRITTEN = [Quiz, QuestionBank, Attempt]
KEPT_BY_THE_EDITOR = ["accounts_session", "wagtailadmin_formstate"]
SNIPPET = "wagtailsnippets_assessments_quiz"


def school() -> tuple[Client, Client, Course, Course, Quiz]:
    """A teacher of one course, a teacher of another, both courses, and the first one's quiz."""
    sync_roles()
    mine = make.course(1, 1, title="Mine")
    other = make.course(1, 1, title="Other")
    quiz = quizzes.quiz(mine, [quizzes.single("Canary question?")], title="Canary quiz")
    clients = []
    for course in (mine, other):
        teacher = measure.person(roles=["Instructor"])
        courses.add_teacher(course=course, user=teacher, by=None)
        client = Client()
        client.force_login(teacher)
        clients.append(client)
    return clients[0], clients[1], mine, other, quiz


def form(quiz: Quiz, **more: Any) -> dict[str, Any]:
    """The editor's form as it stands, with changes."""
    sent: dict[str, Any] = {
        "title": quiz.title, "course": quiz.course_id, "intro": "null", "questions-count": "0",
        "pass_mark": "60", "attempts": "0", "cooldown_minutes": "0", "counts": "best",
        "time_limit_minutes": "", "layout": "all", "show_score": "submitted",
        "show_answers": "passed", "show_feedback": "submitted",
    }  # fmt: skip
    return sent | more


NAMES = [
    "edit", "copy", "delete", "history", "usage", "unpublish", "preview_on_edit", "lock", "unlock",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_another_courses_teacher_reaches_no_view_of_a_quiz(name: str) -> None:
    mine, other, _course, _theirs, quiz = school()
    address = reverse(f"{SNIPPET}:{name}", args=[quiz.pk])
    with measure.nothing_changes(WRITTEN):
        for send in (other.get, other.post):
            answer = send(address, form(quiz, title="Stolen") if send == other.post else None)
            assert answer.status_code in {302, 403, 404, 405}, answer.status_code
            assert "Canary" not in answer.content.decode()
    if name in {"edit", "history", "usage"}:
        assert "Canary" in mine.get(address).content.decode()


def test_lists_and_choosers_offer_ones_own_only() -> None:
    mine, other, _course, _theirs, quiz = school()
    addresses = [
        reverse(f"{SNIPPET}:list"),
        reverse("wagtailsnippetchoosers_assessments_quiz:choose"),
        reverse("wagtailsnippetchoosers_assessments_quiz:choose_results"),
    ]
    for address in addresses:
        assert "Canary quiz" in mine.get(address).content.decode(), address
        assert "Canary quiz" not in other.get(address).content.decode(), address
    chosen = reverse("wagtailsnippetchoosers_assessments_quiz:chosen", args=[quiz.pk])
    assert mine.get(chosen).status_code == 200
    assert other.get(chosen).status_code == 404


def test_the_list_says_what_is_a_draft() -> None:
    mine, _other, course, _theirs, _quiz = school()
    make_draft = reverse("wagtailsnippetchoosers_assessments_quiz:create")
    mine.post(make_draft, {"title": "Begun here", "course": course.pk})
    shown = mine.get(reverse(f"{SNIPPET}:list")).content.decode()
    states = [" ".join(one.split()) for one in re.findall(r"w-status[^>]*>([^<]+)<", shown)]
    assert sorted(states) == ["draft", "live"]


def test_the_chooser_names_the_courses_where_there_are_several() -> None:
    mine, _other, _course, theirs, quiz = school()
    address = reverse("wagtailsnippetchoosers_assessments_quiz:choose_results")
    named = re.compile(r"<td[^>]*>\s*Mine\s*</td>")
    assert not named.search(mine.get(address).content.decode())
    quizzes.quiz(theirs, [quizzes.single()], title="Another quiz")
    assert not named.search(mine.get(address).content.decode())
    teacher = quiz.course.teaching_rights.get().user
    courses.add_teacher(course=theirs, user=teacher, by=None)
    shown = mine.get(address).content.decode()
    assert named.search(shown)
    assert "Another quiz" in shown


def test_bulk_deletion_takes_no_row_of_others() -> None:
    _mine, other, _course, _theirs, quiz = school()
    address = reverse("wagtail_bulk_action", args=["assessments", "quiz", "delete"])
    with measure.nothing_changes(WRITTEN):
        answer = other.post(f"{address}?id={quiz.pk}&next=/admin/")
        assert "Canary" not in answer.content.decode()


def test_a_quiz_is_not_moved_into_or_made_in_a_course_of_others() -> None:
    mine, _other, course, theirs, quiz = school()
    edit = reverse(f"{SNIPPET}:edit", args=[quiz.pk])
    with measure.nothing_changes(WRITTEN):
        mine.post(edit, form(quiz, course=theirs.pk, **{"action-publish": "1"}))
        mine.post(reverse(f"{SNIPPET}:add"), form(quiz, course=theirs.pk))
        new = {"title": "Begun here", "course": theirs.pk}
        mine.post(reverse("wagtailsnippetchoosers_assessments_quiz:create"), new)


def test_a_quiz_is_begun_in_the_chooser_as_a_draft_of_ones_course() -> None:
    mine, _other, course, _theirs, _quiz = school()
    address = reverse("wagtailsnippetchoosers_assessments_quiz:create")
    shown = mine.get(address).content.decode()
    assert "Other" not in shown
    answer = mine.post(address, {"title": "Begun here", "course": course.pk})
    assert json.loads(answer.content)["step"] == "chosen"
    made = Quiz.objects.get(title="Begun here")
    assert (made.course, made.live) == (course, False)


def test_a_copy_is_another_quiz() -> None:
    mine, _other, _course, _theirs, quiz = school()
    add = reverse(f"{SNIPPET}:add")
    shown = mine.get(reverse(f"{SNIPPET}:copy", args=[quiz.pk])).content.decode()
    assert "Canary quiz" in shown
    assert f'action="{add}"' in shown
    assert mine.post(add, form(quiz, title="A copy")).status_code == 302
    made = Quiz.objects.get(title="A copy")
    assert made.translation_key != quiz.translation_key


@pytest.mark.parametrize(
    ("mode", "seen"),
    [("before", "Start the quiz"), ("during", "Canary question?"), ("after", "Not passed yet")],
)
def test_a_preview_shows_the_draft_and_writes_nothing(mode: str, seen: str) -> None:
    mine, _other, _course, _theirs, quiz = school()
    typed = json.dumps({"blocks": [{"key": "a", "text": "Canary question?", "type": "unstyled"}],
                        "entityMap": {}})  # fmt: skip
    before = measure.whole_database(KEPT_BY_THE_EDITOR)
    address = reverse(f"{SNIPPET}:preview_on_edit", args=[quiz.pk])
    sent = form(quiz)
    block = quiz.questions.raw_data[0]
    sent |= {"questions-count": "1", "questions-0-deleted": "", "questions-0-order": "0"}
    sent |= {"questions-0-type": "truefalse", "questions-0-id": block["id"]}
    sent |= {"questions-0-value-stem-count": "1", "questions-0-value-stem-0-deleted": ""}
    sent |= {"questions-0-value-stem-0-type": "text", "questions-0-value-stem-0-order": "0"}
    sent |= {"questions-0-value-stem-0-id": "", "questions-0-value-stem-0-value": typed}
    sent |= {"questions-0-value-answer": "true", "questions-0-value-points": "1"}
    for name in ("feedback_true", "feedback_false", "hint", "feedback"):
        sent[f"questions-0-value-{name}"] = "null"
    sent["questions-0-value-tags"] = ""
    assert mine.post(address, sent).json()["is_valid"] is True
    answer = mine.get(f"{address}?mode={mode}&in_preview_panel=true")
    assert answer.status_code == 200
    assert seen in answer.content.decode()
    assert measure.whole_database(KEPT_BY_THE_EDITOR) == before


def test_another_courses_bank_and_picture_are_not_drawn_into_a_quiz() -> None:
    mine, _other, _course, theirs, quiz = school()
    foreign = quizzes.bank(theirs, [quizzes.single()])
    sent = form(
        quiz,
        **{
            "questions-count": "1",
            "questions-0-type": "draw",
            "questions-0-order": "0",
            "questions-0-deleted": "",
            "questions-0-id": "",
            "questions-0-value-bank": str(foreign.pk),
            "questions-0-value-tag": "",
            "questions-0-value-count": "1",
            "questions-0-value-points": "",
            "action-publish": "1",
        },
    )
    with measure.nothing_changes(WRITTEN):
        answer = mine.post(reverse(f"{SNIPPET}:edit", args=[quiz.pk]), sent)
    assert "may not use" in answer.content.decode()


def test_a_teacher_publishes_a_quiz_of_their_course() -> None:
    mine, _other, _course, _theirs, quiz = school()
    quiz.unpublish()
    edit = reverse(f"{SNIPPET}:edit", args=[quiz.pk])
    assert 'name="action-publish"' in mine.get(edit).content.decode()
    assert mine.post(edit, form(quiz, **{"action-publish": "1"})).status_code == 302
    quiz.refresh_from_db()
    assert quiz.live
