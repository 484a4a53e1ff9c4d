"""`manage.py import_course` with cartridges and Markdown: pages, second imports, refusals."""

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from PIL import Image as Picture

from assets.models import Document, Image
from course_pages import outline, registries
from course_pages.models import Course, CoursePage, LessonPage
from tests.factories import courses as make
from tests.factories.archives import cartridge, markdown, page, tar_of, zip_of
from tests.unit.importing.real import name_of, real

pytestmark = pytest.mark.django_db

Run = Callable[..., str]
COURSES = [
    *real("imscc", ".imscc"),
    *(
        row
        for row in real("markdown", ".tar.gz")
        if name_of(row) in {"ms-webdev-js-basics.tar.gz", "rust-book-ch01-04.tar.gz"}
    ),
]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """`run(name, files, *options)` packs the files, imports them, gives the command's words."""
    make.catalogue()

    def go(name: str, files: Mapping[str, bytes], *options: str) -> str:
        pack = tar_of if name.endswith(".tar.gz") else zip_of
        return imported(pack(tmp_path / name, files), *options)

    return go


def imported(path: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("import_course", str(path), *options, stdout=out, stderr=out)
    return out.getvalue()


def png() -> bytes:
    out = io.BytesIO()
    Picture.new("RGB", (40, 30), "red").save(out, "PNG")
    return out.getvalue()


def counts() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def body(title: str) -> list[dict[str, Any]]:
    return list(LessonPage.objects.get(title=title).body.raw_data)


def released() -> list[str]:
    course = Course.objects.get()
    assert course.live_release is not None
    return [lesson.title for lesson in outline.load(course.live_release.outline_id).lessons]


def test_a_cartridge_becomes_a_released_course(run: Run) -> None:
    words = (
        '<img src="%24IMS-CC-FILEBASE%24/a.png" alt="A">'
        '<p><a href="$WIKI_REFERENCE$/pages/two">next</a></p>'
    )
    files = cartridge(**{"wiki_content/one.html": page("One", words)})
    files["web_resources/a.png"] = png()
    assert "Released: number 1, 2 lessons." in run("c.imscc", files, "--publish")
    assert released() == ["One", "Two"]
    two = LessonPage.objects.get(title="Two")
    image, text = body("One")
    assert image["value"]["image"] == Image.objects.get().pk
    assert text["value"] == f'<p><a linktype="page" id="{two.pk}">next</a></p>'
    assert Image.objects.get().collection == Course.objects.get().collection


def test_markdown_becomes_a_released_course(run: Run) -> None:
    files = markdown(**{"bread/01-flour/rye.md": "# Rye\n\n![A field](f.png)\n\n[Notes](n.pdf)"})
    files |= {"bread/01-flour/f.png": png(), "bread/01-flour/n.pdf": b"%PDF"}
    assert "Released: number 1, 3 lessons." in run("m.tar.gz", files, "--publish")
    assert released() == ["All about flour", "Rye", "Mixing"]
    assert CoursePage.objects.get().summary == "Four things and time."
    mixing = LessonPage.objects.get(title="Mixing")
    assert f'<a linktype="page" id="{mixing.pk}">' in body("All about flour")[0]["value"]
    image, download = body("Rye")
    assert image["value"]["image"] == Image.objects.get().pk
    assert download["value"]["file"] == Document.objects.get().pk


@pytest.mark.parametrize(
    ("name", "files", "changed"),
    [
        ("c.imscc", cartridge(), {"wiki_content/one.html": page("One", "<p>New words</p>")}),
        ("m.zip", markdown(), {"bread/01-flour/rye.md": "# Rye\n\nNew words"}),
    ],
)
def test_the_same_file_twice_changes_nothing_a_new_one_updates(
    run: Run, name: str, files: dict[str, bytes], changed: dict[str, str]
) -> None:
    run(name, files, "--publish")
    before = counts()
    assert "0 created, 0 updated" in run(name, files, "--publish")
    assert counts() == before
    newer = files | {path: words.encode() for path, words in changed.items()}
    assert "0 created, 1 updated" in run(name, newer, "--publish")
    assert Course.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("c.imscc", {"imsmanifest.xml": b"<manifest"}),
        ("c.imscc", cartridge(**{"wiki_content/two.html": "x" * 5_000_000})),
        ("c.imscc", {"../imsmanifest.xml": b"<manifest/>"}),
        ("m.zip", markdown(**{"bread/x.md": "---\na: &a 1\nb: *a\n---\n"})),
        ("m.zip", markdown(**{"bread/x.md": "---\na: !!python/name:os.system\n---\n"})),
        ("m.tar.gz", markdown(**{"bread/x.md": "[" * 200_000})),
        ("m.tar.gz", {"../x.md": b"words"}),
    ],
)
def test_what_is_refused_leaves_nothing(
    run: Run, name: str, files: dict[str, bytes], settings: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(work))
    before = counts()
    media = sorted(Path(settings.MEDIA_ROOT).rglob("*"))
    with pytest.raises(CommandError) as refused:
        run(name, files, "--publish")
    assert len(str(refused.value)) > 20
    assert counts() == before
    assert sorted(Path(settings.MEDIA_ROOT).rglob("*")) == media
    assert not list(work.iterdir())


@pytest.mark.parametrize("quizzes", [True, False])
def test_the_answer_key_never_reaches_a_page(
    run: Run, quizzes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not quizzes:
        monkeypatch.setattr(registries, "imported", [])
    qti = """<questestinterop><assessment><section><item ident="q" title="Sum"><itemmetadata>
    <qtimetadata><qtimetadatafield><fieldlabel>question_type</fieldlabel>
    <fieldentry>short_answer_question</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>
    <presentation><material><mattext>How many?</mattext></material><response_str ident="r"/>
    </presentation><resprocessing><respcondition><conditionvar>
    <varequal respident="r">seventeen-secret</varequal></conditionvar>
    <setvar>100</setvar></respcondition></resprocessing></item></section></assessment>
    </questestinterop>"""
    files = cartridge(
        '<item identifier="i" identifierref="z"><title>Test</title></item>',
        '<resource identifier="z" type="imsqti_xmlv1p2/imscc_xmlv1p1/assessment">'
        '<file href="z/assessment_qti.xml"/></resource>',
        **{"z/assessment_qti.xml": qti},
    )
    run("c.imscc", files, "--publish")
    lesson = LessonPage.objects.get(title="Test")
    (quiz,) = lesson.body
    # Its words stand there where no quiz asks them.
    assert ("How many?" in str(quiz.render())) is not quizzes
    assert "seventeen-secret" not in str(quiz.render())
    data = json.loads(lesson.body.raw_data[0]["value"].get("source", "{}"))
    if data:  # as soon as the quiz block keeps what was parsed
        assert data["questions"][0]["answers"] == [{"text": "seventeen-secret", "correct": True}]


@pytest.mark.skipif(not COURSES, reason="LECTERN_SHARED_DATA is not set")
@pytest.mark.parametrize("row", COURSES, ids=name_of)
def test_real_course_is_released_and_stays_the_same(row: dict[str, Any]) -> None:
    make.catalogue()
    assert "Released: number 1" in imported(row["file"], "--publish", "--brief")
    before = counts()
    assert " 0 created, 0 updated" in imported(row["file"], "--publish", "--brief")
    assert counts() == before
