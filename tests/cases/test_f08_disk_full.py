"""F8: a full disk, a storage that refuses, a database that only reads: an error that says so, and
nothing half written; afterwards the certificate comes.

The kernel's own limit on a file's size stands for the full disk: it cuts a write in the middle,
too. Seen to fail: with the file written under its own name from the start.
"""

import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import OperationalError, connection

from assets.storage import private_storage
from certificates import files
from certificates.models import Certificate, CertificateIssue
from certificates.services import prints
from core import clock, outbox
from core.models import OutboxMessage
from tests.factories import certificates as given
from tests.factories.processes import forked

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FOLDER", f"certificates-{os.getpid()}-{time.monotonic_ns()}")


def folder() -> Path:
    return Path(private_storage().path(files.FOLDER))


def found() -> list[Path]:
    return [path for path in folder().rglob("*") if path.is_file()]


def issued() -> CertificateIssue:
    """An issue whose file waits to be made."""
    course = given.course()
    given.complete(given.learner(course), course)
    outbox.deliver_due(limit=1)
    while not CertificateIssue.objects.exists():
        assert outbox.deliver_due(limit=1)
    return CertificateIssue.objects.get()


def later() -> None:
    """All is well again, and what waits is tried."""
    OutboxMessage.objects.filter(done_at=None).update(claimed_until=None, due_at=clock.now())
    outbox.drain()
    issue = CertificateIssue.objects.get()
    assert files.read(issue.pdf_sha256)
    assert len(found()) == len(mail.outbox) == 1


def told() -> str:
    """What the queue noted of the failure."""
    return OutboxMessage.objects.get(kind="certificate.issued").last_error


def nothing_written() -> None:
    assert CertificateIssue.objects.get().pdf_sha256 == ""
    assert Certificate.objects.get().state == "issued"
    assert found() == []
    assert mail.outbox == []


def small_files(work: Callable[[], Any]) -> Callable[[], None]:
    """In a copy of the process: no file may become longer than a few hundred bytes."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300, resource.RLIM_INFINITY))
        work()

    return limited


@pytest.mark.services
def test_F08_a_full_disk_leaves_no_half_file() -> None:
    issued()
    assert forked(small_files(outbox.deliver_due)) == [0]
    nothing_written()
    assert "OSError" in told()
    later()


def test_F08_a_storage_that_refuses_is_an_error_and_no_certificate_is_lost() -> None:
    issued()
    folder().parent.mkdir(parents=True, exist_ok=True)
    folder().write_text("a file where the folder should be")
    outbox.deliver_due()
    folder().unlink()
    nothing_written()
    assert "Error" in told()
    later()


@pytest.mark.services
def test_F08_a_database_that_only_reads_keeps_the_promise_for_later() -> None:
    issue = issued()
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION READ ONLY")
    try:
        with pytest.raises(OperationalError):
            prints.make(issue.pk)
    finally:
        connection.close()
    assert CertificateIssue.objects.get().pdf_sha256 == ""
    assert mail.outbox == []
    later()
