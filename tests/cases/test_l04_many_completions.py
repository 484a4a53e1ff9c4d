"""L4: many complete a course at the same moment: as many certificates, none double, an empty queue.

`small` here; 5,000 by `bin/test --full=l04`, whose time stands in docs/full-runs.md. Seen to fail:
with the claim of `outbox.deliver` and `mailed_at=None` of `prints.tell` taken out.
"""

import multiprocessing
from collections.abc import Callable
from typing import Any

import pytest

from certificates.models import Certificate, CertificateIssue
from core import outbox
from core.models import OutboxMessage
from messaging.models import KeptEmail
from tests.cases import measure
from tests.factories import certificates as given
from tests.factories import deliveries
from tests.factories.processes import forked

COPIES = 4
PATIENCE_SECONDS = 60


@pytest.mark.services
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_L04_as_many_certificates_as_completions(
    full_size: Callable[..., int], settings: Any
) -> None:
    settings.EMAIL_BACKEND = "messaging.mailbox.EmailBackend"
    number = full_size("l04", small=100, full=5000)
    course = given.course()
    users = measure.learners(course, number)
    barrier = multiprocessing.get_context("fork").Barrier(COPIES)

    def some(which: int) -> Callable[[], None]:
        def work() -> None:
            deliveries.start_anew()
            barrier.wait(PATIENCE_SECONDS)
            for user in users[which::COPIES]:
                given.complete(user, course)
            outbox.drain(limit=10 * number)

        return work

    assert set(forked(*[some(which) for which in range(COPIES)])) == {0}
    deliveries.tried_again()
    assert Certificate.objects.filter(state="issued").count() == number
    issues = CertificateIssue.objects.exclude(pdf_sha256="").exclude(mailed_at=None)
    assert issues.values("certificate").distinct().count() == issues.count() == number
    assert not OutboxMessage.objects.filter(done_at=None).exists()
    kept = KeptEmail.objects.values_list("to", flat=True)
    assert len(set(kept)) == len(kept)
