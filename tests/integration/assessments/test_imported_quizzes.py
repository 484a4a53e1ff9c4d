"""Problems of imported courses become quizzes of their lessons, and edits made here stay."""

import io
import json
import os
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from wagtail.models import PageLogEntry

from assessments.importing import from_source
from assessments.models import Quiz
from core import clock
from course_pages import outline, registries
from course_pages.importing import load, writer
from course_pages.models import Course, LessonPage
from tests.factories import courses as make
from tests.factories import quizzes
from tests.factories.archives import olx, tar_of

pytestmark = pytest.mark.django_db

Import = Callable[..., str]
ASKED = (
    '<vertical display_name="Asked"><problem display_name="Sum">'
    '<multiplechoiceresponse><p>1 + 1?</p><choicegroup><choice correct="true">2</choice>'
    '<choice correct="false">3</choice></choicegroup></multiplechoiceresponse></problem>'
    '<problem display_name="Code"><p>Compute it.</p><script type="loncapa/python">x = 1</script>'
    '<numericalresponse answer="$x"><textline/></numericalresponse></problem>'
    '<problem display_name="Both"><stringresponse answer="yes" type="ci"><p>Say it.</p><textline/>'
    "</stringresponse><numericalresponse answer='2*pi'><p>Hard.</p><textline/>"
    "</numericalresponse></problem></vertical>"
)


@pytest.fixture
def run(tmp_path: Path) -> Import:
    """`run("--publish")` imports a small course whose one lesson asks; returns what is said."""
    make.catalogue()

    def go(*options: str, asked: str = ASKED) -> str:
        section = f'<sequential display_name="S">{asked}</sequential>'
        files = olx() | {"course/sequential/s1.xml": section.encode()}
        raw = {n: d if isinstance(d, bytes) else str(d).encode() for n, d in files.items()}
        archive = tar_of(tmp_path / "course.tar.gz", raw)
        out = io.StringIO()
        call_command("import_course", str(archive), *options, stdout=out, stderr=out)
        return out.getvalue()

    return go


def lesson() -> LessonPage:
    return LessonPage.objects.get(title="Asked")


def chosen(body: Any) -> list[int | None]:
    return [item["value"].get("quiz") for item in body if item["type"] == "quiz"]


def draft(page: LessonPage) -> list[dict[str, Any]]:
    revision = page.latest_revision
    assert revision is not None
    found: list[dict[str, Any]] = json.loads(revision.content["body"])
    return found


def test_a_published_import_has_its_quizzes_in_the_release(run: Import) -> None:
    said = run("--publish")
    assert "Quizzes: 2 made" in said
    assert "Released: number 1" in said
    page = lesson()
    first, both = Quiz.objects.order_by("pk")
    assert (first.title, first.live, first.required, first.pass_mark) == ("Sum", True, False, 60)
    blocks = [item for item in page.body.raw_data if item["type"] == "quiz"]
    assert chosen(page.body.raw_data) == [first.pk, None, both.pk]
    assert first.translation_key == uuid.uuid5(page.translation_key, blocks[0]["id"])
    course = Course.objects.get()
    assert course.live_release is not None
    (there,) = [
        one
        for one in outline.load(course.live_release.outline_id).lessons
        if one.lineage == str(page.translation_key)
    ]
    assert [one.lineage for one in there.quizzes] == [first.lineage, both.lineage]
    # What could not be asked is kept as text before the start.
    assert "Hard." in both.intro


def test_drafts_get_drafts_and_publishing_them_publishes_the_quizzes(run: Import) -> None:
    run()
    assert list(Quiz.objects.values_list("live", flat=True)) == [False, False]
    assert all(chosen(draft(lesson()))[i] for i in (0, 2))
    assert "Released" in run("--publish")
    assert list(Quiz.objects.values_list("live", flat=True)) == [True, True]


def test_an_editor_who_publishes_an_imported_lesson_publishes_its_quizzes_once(
    run: Import,
) -> None:
    run()
    revision = lesson().latest_revision
    assert revision is not None
    revision.publish()
    assert list(Quiz.objects.values_list("live", flat=True)) == [True, True]
    first = Quiz.objects.order_by("pk")[0]
    first.unpublish()
    lesson().save_revision().publish()
    first.refresh_from_db()
    assert not first.live


def test_a_second_run_changes_nothing(run: Import) -> None:
    run("--publish")
    before = (Quiz.objects.count(), PageLogEntry.objects.count(), lesson().latest_revision_id)
    ids = [q.questions.raw_data[0]["id"] for q in Quiz.objects.order_by("pk")]
    said = run("--publish")
    assert "2 unchanged" in said
    assert "0 created, 0 updated" in said
    assert "Left as it is" not in said
    after = (Quiz.objects.count(), PageLogEntry.objects.count(), lesson().latest_revision_id)
    assert after == before
    assert [q.questions.raw_data[0]["id"] for q in Quiz.objects.order_by("pk")] == ids


def test_a_changed_source_updates_the_quiz(run: Import) -> None:
    run("--publish")
    said = run("--publish", asked=ASKED.replace("1 + 1?", "1 + 1 = ?"))
    assert "1 updated" in said.split("Quizzes:")[1]
    first = Quiz.objects.order_by("pk")[0]
    assert "1 + 1 = ?" in str(first.questions.raw_data[0])
    assert chosen(lesson().body.raw_data)[0] == first.pk


def test_an_edited_quiz_stays(run: Import) -> None:
    run("--publish")
    first = Quiz.objects.order_by("pk")[0]
    first.questions = first.questions.stream_block.to_python([quizzes.single("Mine?")])
    first.save_revision().publish()
    said = run("--publish", asked=ASKED.replace("1 + 1?", "1 + 1 = ?"))
    assert "1 left as they were" in said
    first.refresh_from_db()
    assert "Mine?" in str(first.questions.raw_data[0])


def test_a_quiz_chosen_or_taken_out_by_hand_stays_so(run: Import) -> None:
    run("--publish")
    other = quizzes.quiz(Course.objects.get(), [quizzes.single()], title="Another")
    page = lesson()
    body = [dict(item) for item in page.body.raw_data]
    places = [n for n, item in enumerate(body) if item["type"] == "quiz"]
    body[places[0]]["value"] = {**body[places[0]]["value"], "quiz": other.pk}
    body[places[2]]["value"] = {**body[places[2]]["value"], "quiz": None}
    make.edit(page, body=page.body.stream_block.to_python(body))
    call_command("make_quizzes", stdout=io.StringIO(), stderr=(told := io.StringIO()))
    assert chosen(lesson().body.raw_data) == [other.pk, None, None]
    assert "Left as it is, edited here since: Both" in told.getvalue()


def test_courses_imported_before_keep_their_editors_drafts(
    run: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registries, "imported", [])
    run("--publish")
    assert not Quiz.objects.exists()
    page = lesson()
    words = make.text_block("An editor’s own words.")
    body = [dict(item) for item in page.body.raw_data]
    page.title = "Renamed in a draft"
    page.body = page.body.stream_block.to_python([words, *body])
    page.save_revision()
    out = io.StringIO()
    call_command("make_quizzes", stdout=out, stderr=out)
    assert "Quizzes: 2 made" in out.getvalue()
    page = LessonPage.objects.get(pk=page.pk)
    # What is published got quizzes and nothing else; the draft as well, and it is still a draft.
    assert (page.title, page.live, page.has_unpublished_changes) == ("Asked", True, True)
    assert "editor" not in str(page.body.raw_data)
    pks = list(Quiz.objects.order_by("pk").values_list("pk", flat=True))
    assert chosen(page.body.raw_data) == [pks[0], None, pks[1]]
    assert chosen(draft(page)) == [pks[0], None, pks[1]]
    assert "editor" in str(draft(page)[0])
    assert page.get_latest_revision_as_object().title == "Renamed in a draft"
    assert "2 unchanged" in _again()


def _again() -> str:
    out = io.StringIO()
    call_command("make_quizzes", stdout=out, stderr=out)
    return out.getvalue()


def test_a_dated_publication_stays_dated_and_gets_the_quiz(
    run: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registries, "imported", [])
    run("--publish")
    page = lesson()
    later = clock.now() + timedelta(days=3)
    page.go_live_at = later
    page.save_revision(approved_go_live_at=later)
    _again()
    dated = page.revisions.get(approved_go_live_at__isnull=False)
    assert chosen(json.loads(dated.content["body"]))[0] == Quiz.objects.order_by("pk")[0].pk


def test_links_to_lessons_lead_to_their_pages(run: Import) -> None:
    course = make.course(1, 2)
    pages = list(LessonPage.objects.order_by("path"))
    link = f'<a linktype="lesson" id="{pages[1].translation_key}">there</a>'
    gone = f'<a linktype="lesson" id="{uuid.uuid4()}">nowhere</a>'
    question = {
        "type": "choice", "stem": f"<p>See {link} or {gone}</p>", "answers": [], "hints": [],
        "explanation": "", "reason": "",
        "choices": [{"text": "<p>a</p>", "correct": True, "feedback": ""},
                    {"text": "<p>b</p>", "correct": False, "feedback": ""}],
    }  # fmt: skip
    source = json.dumps({"v": 1, "format": "olx", "questions": [question], "max_attempts": 3,
                         "graded": True})  # fmt: skip
    value = {"quiz": None, "title": "", "text": "<p>t</p>", "source": source}
    block = {"type": "quiz", "value": value, "id": str(uuid.uuid4())}
    make.edit(pages[0], body=pages[0].body.stream_block.to_python([block]))
    made = from_source.make_quizzes(course, None)
    assert made.created == [pages[0].title]
    quiz = Quiz.objects.get()
    stem = quiz.questions.raw_data[0]["value"]["stem"][0]["value"]
    assert f'<a id="{pages[1].pk}" linktype="page">there</a>' in stem
    assert "or nowhere" in stem
    assert (quiz.required, quiz.attempts) == (True, 3)


DATA = os.environ.get("LECTERN_SHARED_DATA")
# Questions that the import found, and those that can be asked here.
COURSES = {
    "openedx-demo-course-v2": (37, 24),
    "math-percent-fi": (140, 126),
    "openedx-test-course": (19, 19),
    "oxa-kitchen-sink": (18, 10),
    "demo-performance-course": (4, 2),
}


@pytest.mark.skipif(not DATA, reason="LECTERN_SHARED_DATA is not set")
@pytest.mark.parametrize("name", COURSES)
def test_real_courses_have_working_quizzes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def watched(course: Course, by: Any) -> str:
        made.append(from_source.make_quizzes(course, by))
        return made[-1].said()

    monkeypatch.setattr(registries, "imported", [watched])
    with load(Path(str(DATA), "olx", f"{name}.tar.gz")) as description:
        found = sum(
            len(json.loads(block.value["source"])["questions"])
            for one in description.lessons()
            for block in one.blocks
            if block.type == "quiz"
        )
        result = writer.write(description, parent=make.catalogue(), by=None, publish=True)
    assert result.problems == []
    kinds = [finding.kind for finding in made[0].account.findings]
    asked = len(kinds) - kinds.count("reported")  # type: ignore[arg-type]
    assert (found, asked) == COURSES[name]
    assert found == made[0].account.found.total() == len(kinds)
    assert sum(len(quiz.questions) for quiz in Quiz.objects.all()) == asked
    course = result.course
    assert course is not None
    course.refresh_from_db()
    assert course.live_release is not None
    pinned = [
        one.lineage
        for there in outline.load(course.live_release.outline_id).lessons
        for one in there.quizzes
    ]
    assert sorted(pinned) == sorted(quiz.lineage for quiz in Quiz.objects.filter(live=True))
    assert len(pinned) == Quiz.objects.count()
