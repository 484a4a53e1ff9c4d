"""F14: an import killed at any moment, the same package twice, two at once: never half a course.

Real processes and a real SIGKILL. Seen to fail: without `transaction.atomic` in
`importing.writer.write` a killed import leaves pages; without the sweep of `importing.workspace`
its folders and stored files stay; with the lineage made at random two imports make two courses.
"""

import io
import multiprocessing
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Picture
from wagtail.models import Page, PageLogEntry, Revision

from accounts.models import User
from accounts.sync import sync_roles
from assets.models import Document, Image
from core import children
from course_pages.importing import archive, workspace, writer
from course_pages.imports import jobs, service, worker
from course_pages.models import Course, CourseImport, CoursePage, LessonAddress, Release
from tests.cases import measure
from tests.factories import courses as make
from tests.factories import processes
from tests.factories.archives import olx, tar_of

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
LESSONS = 8
PAGES = LESSONS + 2
PATIENCE_SECONDS = 120
OTHERS: set[Path] = set()
"""What tests before this one left in the storages."""


@pytest.fixture(autouse=True)
def _site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    # What a killed import left counts as left at once.
    monkeypatch.setattr(workspace, "SETTLED_SECONDS", -1)
    make.catalogue()
    sync_roles()
    monkeypatch.setitem(globals(), "OTHERS", stored_files())
    yield
    for path in stored_files():
        path.unlink()


@pytest.fixture
def editor() -> User:
    return measure.person(roles=["Editor"])


def package(key: str) -> bytes:
    """A course of its own under each key, with a picture of its own and a file."""
    units = "".join(f'<vertical url_name="{key}{n}"/>' for n in range(LESSONS))
    picture = io.BytesIO()
    Picture.frombytes("RGB", (64, 64), os.urandom(64 * 64 * 3)).save(picture, "PNG")
    files: dict[str, bytes | str] = {
        **olx(),
        "course/course.xml": f'<course url_name="run" org="Org" course="{key}"/>',
        "course/course/run.xml": f'<course display_name="{key}"><chapter url_name="one"/></course>',
        "course/sequential/s1.xml": f'<sequential display_name="S">{units}</sequential>',
        "course/static/map.png": picture.getvalue(),
        "course/static/notes.pdf": b"%PDF-1.4 " + key.encode(),
    }
    for n in range(LESSONS):
        files[f"course/vertical/{key}{n}.xml"] = (
            f'<vertical display_name="{key} {n}"><html>Words {n}'
            '<img src="/static/map.png" alt="A map"/><a href="/static/notes.pdf">Notes</a>'
            "</html></vertical>"
        )
    raw = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
    return tar_of(Path(tempfile.gettempdir(), f"{key}.tar.gz"), raw).read_bytes()


def ask(content: bytes, by: User) -> CourseImport:
    file = SimpleUploadedFile("course.tar.gz", content)
    return service.request(file=file, publish=True, dry_run=False, by=by)


def claim_and_run() -> None:
    record = jobs.claim("a worker")
    assert record is not None
    jobs.run(record.pk, record.attempts)


def counts(title: str) -> dict[str, int]:
    """What there is of one course."""
    page = CoursePage.objects.filter(title=title).first()
    course = Course.objects.filter(title=title).first()
    below = Page.objects.filter(path__startswith=page.path) if page else Page.objects.none()
    keys = [str(pk) for pk in below.values_list("pk", flat=True)]
    collection = course.collection if course else None
    return {
        "courses": Course.objects.filter(title=title).count(),
        "pages": below.count(),
        "live": below.filter(live=True).count(),
        "revisions": Revision.page_revisions.filter(object_id__in=keys).count(),
        "noted": PageLogEntry.objects.filter(page__in=keys, action=writer.IMPORT_ACTION).count(),
        "pictures": Image.objects.filter(collection=collection).count() if collection else 0,
        "files": Document.objects.filter(collection=collection).count() if collection else 0,
        "releases": Release.objects.filter(course=course).count() if course else 0,
        "addresses": LessonAddress.objects.filter(course=course).count() if course else 0,
    }


def stored_files() -> set[Path]:
    """Everything that came into the two storages since the test began."""
    roots = {Path(model._meta.get_field("file").storage.path("")) for model in (Image, Document)}
    return {path for root in roots for path in root.rglob("*") if path.is_file()} - OTHERS


def named_files() -> set[Path]:
    """Everything that a row names."""
    rows = (*Image.objects.all(), *Document.objects.all(), *CourseImport.objects.exclude(file=""))
    return {Path(row.file.path) for row in rows}


def folders() -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob(workspace.PREFIX + "*"))


def dies_at(owner: Any, name: str, number: int) -> Callable[[], None]:
    """An import whose process is killed when it calls `owner.name` for the n-th time."""
    original = getattr(owner, name)
    calls: list[int] = []

    def deadly(*args: Any, **options: Any) -> Any:
        calls.append(1)
        if len(calls) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **options)

    def action() -> None:
        setattr(owner, name, deadly)
        claim_and_run()

    return action


MOMENTS = {
    "claimed": (jobs, "load", 1),
    "unpacking": (archive._Ledger, "store", 10),
    "read": (jobs, "write", 1),
    **{
        f"{tenth} %": (writer._Writer, "_write", PAGES * tenth // 100)
        for tenth in range(10, 110, 10)
    },
    "written": (writer, "_release", 1),
    "released": (jobs, "_end", 1),
}


def test_F14_killed_at_each_tenth_no_half_course_and_the_second_run_finishes(editor: User) -> None:
    ask(package("Control"), editor)
    claim_and_run()
    wanted = counts("Control")
    assert wanted == {
        "courses": 1,
        "pages": PAGES,
        "live": PAGES,
        "revisions": PAGES,
        "noted": PAGES,
        "pictures": 1,
        "files": 1,
        "releases": 1,
        "addresses": LESSONS,
    }
    for number, (moment, (owner, name, call)) in enumerate(MOMENTS.items()):
        title = f"Course {number}"
        record = ask(package(title), editor)
        assert processes.forked(dies_at(owner, name, call)) == [-signal.SIGKILL], moment
        left = counts(title)
        assert left["pages"] == left["live"] == (PAGES if moment in {"written", "released"} else 0)
        assert left["releases"] == (moment == "released"), moment
        record.refresh_from_db()
        assert (record.state, record.attempts) == ("running", 1), moment
        assert bool(folders()) == (moment not in {"claimed", "released"}), moment

        jobs.lost(record.pk, record.attempts)
        claim_and_run()
        record.refresh_from_db()
        assert (record.state, record.attempts) == ("done", 2), moment
        assert counts(title) == wanted, moment
        assert folders() == [], moment
        assert stored_files() == named_files(), moment


def test_F14_the_same_package_twice_changes_nothing(editor: User) -> None:
    content = package("Twice")
    ask(content, editor)
    claim_and_run()
    before, pages = counts("Twice"), measure.checksum((Page, Revision, Course, Release))
    ask(content, editor)
    claim_and_run()
    assert counts("Twice") == before
    assert measure.checksum((Page, Revision, Course, Release)) == pages
    again = CourseImport.objects.latest("pk").result
    assert (again["created"], again["unchanged"], again["images"]) == (0, PAGES, 0)


def test_F14_two_at_once_make_one_course(editor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    content = package("Once")
    ask(content, editor)
    ask(content, editor)
    # Both have read their package before either writes.
    barrier = multiprocessing.get_context("fork").Barrier(2)
    write = jobs.write

    def together(*args: Any, **options: Any) -> Any:
        barrier.wait(PATIENCE_SECONDS)
        return write(*args, **options)

    monkeypatch.setattr(jobs, "write", together)
    assert processes.forked(claim_and_run, claim_and_run) == [0, 0]
    assert set(CourseImport.objects.values_list("state", flat=True)) == {"done"}
    found = counts("Once")
    assert (found["courses"], found["pages"], found["live"]) == (1, PAGES, PAGES)
    assert (found["pictures"], found["files"], found["revisions"]) == (1, 1, PAGES)
    created = sorted(record.result["created"] for record in CourseImport.objects.all())
    assert created == [0, PAGES]
    assert stored_files() == named_files()


def test_F14_the_queues_own_process_is_killed_and_the_next_one_finishes(
    editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way: the queue's process, its watcher, `manage.py run_import`, kill -9."""
    for name, value in processes.environment().items():
        monkeypatch.setenv(name, value)
    started: list[Any] = []
    popen = children.subprocess.Popen

    def killed_at_first(*args: Any, **options: Any) -> Any:
        child = popen(*args, **options)
        started.append(child)
        if len(started) == 1:
            child.kill()
        return child

    monkeypatch.setattr(children.subprocess, "Popen", killed_at_first)
    record = ask(package("Own"), editor)
    worker.take_up()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while record.is_open:
        assert time.monotonic() < deadline
        time.sleep(0.2)
        record.refresh_from_db()
    assert (record.state, record.attempts, len(started)) == ("done", 2, 2)
    assert counts("Own")["pages"] == PAGES
    for child in started:
        child.wait(PATIENCE_SECONDS)
