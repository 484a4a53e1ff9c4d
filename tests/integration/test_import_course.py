"""`manage.py import_course`: pages, drafts, releases, second imports, and what it never touches."""

import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from PIL import Image as Picture
from wagtail.models import Page, PageLogEntry

from assets import ffmpeg, preparing
from assets.models import Document, Image, Video
from core import outbox
from core.models import OutboxMessage
from course_pages import outline, releases
from course_pages.importing import load, writer
from course_pages.models import Course, CoursePage, LessonPage, ModulePage, Release
from learning.models import LessonCompletion
from learning.services import access, enrolment, progress
from tests.factories import courses as make
from tests.factories import videos as films
from tests.factories.accounts import UserFactory
from tests.factories.archives import olx, tar_of

pytestmark = pytest.mark.django_db

Import = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path) -> Import:
    """`run("--publish", **files)` imports the small course, some files replaced; its output."""
    make.catalogue()

    def go(*options: str, **files: Any) -> str:
        content = {name: data for name, data in {**olx(), **files}.items() if data is not None}
        raw = {n: d.encode() if isinstance(d, str) else d for n, d in content.items()}
        archive = tar_of(tmp_path / "course.tar.gz", raw)
        out = io.StringIO()
        call_command("import_course", str(archive), *options, stdout=out, stderr=out)
        return out.getvalue()

    return go


def png(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Picture.new("RGB", (40, 30), colour).save(out, "PNG")
    return out.getvalue()


def body(title: str) -> list[dict[str, Any]]:
    return list(LessonPage.objects.get(title=title).body.raw_data)


def counts() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def released(course: Course) -> list[str]:
    course.refresh_from_db()
    if course.live_release is None:
        return []
    return [lesson.title for lesson in outline.load(course.live_release.outline_id).lessons]


def test_drafts_unless_publish(run: Import) -> None:
    said = run()
    assert "4 created" in said
    course = CoursePage.objects.get()
    assert (course.title, course.live, course.has_unpublished_changes) == (
        "A small course",
        False,
        True,
    )
    assert not LessonPage.objects.live().exists()
    assert not Release.objects.exists()
    assert course.get_latest_revision().content["title"] == "A small course"


def test_publish_releases_the_course(run: Import) -> None:
    assert "Released: number 1, 2 lessons." in run("--publish")
    course = Course.objects.get()
    assert released(course) == ["First lesson", "Second lesson"]
    for page in (*CoursePage.objects.all(), *ModulePage.objects.all(), *LessonPage.objects.all()):
        assert page.live
        assert not page.has_unpublished_changes
        assert page.live_revision_id == page.latest_revision_id
        assert page.first_published_at is not None


def test_pages_say_what_the_source_says(run: Import) -> None:
    run("--publish", **{"course/about/short_description.html": "<p>In short: <b>sums</b>.</p>"})
    assert CoursePage.objects.get().summary == "In short: sums."
    first, second = LessonPage.objects.order_by("path")
    assert (first.title, first.section, first.required) == ("First lesson", "A section", True)
    assert body("First lesson")[0]["value"] == (
        f'<p>Hello <a linktype="page" id="{second.pk}">onwards</a></p>'
    )
    assert body("Second lesson")[0]["type"] == "quiz"
    ids = [item["id"] for page in (first, second) for item in page.body.raw_data]
    assert len(set(ids)) == len(ids)


def test_pictures_and_files_go_into_the_courses_collection(run: Import) -> None:
    files = {
        "course/static/map.png": png(),
        "course/static/copy.png": png(),
        "course/static/notes.pdf": b"%PDF-1.4 notes",
        "course/html/h1.html": (
            '<img src="/static/map.png" alt="A map"><img src="/static/copy.png" alt="Again">'
            '<a href="/static/notes.pdf">Our notes</a>'
        ),
    }
    run("--publish", **files)
    image, document, course = Image.objects.get(), Document.objects.get(), Course.objects.get()
    assert image.collection == document.collection == course.collection
    assert (document.title, document.filename) == ("notes", "notes.pdf")
    values = [item["value"] for item in body("First lesson")]
    assert [value.get("image") for value in values] == [image.pk, image.pk, None]
    assert values[2] == {"title": "Our notes", "file": document.pk, "description": ""}
    assert released(course) == ["First lesson", "Second lesson"]


FILM = {
    "course/static/film.mp4": films.playable(),
    "course/static/en.srt": "1\n00:00:01,000 --> 00:00:02,000\nSpoken <i>words</i>\n",
    "course/vertical/v1.xml": (
        '<vertical display_name="First lesson"><video display_name="Knots" '
        "html5_sources='[\"/static/film.mp4\"]' "
        'transcripts="{&quot;en&quot;: &quot;en.srt&quot;}"/>'
        '<html url_name="h1"/></vertical>'
    ),
}


def test_a_film_comes_with_its_captions_and_is_released_once_it_is_ready(
    run: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ffmpeg, "executable", lambda: None)
    assert "1 films and recordings, 0 files" in run(**FILM)
    with pytest.raises(CommandError, match="Video “film”: it is still being prepared"):
        run("--publish", **FILM)
    video, course = Video.objects.get(), Course.objects.get()
    assert (video.collection, video.state) == (course.collection, Video.State.PROCESSING)
    caption = video.captions.get()
    assert caption.file.read() == b"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nSpoken words\n"
    value = body("First lesson")[0]["value"]
    assert value == {"title": "Knots", "video": video.pk, "url": "", "transcript": ""}

    # A worker would begin on it in a process of its own.
    OutboxMessage.objects.filter(kind=preparing.ASKED).delete()
    outbox.drain()
    films.prepare(video)
    course.refresh_from_db()
    assert course.dirty_since is not None
    releases.release(course=course, by=None)
    assert released(course) == ["First lesson", "Second lesson"]
    # Captions that somebody worked on stay, and nothing is written twice.
    caption.file = ContentFile(b"WEBVTT\n\n00:01.000 --> 00:02.000\nBetter\n", name="own.vtt")
    caption.save()
    assert "4 unchanged" in run("--publish", **FILM)
    assert list(Video.objects.all()) == [video]
    assert b"Better" in video.captions.get().file.read()


def test_an_import_that_fails_takes_its_film_back(
    run: Import, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    root = Path(settings.PRIVATE_MEDIA_ROOT)
    before = counts(), {path for path in root.rglob("*") if path.is_file()}
    monkeypatch.setattr(writer._Writer, "_retire", lambda *given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(**FILM)
    assert (counts(), {path for path in root.rglob("*") if path.is_file()}) == before


def test_dry_run_writes_nothing(run: Import, settings: Any) -> None:
    before = counts()
    media = {str(path) for path in Path(settings.MEDIA_ROOT).rglob("*")}
    with CaptureQueriesContext(connection) as queries:
        said = run("--dry-run", **{"course/static/map.png": png()})
    assert "nothing was written" in said
    assert "html" in said
    assert len(queries) == 0
    assert counts() == before
    assert {str(path) for path in Path(settings.MEDIA_ROOT).rglob("*")} == media


def test_report_as_json(run: Import) -> None:
    report = json.loads(run("--dry-run", "--json").rpartition("}")[0] + "}")
    assert report["adds_up"]
    assert {"block_type": "problem", "found": 1, "imported": 0, "converted": 1, "reported": 0} in (
        report["rows"]
    )


def test_the_same_file_twice_changes_nothing(run: Import) -> None:
    run("--publish", **{"course/html/h1.html": "<p>Words</p>"})
    before = counts()
    said = run("--publish", **{"course/html/h1.html": "<p>Words</p>"})
    assert "0 created, 0 updated, 4 unchanged" in said
    assert counts() == before


def test_drafts_are_published_by_a_second_import(run: Import) -> None:
    run()
    assert "Released: number 1, 2 lessons." in run("--publish")


def test_changed_source_updates_untouched_pages(run: Import) -> None:
    run("--publish")
    pages = set(Page.objects.values_list("pk", "translation_key"))
    said = run("--publish", **{"course/html/h1.html": "<p>Better words</p>"})
    assert "1 updated, 3 unchanged" in said
    assert "Released: number 2" in said
    assert body("First lesson")[0]["value"] == "<p>Better words</p>"
    assert set(Page.objects.values_list("pk", "translation_key")) == pages


def test_update_without_publish_stays_a_draft(run: Import) -> None:
    run("--publish")
    run(**{"course/html/h1.html": "<p>Better words</p>"})
    page = LessonPage.objects.get(title="First lesson")
    assert page.has_unpublished_changes
    assert "Better" not in str(page.body.raw_data)
    assert "Better" in page.get_latest_revision().content["body"]
    assert Release.objects.count() == 1


@pytest.mark.parametrize("publish", [True, False])
def test_page_edited_here_is_never_overwritten(run: Import, publish: bool) -> None:
    run("--publish")
    page = LessonPage.objects.get(title="First lesson")
    page.body = json.dumps([{"type": "text", "value": "<p>Mine</p>", "id": "1"}])
    revision = page.save_revision()
    if publish:
        revision.publish()
    said = run("--publish", **{"course/html/h1.html": "<p>Theirs</p>"})
    assert "edited here since: First lesson" in said
    page.refresh_from_db()
    assert "Mine" in page.get_latest_revision().content["body"]
    assert page.latest_revision_id == revision.pk


def test_page_unpublished_here_does_not_come_back(run: Import) -> None:
    run("--publish")
    LessonPage.objects.get(title="First lesson").unpublish()
    run("--publish", **{"course/html/h1.html": "<p>Better</p>"})
    assert not LessonPage.objects.get(title="First lesson").live


def test_what_vanished_is_unpublished_and_nothing_deleted(run: Import) -> None:
    run("--publish")
    shorter = '<sequential display_name="A section"><vertical url_name="v2"/></sequential>'
    said = run(**{"course/sequential/s1.xml": shorter})
    assert "would be unpublished" in said
    assert LessonPage.objects.get(title="First lesson").live
    said = run("--publish", **{"course/sequential/s1.xml": shorter})
    assert "unpublished: First lesson" in said
    assert not LessonPage.objects.get(title="First lesson").live
    assert LessonPage.objects.count() == 2
    assert released(Course.objects.get()) == ["Second lesson"]


def test_what_came_back_is_published_again_and_completions_count_all_the_while(
    run: Import,
) -> None:
    run("--publish")
    course = Course.objects.get()
    learner: Any = UserFactory()
    enrolled = enrolment.enrol(user=learner, course=course)
    place = access.enter_course(learner, course.slug)
    first, second = place.outline.lessons
    for lesson in (first, second):
        progress.complete(
            seat=access.enter_lesson(learner, course.slug, lesson.address, to_study=True)
        )
    page = LessonPage.objects.get(title="First lesson")
    shorter = '<sequential display_name="A section"><vertical url_name="v2"/></sequential>'
    run("--publish", **{"course/sequential/s1.xml": shorter})
    assert access.enter_course(learner, course.slug).outline.lessons == (second,)
    run("--publish")
    back = LessonPage.objects.get(title="First lesson")
    assert (back.pk, back.translation_key, back.live) == (page.pk, page.translation_key, True)
    assert released(course) == ["First lesson", "Second lesson"]
    assert LessonCompletion.objects.filter(enrolment=enrolled).count() == 2
    again = access.enter_course(learner, course.slug)
    eras = progress.completed_eras(enrolled)
    assert progress.measure(again.outline, eras, None).percent == 100
    assert again.outline.lessons[0].address == first.address


def test_new_lesson_takes_its_place_in_the_order(run: Import) -> None:
    run("--publish")
    longer = (
        '<sequential display_name="A section"><vertical url_name="v1"/>'
        '<vertical url_name="v3"/><vertical url_name="v2"/></sequential>'
    )
    third = '<vertical display_name="Between"><html>Words</html></vertical>'
    run("--publish", **{"course/sequential/s1.xml": longer, "course/vertical/v3.xml": third})
    titles = list(LessonPage.objects.order_by("path").values_list("title", flat=True))
    assert titles == ["First lesson", "Between", "Second lesson"]
    assert released(Course.objects.get()) == titles


def test_lesson_that_changed_its_module_moves(run: Import) -> None:
    run("--publish")
    two = {
        "course/course/run.xml": (
            '<course display_name="A small course" language="en">'
            '<chapter url_name="one"/><chapter url_name="two"/></course>'
        ),
        "course/chapter/two.xml": (
            '<chapter display_name="Second module"><vertical url_name="v2"/></chapter>'
        ),
        "course/sequential/s1.xml": (
            '<sequential display_name="A section"><vertical url_name="v1"/></sequential>'
        ),
    }
    run("--publish", **two)
    assert LessonPage.objects.get(title="Second lesson").get_parent().title == "Second module"
    assert Page.find_problems() == ([], [], [], [], [])


def test_history_names_the_import(run: Import) -> None:
    run("--publish")
    page = LessonPage.objects.get(title="First lesson")
    entry = PageLogEntry.objects.get(page=page.pk, action=writer.IMPORT_ACTION)
    assert entry.data["source"] == "Org+C1+run"
    entry.full_clean()


def test_failure_half_way_leaves_nothing(
    run: Import, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    before = counts()
    media = {str(p) for p in Path(settings.MEDIA_ROOT).rglob("*") if p.is_file()}
    fill = writer._Writer._write
    calls: list[str] = []

    def fails(self: Any, entry: Any, values: Any) -> bool:
        calls.append(entry.title)
        if len(calls) == 4:
            raise RuntimeError("pulled the plug")
        return fill(self, entry, values)

    monkeypatch.setattr(writer._Writer, "_write", fails)
    files = {
        "course/static/map.png": png("blue"),
        "course/html/h1.html": '<img src="/static/map.png" alt="A map">',
    }
    with pytest.raises(RuntimeError):
        run("--publish", **files)
    assert counts() == before
    assert {str(p) for p in Path(settings.MEDIA_ROOT).rglob("*") if p.is_file()} == media
    monkeypatch.undo()
    assert "Released" in run("--publish", **files)


def test_race_with_another_import_ends_in_one_course(
    run: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = writer._Writer.run
    tries: list[int] = []

    def loses_once(self: Any) -> Any:
        tries.append(1)
        if len(tries) == 1:
            raise IntegrityError("duplicate lineage")
        return original(self)

    monkeypatch.setattr(writer._Writer, "run", loses_once)
    assert "Released" in run("--publish")
    assert CoursePage.objects.count() == 1


def test_queries_grow_with_pages_only(run: Import) -> None:
    def course_of(lessons: int, name: str) -> dict[str, str]:
        units = "".join(f'<vertical url_name="{name}{n}"/>' for n in range(lessons))
        files = {
            "course/course.xml": f'<course url_name="run" org="Org" course="{name}"/>',
            "course/sequential/s1.xml": f'<sequential display_name="S">{units}</sequential>',
        }
        for n in range(lessons):
            files[f"course/vertical/{name}{n}.xml"] = (
                f'<vertical display_name="Lesson {n}"><html>'
                f'<a href="/jump_to_id/{name}{(n + 1) % lessons}">next</a> words</html></vertical>'
            )
        return files

    run("--publish")
    figures = []
    for lessons in (10, 20, 40):
        with CaptureQueriesContext(connection) as queries:
            run("--publish", **course_of(lessons, f"c{lessons}"))
        figures.append(len(queries))
    per_lesson = (figures[1] - figures[0]) / 10
    assert figures[2] - figures[1] == pytest.approx(20 * per_lesson, rel=0.1)
    assert per_lesson < 45


def test_unknown_person_and_missing_catalogue_are_reasons(tmp_path: Path) -> None:
    archive = tar_of(tmp_path / "c.tar.gz", olx())
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("import_course", str(archive), by="nobody@example.org")
    Page.objects.filter(depth__gt=1).delete()
    with pytest.raises(CommandError, match="no catalogue"):
        call_command("import_course", str(archive))


def test_refused_release_is_told(run: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**__: Any) -> None:
        raise releases.ReleaseRefused([releases.Problem("First lesson", "no good")])

    monkeypatch.setattr(releases, "release", refuse)
    with pytest.raises(CommandError, match="Not released"):
        run("--publish")
    assert LessonPage.objects.live().count() == 2


@pytest.mark.skipif(
    not os.environ.get("LECTERN_SHARED_DATA"), reason="LECTERN_SHARED_DATA is not set"
)
@pytest.mark.parametrize(
    "name",
    [
        "openedx-demo-course-v2",
        "math-percent-fi",
        "openedx-test-course",
        "oxa-kitchen-sink",
        "demo-performance-course",
    ],
)
def test_real_course_imports_and_is_released(name: str) -> None:
    path = Path(os.environ["LECTERN_SHARED_DATA"], "olx", f"{name}.tar.gz")
    with load(path) as description:
        result = writer.write(description, parent=make.catalogue(), by=None, publish=True)
        titles = [lesson.title for lesson in description.lessons()]
    assert result.problems == []
    assert result.course is not None
    assert released(result.course) == titles
    before = counts()
    with load(path) as description:
        again = writer.write(description, parent=make.catalogue(), by=None, publish=True)
    assert (again.created, again.updated, again.kept, again.vanished) == ([], [], [], [])
    assert counts() == before


def of_pages(number: int) -> dict[str, str]:
    blocks = "<html>Words</html>" * 2
    units = "".join(
        f'<vertical display_name="L{n}"><html>Words {n}</html>{blocks}</vertical>'
        for n in range(number)
    )
    return {"course/sequential/s1.xml": f'<sequential display_name="S">{units}</sequential>'}


def test_queries_grow_with_the_pages_and_not_faster(
    run: Import, full_size: Callable[..., tuple[int, int, int]]
) -> None:
    """At full size 400 pages with a thousand blocks (`bin/test --full=import-pages`)."""
    counted = []
    for number in full_size("import-pages", small=(10, 20, 40), full=(100, 200, 400)):
        key = f'<course url_name="run" org="Org" course="N{number}"/>'
        with CaptureQueriesContext(connection) as queries:
            run(**{"course/course.xml": key}, **of_pages(number))
        counted.append(len(queries))
    first, second, third = counted
    assert third - second <= 2 * (second - first) * 1.1
