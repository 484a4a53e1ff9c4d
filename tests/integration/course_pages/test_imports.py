"""Imports asked for on the screen: who, what is refused before, the job, the report that stays."""

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page

from accounts.models import User
from accounts.sync import sync_roles
from assets.models import Image
from assets.storage import path_for
from core import clock, outbox
from core.models import OutboxMessage
from course_pages import courses
from course_pages.importing import olx_types, workspace
from course_pages.importing.archive import ArchiveLimits
from course_pages.imports import account, jobs, service, tally, worker
from course_pages.models import Course, CourseImport, CoursePage, LessonPage, Release
from tests.cases import measure
from tests.factories import courses as make
from tests.factories.archives import olx, tar_of
from tests.integration.test_import_course import png

pytestmark = pytest.mark.django_db
INDEX = "/admin/imports/"
State = CourseImport.State
KEPT = (CourseImport, OutboxMessage, Page, Course)


@pytest.fixture(autouse=True)
def _site() -> Iterator[None]:
    make.catalogue()
    sync_roles()
    yield
    for record in CourseImport.objects.exclude(file=""):
        service.discard_file(record)


@pytest.fixture
def editor() -> User:
    return measure.person(roles=["Editor"])


@pytest.fixture
def browser_of() -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def package(tmp_path: Path) -> Callable[..., SimpleUploadedFile]:
    """`package(**files)`: the small course, some files replaced, as a browser sends it."""

    def make_package(name: str = "course.tar.gz", **files: Any) -> SimpleUploadedFile:
        content = {
            n: d.encode() if isinstance(d, str) else d for n, d in {**olx(), **files}.items()
        }
        return SimpleUploadedFile(name, tar_of(tmp_path / "c.tar.gz", content).read_bytes())

    return make_package


@pytest.fixture
def ask(editor: User, package: Callable[..., SimpleUploadedFile]) -> Callable[..., CourseImport]:
    """`ask(publish=True, **files)` hands the small course in."""

    def go(
        *, by: User | None = None, publish: bool = False, dry_run: bool = False, **files: Any
    ) -> CourseImport:
        return service.request(
            file=package(**files), publish=publish, dry_run=dry_run, by=by or editor
        )

    return go


def run_next() -> CourseImport:
    record = jobs.claim("here")
    assert record is not None
    jobs.run(record.pk, record.attempts)
    record.refresh_from_db()
    return record


def stored() -> list[str]:
    """Packages that lie in the private storage."""
    storage = CourseImport._meta.get_field("file").storage
    root = Path(storage.path("imports"))
    return sorted(path.name for path in root.rglob("*") if path.is_file())


# --- The screen ------------------------------------------------------------------------------


def test_from_the_form_to_the_report(
    editor: User,
    browser_of: Callable[[User], Client],
    package: Callable[..., SimpleUploadedFile],
) -> None:
    client = browser_of(editor)
    assert "None so far" in client.get(INDEX).content.decode()
    answer = client.post(INDEX, {"file": package(), "way": "drafts"})
    record = CourseImport.objects.get()
    assert answer["Location"] == reverse("course_admin:import", args=[record.pk])
    assert (record.by, record.state, record.original_name) == (editor, "waiting", "course.tar.gz")
    assert "Waiting for its turn" in client.get(answer["Location"]).content.decode()
    run_next()
    text = client.get(answer["Location"]).content.decode()
    page = CoursePage.objects.get()
    assert "Imported as drafts" in text
    assert reverse("wagtailadmin_explore", args=[page.pk]) in text
    assert "Nothing is missing from this account" in text
    assert "A small course" in client.get(INDEX).content.decode()
    assert not page.live
    assert stored() == []


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("notes.pdf", b"%PDF-1.4 " + b"x" * 600, "neither a zip nor a tar"),
        ("course.zip", b"plain text " * 60, "neither a zip nor a tar"),
        ("course.zip", b"\x1f\x8b" + b"x" * 600, "named like a zip"),
        ("course.tar.gz", b"", "The file is empty"),
    ],
)
def test_what_is_no_package_is_refused_before_anything_is_kept(
    editor: User, browser_of: Callable[[User], Client], name: str, content: bytes, reason: str
) -> None:
    client = browser_of(editor)
    before = stored()
    with measure.nothing_changes(KEPT):
        file = SimpleUploadedFile(name, content)
        text = client.post(INDEX, {"file": file, "way": "drafts"}).content.decode()
    assert reason in text
    assert stored() == before


def test_too_large_is_refused_by_the_form(
    editor: User,
    browser_of: Callable[[User], Client],
    package: Callable[..., SimpleUploadedFile],
    settings: Any,
) -> None:
    settings.COURSE_IMPORT_LIMITS = {"archive_bytes": 100}
    with measure.nothing_changes(KEPT):
        answer = browser_of(editor).post(INDEX, {"file": package(), "way": "drafts"})
    assert 'id="file-error">The file is too large' in answer.content.decode()
    assert stored() == []


class Stream:
    """A request's body of any length that takes no room; remembers how it was read."""

    def __init__(self, head: bytes, size: int) -> None:
        self.head, self.left, self.most = head, size, 0

    def readline(self, size: int = -1) -> bytes:
        return self.read(size)

    def read(self, size: int = -1) -> bytes:
        size = self.left if size < 0 else min(size, self.left)
        self.left -= size
        self.most = max(self.most, size)
        data, self.head = self.head[:size], self.head[size:]
        return data + bytes(min(size, 1 << 20) - len(data))


def test_two_gigabytes_are_refused_with_a_message_and_none_of_it_kept(
    editor: User, browser_of: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen to fail without `BoundedUploads`, which keeps a file of it, and with Django's own way of
    reading the rest away, which takes it for one line."""
    opened: list[Any] = []
    original = tempfile.NamedTemporaryFile

    def watched(*args: Any, **options: Any) -> Any:
        opened.append(args)
        return original(*args, **options)

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", watched)
    head = (
        b'--b\r\nContent-Disposition: form-data; name="way"\r\n\r\ndrafts\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="c.zip"\r\n\r\nPK\x03\x04'
    )
    size = 2 * 1024**3
    stream = Stream(head, size)
    body: Any = {
        "wsgi.input": stream,
        "CONTENT_LENGTH": str(size),
        "CONTENT_TYPE": "multipart/form-data; boundary=b",
    }
    with measure.nothing_changes(KEPT):
        answer = browser_of(editor).generic("POST", INDEX, b"", **body)
    assert answer.status_code == 200
    assert 'id="file-error">The file is too large' in answer.content.decode()
    assert opened == []
    assert stream.left == 0
    assert stream.most < 1 << 20


def test_whoever_may_not_publish_is_not_offered_it(
    editor: User,
    browser_of: Callable[[User], Client],
    package: Callable[..., SimpleUploadedFile],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service, "may_publish", lambda user: False)
    client = browser_of(editor)
    assert "Import and publish" not in client.get(INDEX).content.decode()
    with measure.nothing_changes(KEPT):
        answer = client.post(INDEX, {"file": package(), "way": "publish"})
    assert answer.status_code == 200


def test_nobody_sees_other_peoples_imports_without_the_right(
    ask: Callable[..., CourseImport], browser_of: Callable[[User], Client]
) -> None:
    record = ask()
    other, admin = measure.person(roles=["Editor"]), measure.person(roles=["Administrator"])
    assert "course.tar.gz" not in browser_of(other).get(INDEX).content.decode()
    assert "course.tar.gz" in browser_of(admin).get(INDEX).content.decode()
    for name in ("import", "import_progress"):
        url = reverse(f"course_admin:{name}", args=[record.pk])
        assert browser_of(other).get(url).status_code == 404
        assert browser_of(admin).get(url).status_code == 200


def test_the_menu_has_it_for_whoever_may_add_courses(browser_of: Callable[[User], Client]) -> None:
    for role, shown in {"Editor": True, "Administrator": True, "Instructor": False}.items():
        text = browser_of(measure.person(roles=[role])).get("/admin/").content.decode()
        assert ("/admin/imports/" in text) == shown, role


def test_the_page_counts_the_pages_that_are_written(
    ask: Callable[..., CourseImport],
    editor: User,
    browser_of: Callable[[User], Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tally, "PAUSE_SECONDS", 0)
    record, client, seen = ask(), browser_of(editor), []
    keep = tally.keep

    def watched(running: CourseImport) -> Callable[[int, int], None]:
        note = keep(running)

        def told(number: int, of: int) -> None:
            note(number, of)
            seen.append(client.get(f"{INDEX}{record.pk}/progress/").content.decode())

        return told

    monkeypatch.setattr(tally, "keep", watched)
    done = run_next()
    assert done.state == State.DONE
    assert [f"Page {number} of 4" in page for number, page in enumerate(seen, start=1)] == [
        True
    ] * 4
    assert 'max="4" value="2"' in seen[1]
    assert stored() == []


def test_after_a_look_the_same_file_is_imported(
    ask: Callable[..., CourseImport], editor: User, browser_of: Callable[[User], Client]
) -> None:
    trial = ask(dry_run=True)
    before = measure.checksum((Page, Course))
    run_next()
    assert measure.checksum((Page, Course)) == before
    client, url = browser_of(editor), reverse("course_admin:import", args=[trial.pk])
    assert "nothing was written" in client.get(url).content.decode()
    again = reverse("course_admin:import_again", args=[trial.pk])
    client.post(again, {"publish": "1"})
    done = run_next()
    assert (done.state, done.publish, done.dry_run) == (State.DONE, True, False)
    assert Release.objects.count() == 1
    assert stored() == []
    # The file is used up; a second click starts nothing.
    with measure.nothing_changes(KEPT):
        assert client.post(again, {"publish": "1"})["Location"] == INDEX


def test_every_kind_of_open_edx_has_a_name_that_teachers_know() -> None:
    named = {*olx_types.ACTIVITIES, *olx_types.CHOOSERS, *olx_types.FILED}
    assert not named - set(account.NAMES)
    assert len(set(map(str, account.NAMES.values()))) == len(account.NAMES), "two look the same"


def test_findings_are_filtered_and_hostile_names_stay_text(
    ask: Callable[..., CourseImport], editor: User, browser_of: Callable[[User], Client]
) -> None:
    record = ask(
        **{
            "course/vertical/v1.xml": (
                '<vertical display_name="One"><poll display_name="&lt;script&gt;alert(1)"/>'
                '<survey display_name="Habits"/></vertical>'
            )
        }
    )
    run_next()
    client, url = browser_of(editor), reverse("course_admin:import", args=[record.pk])
    text = client.get(url).content.decode()
    assert "Habits" in text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    assert "Habits" not in client.get(url, {"kind": "poll"}).content.decode()
    assert "Habits" in client.get(url, {"words": "habITS"}).content.decode()
    nothing = client.get(url, {"words": "zzz", "outcome": "nonsense", "p": "x"}).content.decode()
    assert "Nothing here fits" in nothing


def test_the_list_asks_the_same_number_of_questions_however_long(
    editor: User, browser_of: Callable[[User], Client]
) -> None:
    client = browser_of(editor)
    client.get(INDEX)  # what a fresh process asks for once
    figures = []
    for number in (1, 24):
        for index in range(number):
            CourseImport.objects.create(by=editor, original_name=f"{index}.zip", report={"a": 1})
        with CaptureQueriesContext(connection) as queries:
            client.get(INDEX)
        figures.append(len(queries))
    assert figures[0] == figures[1]
    assert not any('"report"' in query["sql"] for query in queries.captured_queries)


# --- The job ---------------------------------------------------------------------------------


def test_publish_releases_and_links_the_course(ask: Callable[..., CourseImport]) -> None:
    ask(publish=True)
    record = run_next()
    assert (record.state, record.result["created"], record.result["release"]) == ("done", 4, 1)
    assert record.course == Course.objects.get()
    assert (record.step, record.lease_until, record.pages) == ("", None, 4)


def test_a_refused_package_keeps_its_reason_and_nothing_else(
    ask: Callable[..., CourseImport],
) -> None:
    ask(**{"course/course.xml": "<nothing/>"})
    before = measure.checksum((Page, Course, Image))
    record = run_next()
    assert record.state == State.REFUSED
    assert record.problem
    assert stored() == []
    assert measure.checksum((Page, Course, Image)) == before


@pytest.mark.parametrize("loss", ["right", "account", "person"])
def test_rights_are_asked_for_again_when_the_job_runs(
    ask: Callable[..., CourseImport], editor: User, loss: str
) -> None:
    ask()
    if loss == "right":
        editor.groups.clear()
    elif loss == "account":
        User.objects.filter(pk=editor.pk).update(is_active=False)
    else:
        CourseImport.objects.update(by=None)
    before = measure.checksum((Page, Course))
    record = run_next()
    assert record.state == State.REFUSED
    assert "may not add courses" in record.problem
    assert measure.checksum((Page, Course)) == before


def test_a_package_cannot_take_over_somebody_elses_course(
    ask: Callable[..., CourseImport], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen to fail without `_refuse_foreign_course`: the teacher's page is written over."""
    ask(publish=True)
    run_next()
    teacher = measure.person(roles=["Instructor"])
    other = make.course_page("Other")
    courses.add_teacher(
        course=Course.objects.get(lineage=other.translation_key), user=teacher, by=None
    )
    monkeypatch.setattr(jobs, "may_import", lambda user: True)
    ask(by=teacher, **{"course/html/h1.html": "<p>Mine now</p>"})
    before = measure.checksum((Page, Course))
    record = run_next()
    assert record.state == State.REFUSED
    assert "A small course" in record.problem
    assert measure.checksum((Page, Course)) == before


def test_a_failure_of_ours_says_so_and_leaves_nothing(
    ask: Callable[..., CourseImport], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **options: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(jobs, "write", fail)
    ask()
    record = run_next()
    assert record.state == State.FAILED
    assert "secret" not in record.problem
    assert stored() == []


def test_a_database_that_was_away_is_tried_again(
    ask: Callable[..., CourseImport], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **options: Any) -> None:
        raise OperationalError("gone away")

    ask()
    with monkeypatch.context() as away:
        away.setattr(jobs, "write", fail)
        with pytest.raises(OperationalError):
            run_next()
    record = CourseImport.objects.get()
    assert record.state == State.RUNNING
    jobs.lost(record.pk, record.attempts)
    assert run_next().state == State.DONE


def test_a_claim_is_for_one_worker_and_runs_out(ask: Callable[..., CourseImport]) -> None:
    ask()
    first = jobs.claim("one")
    assert first is not None
    assert jobs.claim("two") is None
    CourseImport.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    second = jobs.claim("two")
    assert second is not None
    assert (second.worker, second.attempts) == ("two", 2)
    # The first one wakes up: its claim is void, it writes nothing and removes no file.
    with measure.nothing_changes(KEPT):
        jobs.run(first.pk, first.attempts)
    assert stored()
    jobs.run(second.pk, second.attempts)
    assert CourseImport.objects.get().state == State.DONE
    assert LessonPage.objects.count() == 2


def test_lost_twice_is_broken_off(ask: Callable[..., CourseImport]) -> None:
    ask()
    for __ in range(jobs.MOST_ATTEMPTS):
        record = jobs.claim("one")
        assert record is not None
        assert jobs.give_up() == 0
        jobs.lost(record.pk, record.attempts)
    assert jobs.claim("one") is None
    assert jobs.give_up() == 1
    assert CourseImport.objects.get().state == State.BROKEN_OFF
    assert stored() == []


def test_the_queue_starts_one_import_at_a_time(
    ask: Callable[..., CourseImport], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[int, int]] = []
    monkeypatch.setattr(worker, "_start", lambda pk, attempt: started.append((pk, attempt)))
    records = [ask() for __ in range(3)]
    outbox.drain()
    assert started == [(records[0].pk, 1)]
    worker.take_up()
    assert len(started) == 1
    jobs.run(*started[0])
    worker.take_up()
    assert started[1:] == [(records[1].pk, 1)]


def test_a_process_that_dies_frees_its_import(
    ask: Callable[..., CourseImport], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[int, int]] = []
    monkeypatch.setattr(worker, "_start", lambda pk, attempt: started.append((pk, attempt)))
    record = ask()
    worker.take_up()
    worker._ended(record.pk, 1, -9)
    assert started == [(record.pk, 1), (record.pk, 2)]
    worker._ended(record.pk, 2, -9)
    assert len(started) == 2
    assert CourseImport.objects.get().state == State.BROKEN_OFF


def test_no_package_stays_longer_than_a_day(
    ask: Callable[..., CourseImport], monkeypatch: pytest.MonkeyPatch
) -> None:
    trial, waiting, fresh = ask(dry_run=True), ask(), ask()
    run_next()
    jobs.clear()
    assert len(stored()) == 3
    old = clock.now() - jobs.KEEP_FILES - timedelta(minutes=1)
    CourseImport.objects.filter(pk__in=[trial.pk, waiting.pk]).update(requested_at=old)
    jobs.clear()
    assert len(stored()) == 1
    states = dict(CourseImport.objects.values_list("pk", "state"))
    assert states == {trial.pk: "done", waiting.pk: "broken_off", fresh.pk: "waiting"}


def test_a_package_without_a_request_goes_after_a_day(ask: Callable[..., CourseImport]) -> None:
    named = Path(ask().file.path)
    fresh, old = named.with_name("fresh.gz"), named.with_name("old.gz")
    long_ago = time.time() - 2 * jobs.KEEP_FILES.total_seconds()
    for path in (fresh, old):
        path.write_bytes(b"x")
    for path in (named, old):
        os.utime(path, (long_ago, long_ago))
    jobs.clear()
    assert (named.exists(), fresh.exists(), old.exists()) == (True, True, False)
    fresh.unlink()


def test_a_report_of_any_length_is_kept_short(
    ask: Callable[..., CourseImport], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MOST_FINDINGS", 3)
    monkeypatch.setattr(jobs, "LONGEST_TEXT", 20)
    polls = "".join(f'<poll display_name="{"x" * 100}{n}"/>' for n in range(9))
    ask(**{"course/vertical/v1.xml": f'<vertical display_name="One">{polls}</vertical>'})
    report = run_next().report
    assert len(report["findings"]) == 3
    assert report["left_out"] > 5
    assert all(len(text) <= 20 for finding in report["findings"] for text in finding.values())


# --- What a killed import leaves on disk -----------------------------------------------------


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def age(path: Path) -> None:
    long_ago = time.time() - 2 * workspace.SETTLED_SECONDS
    os.utime(path, (long_ago, long_ago))


def test_the_folder_of_a_dead_import_is_swept_and_of_a_living_one_kept(temporary: Path) -> None:
    dead = temporary / "course-import-dead"
    dead.mkdir()
    with workspace.folder() as alive:
        age(dead)
        age(alive)
        fresh = temporary / "course-import-fresh"
        fresh.mkdir()
        assert workspace.sweep() == 1
        assert not dead.exists()
        assert alive.exists()
        assert fresh.exists()
    assert not alive.exists()


def test_stored_files_without_a_row_go_with_the_folder(temporary: Path) -> None:
    dead = temporary / "course-import-dead"
    dead.mkdir()
    lost, kept = png("red"), png("blue")
    (dead / "lost.png").write_bytes(lost)
    (dead / "kept.png").write_bytes(kept)
    (dead / "link").symlink_to("/etc/hostname")
    image = Image.objects.create(title="Kept", file=ContentFile(kept, "kept.png"))
    orphan, stranger = (stored_picture(content) for content in (lost, png("green")))
    for path in (dead, orphan, stranger, Path(image.file.path)):
        age(path)
    workspace.sweep()
    assert not orphan.exists()
    assert stranger.exists()
    assert Path(image.file.path).exists()
    stranger.unlink()


def stored_picture(content: bytes) -> Path:
    """A picture in the storage that no row names."""
    storage = Image._meta.get_field("file").storage
    digest = hashlib.sha256(content).hexdigest()
    name = storage.save(path_for("images", digest, "a.png"), ContentFile(content))
    return Path(storage.path(name))


def test_limits_are_the_ones_of_the_settings(settings: Any) -> None:
    settings.COURSE_IMPORT_LIMITS = {"entries": 3}
    assert ArchiveLimits.from_settings().entries == 3
