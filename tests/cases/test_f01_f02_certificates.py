"""F1, F2: a worker killed at any moment, and tasks delivered twice: one certificate, one file, one
mail each.

Real processes and a real SIGKILL. `small` here; 200 kill points by `bin/test --full=f01`
(docs/full-runs.md). Seen to fail, F1 with the mail sent before it is noted and with the file
written under its own name from the start, each made slow; F2 with `mailed_at=None` taken from
`prints.tell`.
"""

import hashlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from accounts.models import User
from assets.storage import private_storage
from certificates import files
from certificates.models import Certificate, CertificateIssue
from certificates.services import issuing, prints
from core import clock, outbox
from core.models import OutboxMessage
from learning.models import Enrolment
from messaging.models import KeptEmail
from tests.factories import certificates as given
from tests.factories import deliveries
from tests.factories.processes import exit_code, fork, forked

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
COPIES = 4


@pytest.fixture(autouse=True)
def kept_mail(settings: Any) -> None:
    """Mails are counted in the database: copies of the process have no memory in common."""
    settings.EMAIL_BACKEND = "messaging.mailbox.EmailBackend"


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FOLDER", f"certificates-{os.getpid()}-{time.monotonic_ns()}")


def stored() -> dict[str, str]:
    """Name → sha-256 of all that lies in the folder."""
    folder = Path(private_storage().path(files.FOLDER))
    return {
        path.stem: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def one_of_each(users: list[User]) -> None:
    """Everybody has one certificate, whose one print is a whole file, and was told once."""
    assert Certificate.objects.filter(state="issued").count() == len(users)
    assert Certificate.objects.count() == CertificateIssue.objects.count() == len(users)
    digests = list(CertificateIssue.objects.values_list("pdf_sha256", flat=True))
    assert sorted(stored().items()) == sorted((digest, digest) for digest in digests)
    told = Counter(KeptEmail.objects.values_list("to", flat=True))
    assert told == Counter(user.email for user in users)
    assert not OutboxMessage.objects.filter(done_at=None).exists()


def killed_after(seconds: float, work: Callable[[], Any]) -> bool:
    """Run in a copy of the process that is killed then; whether it was still at it."""
    connections.close_all()
    child = fork(work)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return exit_code(child) == -signal.SIGKILL


def test_F01_a_worker_killed_anywhere_loses_nothing_and_doubles_nothing(
    full_size: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    points = full_size("f01", small=10, full=200)
    course = given.course()
    users = [given.learner(course)]
    given.complete(users[0], course)
    begun = time.monotonic()
    assert forked(outbox.drain) == [0]
    usual = time.monotonic() - begun
    chance = random.Random(7)
    killed = 0
    for _point in range(points):
        user = given.learner(course)
        users.append(user)
        given.complete(user, course)
        killed += killed_after(chance.uniform(0, usual), outbox.drain)
        # A claim that nobody holds any more is taken over.
        OutboxMessage.objects.filter(done_at=None).update(claimed_until=None, due_at=clock.now())
    assert killed
    assert forked(outbox.drain) == [0]
    monkeypatch.setattr(files, "ABANDONED", -files.ABANDONED)
    files.clear_parts()
    one_of_each(users)


def at_once(action: Callable[[], Any]) -> None:
    assert set(deliveries.at_once(*[action] * COPIES)) == {0}


def test_F02_what_is_delivered_twice_at_once_and_later_happens_once() -> None:
    course = given.course()
    user = given.learner(course)
    row = given.complete(user, course)
    OutboxMessage.objects.all().delete()
    rows = Enrolment.objects.select_related("completed_release", "user")
    at_once(lambda: issuing.consider(rows.get(pk=row.pk)))
    issue = CertificateIssue.objects.get()
    at_once(lambda: prints.make(issue.pk))
    at_once(lambda: prints.tell(issue.pk))
    outbox.drain()
    one_of_each([user])
    for again in (
        lambda: issuing.consider(rows.get(pk=row.pk)),
        lambda: prints.make(issue.pk),
        lambda: prints.tell(issue.pk),
    ):
        again()
    outbox.drain()
    one_of_each([user])
