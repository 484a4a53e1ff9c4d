"""*Import questions* in the admin and as a command: who may, what is made, what stays out.

Each refusal leaves nothing behind.
"""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from PIL import Image as Picture
from wagtail.models import ModelLogEntry

from accounts.models import User
from accounts.sync import sync_roles
from assessments.importing import LIMITS, load
from assessments.importing.admin import forms, views
from assessments.importing.writing import import_questions
from assessments.models import QuestionBank, Quiz
from assets.models import Image
from course_pages import courses
from course_pages.models import Course
from tests.cases import measure
from tests.factories import courses as make
from tests.factories.archives import zip_of

pytestmark = pytest.mark.django_db

GIFT = b"::Sum::1 + 1?{=2 ~3}\n\n::Odd::Just words.\n\nIt rains.{T}"


@pytest.fixture
def course() -> Course:
    sync_roles()
    return make.course(1, 1, title="Knots")


@pytest.fixture
def teacher(course: Course) -> User:
    user = measure.person(roles=["Instructor"])
    courses.add_teacher(course=course, user=user, by=None)
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def send(user: User, course: Course, content: bytes = GIFT, name: str = "sums.gift",
         **data: Any) -> Any:  # fmt: skip
    fields = {"course": course.pk, "kind": "bank", "title": ""} | data
    file = SimpleUploadedFile(name, content)
    response: Any = client_of(user).post(reverse("question_import:index"), fields | {"file": file})
    return response


def counts() -> dict[str, int]:
    left_out = {"accounts.Session", "core.OutboxMessage", "accounts.User"}
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.label not in left_out
    }


def test_a_teacher_makes_a_bank_of_the_own_course_and_reads_the_report(
    course: Course, teacher: User
) -> None:
    response = send(teacher, course)
    bank = QuestionBank.objects.get()
    assert (bank.title, bank.course, bank.live) == ("sums", course, False)
    assert [block["type"] for block in bank.questions.raw_data] == ["single", "truefalse"]
    entry = ModelLogEntry.objects.get(action=views.FILE_ACTION)
    assert response.status_code == 302
    page = client_of(teacher).get(response["Location"])
    text = page.content.decode()
    assert "Just words." in text or "Odd" in text
    assert "it asks nothing" in text
    assert f"/question-imports/{entry.pk}/" in response["Location"]
    assert client_of(teacher).get(page.context["edit_url"]).status_code == 200


def test_as_a_quiz_it_is_a_draft_that_asks_for_nothing(course: Course, teacher: User) -> None:
    send(teacher, course, kind="quiz", title="My quiz")
    quiz = Quiz.objects.get()
    assert (quiz.title, quiz.live, quiz.required) == ("My quiz", False, False)


def test_no_teacher_reaches_a_foreign_course(course: Course, teacher: User) -> None:
    other = make.course(1, 1, title="Other")
    stranger = measure.person(roles=["Instructor"])
    courses.add_teacher(course=other, user=stranger, by=None)
    before = counts()
    response = send(teacher, other)
    assert response.status_code == 200
    assert b"Select a valid choice" in response.content
    assert counts() == before
    made = send(teacher, course)
    assert client_of(stranger).get(made["Location"]).status_code == 404


@pytest.mark.parametrize("roles", [[], ["Support"]])
def test_others_are_turned_away(course: Course, roles: list[str]) -> None:
    user = measure.person(roles=roles)
    before = counts()
    assert send(user, course).status_code == 302
    assert counts() == before


def test_it_stands_in_the_menu_of_those_who_may(course: Course, teacher: User) -> None:
    address = reverse("question_import:index").encode()
    assert address in client_of(teacher).get(reverse("wagtailadmin_home")).content
    support = measure.person(roles=["Support"])
    assert address not in client_of(support).get(reverse("wagtailadmin_home")).content


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.gift", "empty"),
        (b"hello", "a.txt", "no questions"),
        (b"hello", "a.exe", "one of these kinds"),
        (b"Only words.\n\n{}{", "a.gift", "Nothing in it can be asked"),
        (b"<!DOCTYPE a><questestinterop/>", "a.xml", "document type"),
        (b"PK\x03\x04broken", "a.zip", "damaged"),
        (b"\x8f\x00\xfe\x01" * 99, "rand.zip", "“rand.zip” is not a ZIP file."),
        (b"Which?{=a ~b}", "gift.zip", "“gift.zip” is not a ZIP file."),
        (b"{=a ~b}", "a.gift", "It has no words."),
    ],
)
def test_what_cannot_be_read_is_told_and_nothing_is_made(
    course: Course, teacher: User, content: bytes, name: str, said: str
) -> None:
    before = counts()
    response = send(teacher, course, content, name)
    assert response.status_code == 200
    assert said in response.content.decode()
    assert counts() == before


def test_kinds_of_the_same_name_are_one_row_of_the_report() -> None:
    """Seen to fail: two formats' names for a short answer stood in two rows."""
    kinds = {"fill_in": (3, 1, 1, 1), "essay": (1, 0, 1, 0), "short_answer": (2, 2, 0, 0)}
    names = ("found", "imported", "converted", "reported")
    rows = [
        {"block_type": kind} | dict(zip(names, figures, strict=True))
        for kind, figures in kinds.items()
    ]
    shown = views._named({"rows": rows, "adds_up": True})["rows"]
    assert [tuple(row[name] for name in ("name", *names)) for row in shown] == [
        ("short answer", 5, 3, 1, 1),
        ("essay", 1, 0, 1, 0),
    ]


def test_a_large_file_is_refused(
    course: Course, teacher: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "LIMITS", replace(LIMITS, archive_bytes=10))
    before = counts()
    response = send(teacher, course)
    assert "too large" in response.content.decode()
    assert counts() == before


def test_script_in_a_file_is_text_in_its_report(course: Course, teacher: User) -> None:
    evil = b"::<script>x</script>::<script>alert(1)</script>\n\nOk{T}"
    name = "<img src=x onerror=alert(1)>.gift"
    response = send(teacher, course, evil, name)
    page = client_of(teacher).get(response["Location"]).content.decode()
    assert "<script>x" not in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_pictures_go_to_the_courses_collection_once(course: Course, tmp_path: Path) -> None:
    out = io.BytesIO()
    Picture.new("RGB", (40, 30), "red").save(out, "PNG")
    item = (
        '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i" title="I">'
        '<responseDeclaration identifier="R" cardinality="single" baseType="identifier">'
        "<correctResponse><value>A</value></correctResponse></responseDeclaration><itemBody>"
        '<p>Look <img src="p.png" alt="Red"/></p><choiceInteraction responseIdentifier="R" '
        'maxChoices="1"><simpleChoice identifier="A">a</simpleChoice>'
        '<simpleChoice identifier="B">b</simpleChoice></choiceInteraction></itemBody>'
        '<responseProcessing template="http://x/match_correct"/></assessmentItem>'
    )
    path = zip_of(tmp_path / "q.zip", {"i.xml": item.encode(), "p.png": out.getvalue()})
    for _time in range(2):
        with load(path) as questions:
            made = import_questions(course=course, questions=questions, by=None, publish=True)
        assert made is not None
        assert made.live
    assert made is not None
    image = Image.objects.get()
    course.refresh_from_db()
    assert image.collection == course.collection
    stem = made.questions.raw_data[0]["value"]["stem"]
    assert [p["value"]["image"] for p in stem if p["type"] == "image"] == [image.pk]


def test_a_write_that_fails_leaves_nothing(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.gift"
    path.write_bytes(GIFT)
    before = counts()

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(QuestionBank, "save_revision", fail)
    with load(path) as questions, pytest.raises(RuntimeError):
        import_questions(course=course, questions=questions, by=None)
    assert counts() == before


def command(path: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("import_questions", str(path), *options, stdout=out, stderr=out)
    return out.getvalue()


def test_the_command_reports_and_writes(course: Course, tmp_path: Path) -> None:
    path = tmp_path / "a.gift"
    path.write_bytes(GIFT)
    said = command(path, "--course", course.slug, "--dry-run")
    assert "Dry run" in said
    assert not QuestionBank.objects.exists()
    said = command(path, "--course", course.slug, "--publish")
    assert "2 questions" in said
    assert "Odd" in said
    assert "published" in said
    assert QuestionBank.objects.get().live
    assert "a draft" in command(path, "--course", course.slug, "--as-quiz", "--title", "T")
    assert Quiz.objects.get().title == "T"


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--course", "nowhere"], "no course"), (["--by", "x@example.org"], "Nobody here")],
)
def test_the_command_refuses(course: Course, tmp_path: Path, options: list[str], said: str) -> None:
    path = tmp_path / "a.gift"
    path.write_bytes(GIFT)
    before = counts()
    with pytest.raises(CommandError, match=said):
        command(path, *(options if "--course" in options else [*options, "--course", course.slug]))
    with pytest.raises(CommandError):
        command(tmp_path / "missing.gift", "--course", course.slug)
    path.write_bytes(b"Only words.\n\n{}{")
    with pytest.raises(CommandError, match="Nothing in it"):
        command(path, "--course", course.slug)
    assert counts() == before
