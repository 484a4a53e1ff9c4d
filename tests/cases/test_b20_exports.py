"""B20: no export holds a cell that a spreadsheet program would run.

Seen to fail with `harmless` giving back what it is given, and with it looking at the start alone.
"""

import csv
import io
import re

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from core import spreadsheets
from tests.factories import quizzes
from tests.integration.assessments.staff import school

pytestmark = pytest.mark.django_db

HOSTILE = [
    '=HYPERLINK("http://evil.example","Click")',
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\x00=1+1",
    "\x0b=1+1",
    "＝1+1",
    '=1+1",=2+2',
    "'=1+1",
    "Ann;=1+1",
    "Ann; =1+1",
    'Ann;"=1+1',
    "Ann;;-1+1",
    "Ann\t@SUM(1+1)",
    "Ann\n=1+1",
    "Ann|＝1+1",
]
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def runs(cell: str) -> bool:
    """Whether a program would run it, whichever separator of cells it knows."""
    pieces = [cell, *re.split(r"[;|\t\r\n]", cell)]
    return any(piece.lstrip(' "').startswith(RUNS) for piece in pieces)


@pytest.mark.parametrize("text", HOSTILE)
def test_B20_a_cell_never_begins_like_a_formula(text: str) -> None:
    made = spreadsheets.harmless(text)
    assert isinstance(made, str)
    assert not runs(made)
    # What was written is still there to read.
    assert "1+1" in made or "cmd" in made or "HYPERLINK" in made


def test_B20_numbers_stay_numbers() -> None:
    assert [spreadsheets.harmless(value) for value in (-3, 0, 100, None)] == [-3, 0, 100, None]


@pytest.mark.parametrize("text", ["Ann; Bob", "Ann-Marie", "a|b", "1;2", "x=1; y", "'", "Q&A: -"])
def test_B20_other_texts_stay_as_they_are(text: str) -> None:
    assert spreadsheets.harmless(text) == text


def test_B20_the_gradebook_with_hostile_names_parses_back_harmless() -> None:
    question = quizzes.single()
    course, _quiz = quizzes.course_with_quiz([question], title="=cmd|' /C calc'!A0")
    names = [text.replace("\x00", "") for text in HOSTILE]
    for place, name in enumerate(names):
        learner = school.learner(course, name=name, email=f"+evil-{place}@example.org")
        school.hands_in(course, {question["id"]: school.choice(question, 0)}, learner)
    client = school.signed_in(school.teacher(course))

    answer = client.get(reverse("grading:export", args=[course.pk, "csv"]))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    # Also where a program splits at semicolons and knows no quotes.
    assert text.startswith('"')
    assert not any(runs(line) for line in text.splitlines()), text
    lines = list(csv.reader(io.StringIO(text, newline="")))
    assert len(lines) == len(names) + 1
    assert {len(line) for line in lines} == {6}
    for line in lines:
        assert not any(runs(cell) for cell in line), line
    assert {line[3] for line in lines[1:]} == {"100"}

    answer = client.get(reverse("grading:export", args=[course.pk, "xlsx"]))
    sheet = load_workbook(io.BytesIO(answer.content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert sheet.max_row == len(names) + 1
    for cell in cells:
        assert cell.data_type in {"s", "n"}, cell.value
        if isinstance(cell.value, str):
            assert not runs(cell.value), cell.value
    assert {row[3].value for row in sheet.iter_rows(min_row=2)} == {100}


def test_B20_another_kind_of_file_is_not_there() -> None:
    course, _quiz = quizzes.course_with_quiz()
    client = school.signed_in(school.teacher(course))
    assert client.get(reverse("grading:export", args=[course.pk, "xlsm"])).status_code == 404
