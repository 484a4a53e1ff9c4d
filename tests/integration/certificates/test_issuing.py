"""From a completed course to a certificate, and what becomes of it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import translation

from certificates import evidence, files, standing
from certificates.models import Certificate, CertificateEvidence, CertificateIssue
from certificates.services import issuing, prints
from certificates.services.issuing import Refused
from certificates.standing import Status
from core import clock, outbox
from core.models import OutboxMessage
from course_pages.models import Course
from learning.models import Enrolment
from tests.factories import certificates as given
from tests.factories import courses
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
State = Certificate.State


def test_a_completed_course_gives_a_certificate_with_a_file_and_a_mail() -> None:
    course = given.course(title="Charts")
    user = given.learner(course, "Ada Lovelace")
    row = given.complete(user, course)
    assert not Certificate.objects.exists()
    outbox.drain()
    certificate = Certificate.objects.get(enrolment=row)
    assert certificate.state == State.ISSUED
    assert len(certificate.public_id) == 26
    issue = certificate.current
    found = standing.find(certificate.public_id)
    assert found is not None
    assert found.status == Status.VALID
    assert found.evidence is not None
    assert (found.evidence.name, found.evidence.course) == ("Ada Lovelace", "Charts")
    assert row.completed_release is not None
    assert found.evidence.outline == row.completed_release.outline_id
    content = files.read(issue.pdf_sha256)
    assert content.startswith(b"%PDF")
    assert content.rstrip().endswith(b"%%EOF")
    assert [one.to for one in mail.outbox] == [[user.email]]
    assert certificate.public_id in mail.outbox[0].body


def test_all_of_it_twice_changes_nothing() -> None:
    certificate = given.earned()
    issuing.consider(certificate.enrolment)
    prints.make(certificate.current.pk)
    prints.tell(certificate.current.pk)
    outbox.drain()
    assert Certificate.objects.count() == CertificateIssue.objects.count() == len(mail.outbox) == 1


def test_a_course_without_a_certificate_gives_none() -> None:
    from tests.factories import courses

    plain = courses.course(1, 1)
    given.complete(given.learner(plain), plain)
    outbox.drain()
    assert not Certificate.objects.exists()


@pytest.mark.parametrize(
    "name", ["", "Ada \N{PILE OF POO}", "\u200b", "\u00ad", "\u200d", "\u0301"]
)
def test_a_name_that_cannot_be_printed_is_held_until_there_is_another(name: str) -> None:
    """Seen to fail: a name of nothing visible was issued, and its file blank or never made."""
    certificate = given.earned(name=name)
    assert certificate.state == State.HELD
    assert certificate.why
    assert certificate.current is None
    assert not mail.outbox
    user = certificate.enrolment.user
    user.name = "Ada Lovelace"
    user.save()
    issuing.sweep()
    outbox.drain()
    certificate.refresh_from_db()
    assert certificate.state == State.ISSUED
    assert len(mail.outbox) == 1


def test_a_corrected_name_is_a_new_print_and_the_old_one_says_so() -> None:
    certificate = given.earned(name="Ada Lovelase")
    first = certificate.current
    staff = UserFactory()
    with pytest.raises(Refused):
        issuing.issue_again(certificate=certificate.pk, reason=" ", by=staff, name="Ada Lovelace")
    issuing.issue_again(certificate=certificate.pk, reason="Typo", by=staff, name="Ada Lovelace")
    outbox.drain()
    new, old = (standing.find(certificate.public_id, number) for number in (2, 1))
    assert new is not None
    assert new.evidence is not None
    assert old is not None
    assert (new.status, old.status) == (Status.VALID, Status.SUPERSEDED)
    assert new.evidence.name == "Ada Lovelace"
    assert new.issue.cause == CertificateIssue.Cause.NAME
    assert new.issue.printed_serial == f"{certificate.serial}-2"
    assert files.read(first.pdf_sha256) != files.read(new.issue.pdf_sha256)


def test_what_is_revoked_says_so_until_that_is_taken_back() -> None:
    certificate = given.earned()
    staff = UserFactory()
    issuing.revoke(certificate=certificate.pk, reason="Handed in by another person", by=staff)
    found = standing.find(certificate.public_id)
    assert found is not None
    assert found.status == Status.REVOKED
    for refused in (issuing.revoke, issuing.issue_again):
        with pytest.raises(Refused):
            refused(certificate=certificate.pk, reason="Again", by=staff)
    issuing.restore(certificate=certificate.pk, by=staff)
    found = standing.find(certificate.public_id)
    assert found is not None
    assert found.status == Status.VALID


def test_no_mail_brings_a_certificate_that_was_revoked_meanwhile() -> None:
    """Seen to fail: its holder was congratulated."""
    course = given.course()
    issuing.consider(given.complete(given.learner(course), course))
    certificate = Certificate.objects.get()
    staff = UserFactory()
    issuing.revoke(certificate=certificate.pk, reason="Not their own work", by=staff)
    outbox.drain()
    assert not mail.outbox
    for _time in range(2):
        issuing.restore(certificate=certificate.pk, by=staff)
        outbox.drain()
        assert len(mail.outbox) == 1
        issuing.revoke(certificate=certificate.pk, reason="Not their own work", by=staff)


def test_where_a_teacher_approves_nothing_is_issued_before() -> None:
    course = given.course(when="approved")
    certificate = given.earned(course)
    assert certificate.state == State.WAITING
    assert standing.find(certificate.public_id) is None
    assert not mail.outbox
    assert not CertificateEvidence.objects.exists()
    teacher = UserFactory()
    issuing.refuse(certificate=certificate.pk, reason="Talk to me first", by=teacher)
    issuing.approve(certificate=certificate.pk, by=teacher)
    with pytest.raises(Refused):
        issuing.approve(certificate=certificate.pk, by=teacher)
    outbox.drain()
    assert standing.find(certificate.public_id) is not None
    assert len(mail.outbox) == 1


def test_it_expires_when_the_rule_says(monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = given.earned(given.course(valid_months=1))
    issue = certificate.current
    assert issue.expires_at > issue.issued_at
    assert standing.of(issue, issue.expires_at).status == Status.EXPIRED


def test_its_last_day_is_where_its_holder_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen to fail: completed on the 15th, it was valid until the 14th, the day in Greenwich."""
    evening = datetime(2026, 3, 14, 20, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: evening)
    course = given.course(valid_months=12)
    certificate = given.earned(course, time_zone="Pacific/Kiritimati")
    said = evidence.of(certificate.current.evidence)
    assert said.completed == date(2026, 3, 15)
    assert prints.facts(said, "").expires_on == date(2027, 3, 15)
    page = Client().get(f"/certificates/{certificate.public_id}/")
    assert "Valid until March 15, 2027" in page.text
    # What was printed before had the other day, and has to come out the same again.
    earlier = evidence.Evidence(**said.as_json() | {"expires_on": ""})
    assert prints.facts(earlier, "").expires_on == date(2027, 3, 14)


def test_a_correction_changes_the_name_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen to fail: with the evidence reckoned anew, in the language of another day."""
    certificate = given.earned(given.course(valid_months=12), name="Ada Lovelase")
    user = certificate.enrolment.user
    user.language, user.time_zone = "de", "Pacific/Kiritimati"
    user.save()
    issuing.issue_again(certificate=certificate.pk, reason="Typo", by=UserFactory(), name="Ada")
    old, new = (one.evidence.data for one in certificate.issues.order_by("number"))
    differ = {key for key in old if old[key] != new[key]}
    assert differ == {"name", "serial", "issued_at"}
    # Once it has expired, nothing is printed any more.
    late = certificate.issues.get(number=2).expires_at
    monkeypatch.setattr(clock, "now", lambda: late)
    with pytest.raises(Refused, match="expired"):
        issuing.issue_again(certificate=certificate.pk, reason="Again", by=UserFactory())
    assert certificate.issues.count() == 2


def test_what_is_approved_late_is_valid_for_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen to fail: with the expiry reckoned from the completion."""
    certificate = given.earned(given.course(when="approved", valid_months=1))
    later = certificate.earned_at + timedelta(days=90)
    monkeypatch.setattr(clock, "now", lambda: later)
    issuing.approve(certificate=certificate.pk, by=UserFactory())
    certificate.refresh_from_db()
    assert certificate.current.expires_at > later


def test_staff_earn_nothing() -> None:
    from learning.services import enrolment

    course = given.course()
    user = UserFactory(name="Ada")
    enrolment.enrol(user=user, course=course, source="staff")
    given.complete(user, course)
    outbox.drain()
    assert not Certificate.objects.exists()


def test_a_file_that_was_given_up_is_ordered_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen to fail: after half a day of a full disk it was never made."""
    course = given.course()
    row = given.complete(given.learner(course), course)

    def full(content: bytes) -> str:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(files, "put", full)
        outbox.drain()
    certificate = Certificate.objects.get(enrolment=row)
    lost = OutboxMessage.objects.filter(kind=issuing.ISSUED)
    CertificateIssue.objects.update(issued_at=clock.now() - timedelta(days=2))
    assert issuing.order_missing() == 0  # still tried
    lost.update(gave_up_at=clock.now())
    assert issuing.order_missing() == 1
    assert issuing.order_missing() == 0
    outbox.drain()
    certificate.refresh_from_db()
    assert certificate.current.pdf_sha256
    assert len(mail.outbox) == 1
    assert issuing.order_missing() == 0


def lost(course: Course, number: int) -> list[Enrolment]:
    """Learners who completed a course, and whose news got lost on the way."""
    rows = [given.complete(given.learner(course), course) for _one in range(number)]
    OutboxMessage.objects.all().delete()
    return rows


def test_one_that_fails_stops_no_other_and_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Seen to fail: the sweep ended with the first."""
    broken, *others = lost(given.course(), 3)
    consider = issuing.consider

    def fails_for_one(enrolment: Enrolment, release: Any = None) -> Certificate | None:
        if enrolment.pk == broken.pk:
            raise RuntimeError("not today")
        return consider(enrolment, release)

    with monkeypatch.context() as today:
        today.setattr(issuing, "consider", fails_for_one)
        assert issuing.sweep() == 3
        outbox.drain()
        assert issuing.sweep() == 0  # still tried
    given_to = set(Certificate.objects.values_list("enrolment", flat=True))
    assert given_to == {one.pk for one in others}
    assert "not today" in caplog.text
    OutboxMessage.objects.update(due_at=clock.now())
    outbox.drain()
    assert Certificate.objects.filter(enrolment=broken).exists()
    assert issuing.sweep() == 0


def test_the_sweep_looks_only_where_there_is_something_to_give(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Seen to fail: everybody was looked at who had completed a course without a certificate."""
    lost(courses.course(1, 1), 2)
    looked: list[Any] = []
    monkeypatch.setattr(issuing, "rule_of", looked.append)
    assert issuing.sweep() == 0
    assert not looked
    assert not OutboxMessage.objects.exists()


def test_a_sweep_is_bounded_and_the_next_one_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    lost(given.course(), 3)
    monkeypatch.setattr(issuing, "AT_ONCE", 2)
    assert [issuing.sweep(), issuing.sweep()] == [2, 1]
    outbox.drain()
    assert Certificate.objects.count() == 3


def test_why_it_is_held_is_told_in_the_readers_language() -> None:
    """Seen to fail: in the language of whoever had tried to print it."""
    with translation.override("de"):
        certificate = given.earned(name="Ada \N{ETHIOPIC SYLLABLE GLOTTAL A}")
    assert certificate.note == ""
    told = {}
    for language in ("en", "de"):
        with translation.override(language):
            told[language] = certificate.why
    assert "\N{ETHIOPIC SYLLABLE GLOTTAL A}" in told["en"]
    assert told["en"].startswith("The name has letters")
