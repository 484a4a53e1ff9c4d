"""What teachers and Support do with certificates; every refusal leaves all as it was."""

import csv
import hashlib
import io
import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from accounts.models import User
from accounts.sync import sync_roles
from certificates import files
from certificates.models import Certificate, CertificateEvidence, CertificateIssue
from certificates.services import issuing
from core import clock, outbox
from core.models import OutboxMessage
from course_pages import courses
from course_pages.models import Course
from learning.services import enrolment
from tests.cases import measure
from tests.factories import certificates as given
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
RECORDS = (Certificate, CertificateIssue, CertificateEvidence, OutboxMessage, ModelLogEntry)
State = Certificate.State
INDEX = "certificates_certificate_modeladmin_index"
INSPECT = "certificates_certificate_modeladmin_inspect"
WHY = {"reason": "Because"}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def staff(role: str = "Support") -> Client:
    sync_roles()
    return client_of(measure.person(roles=[role]))


def teacher_of(course: Course) -> Client:
    sync_roles()
    teacher = measure.person(roles=["Instructor"])
    courses.add_teacher(course=course, user=teacher, by=None)
    return client_of(teacher)


@dataclass(frozen=True)
class Case:
    """An act: from which state, what is sent, and what becomes of it."""

    name: str
    state: str
    data: dict[str, str]
    becomes: str
    log: str


CASES = [
    Case("approve", State.WAITING, {}, State.ISSUED, "approve"),
    Case("approve", State.REFUSED, {}, State.ISSUED, "approve"),
    Case("refuse", State.WAITING, WHY, State.REFUSED, "refuse"),
    Case("again", State.ISSUED, WHY | {"name": "Ada King"}, State.ISSUED, "name"),
    Case("again", State.ISSUED, WHY | {"name": "Ada Lovelace"}, State.ISSUED, "again"),
    Case("again", State.HELD, WHY | {"name": "Ada King"}, State.ISSUED, "again"),
    Case("revoke", State.ISSUED, WHY, State.REVOKED, "revoke"),
    Case("restore", State.REVOKED, {}, State.ISSUED, "restore"),
]
ACTS = {case.name: case.data for case in CASES}


def made(state: str, course: Course | None = None, name: str = "Ada Lovelace") -> Certificate:
    """A certificate in a state, all news of it delivered."""
    if state == State.HELD:
        return given.earned(course, name="")
    if state in {State.WAITING, State.REFUSED}:
        row = given.earned(course or given.course(when="approved"), name=name)
        by = measure.person()
        if state == State.REFUSED:
            issuing.refuse(certificate=row.pk, reason="Not yet", by=by)
    else:
        row = given.earned(course, name=name)
        if state == State.REVOKED:
            issuing.revoke(certificate=row.pk, reason="Copied", by=measure.person())
    row.refresh_from_db()
    assert row.state == state
    return row


def url(name: str, row: Certificate) -> str:
    return reverse(f"certificate_staff:{name}", args=[row.pk])


@pytest.mark.parametrize("case", CASES, ids=[f"{one.name}-{one.state}" for one in CASES])
def test_an_act_asks_first_then_does_it_and_is_logged(case: Case) -> None:
    row = made(case.state)
    user = measure.person(roles=["Support"])
    sync_roles()
    client = client_of(user)
    with measure.nothing_changes(RECORDS):
        asked = client.get(url(case.name, row))
    assert asked.status_code == 200
    assert row.enrolment.user.email in asked.content.decode()
    answer = client.post(url(case.name, row), case.data)
    assert answer["Location"] == reverse(INSPECT, args=[row.pk])
    row.refresh_from_db()
    assert row.state == case.becomes
    entry = ModelLogEntry.objects.get(action__startswith="certificates.")
    assert (entry.action, entry.user) == (f"certificates.{case.log}", user)
    if case.data.get("reason"):
        assert "Because" in entry.message
    if name := case.data.get("name"):
        assert row.current.evidence.data["name"] == name
    page = client.get(reverse(INSPECT, args=[row.pk])).content.decode()
    assert entry.message in page or str(entry.message).split(":")[0] in page


FITTING = {(case.name, case.state) for case in CASES}
MISFITS = [(name, state) for name in ACTS for state in State if (name, state) not in FITTING]


def test_issue_again_sent_twice_happens_once() -> None:
    """Seen to fail: a double click made two prints and two mails."""
    course = given.course()
    row = made(State.ISSUED, course)
    client = teacher_of(course)
    form = client.get(url("again", row)).context["form"]
    sent = WHY | {"name": "Ada King", "after": form["after"].value()}
    assert client.post(url("again", row), sent).status_code == 302
    with measure.nothing_changes(RECORDS):
        second = client.post(url("again", row), sent)
    assert second.status_code == 422
    assert "since you looked" in second.content.decode()
    assert row.issues.count() == 2


@pytest.mark.parametrize(("name", "state"), MISFITS)
def test_what_does_not_fit_the_state_is_refused_and_changes_nothing(name: str, state: str) -> None:
    row = made(state)
    with measure.nothing_changes(RECORDS):
        answer = staff().post(url(name, row), ACTS[name])
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()


@pytest.mark.parametrize("name", ["refuse", "again", "revoke"])
def test_without_a_reason_nothing_is_done(name: str) -> None:
    row = made(State.WAITING if name == "refuse" else State.ISSUED)
    for reason in ("", "   ", "\n"):
        with measure.nothing_changes(RECORDS):
            answer = staff().post(url(name, row), ACTS[name] | {"reason": reason})
        assert answer.status_code == 422
        assert "reason" in answer.context["form"].errors


@pytest.mark.parametrize("name", ["", " \u202e ", "Ada \u12a0"])
def test_a_name_that_cannot_be_printed_is_refused(name: str) -> None:
    row = made(State.ISSUED)
    with measure.nothing_changes(RECORDS):
        answer = staff().post(url("again", row), WHY | {"name": name})
    assert answer.status_code == 422
    assert "name" in answer.context["form"].errors


def test_what_is_approved_without_a_name_is_kept_and_said_so() -> None:
    row = made(State.WAITING, name="")
    answer = staff().post(url("approve", row))
    row.refresh_from_db()
    assert row.state == State.HELD
    assert row.why in " ".join(str(one) for one in get_messages(answer.wsgi_request))


def test_who_approves_sees_that_a_purchase_was_taken_back() -> None:
    """Seen to fail: nothing told of it. What was earned stays, and a person decides."""
    course = given.course(when="approved")
    user: Any = UserFactory(name="Ada Lovelace")
    enrolment.grant(
        user=user, course=course, source="order", source_key="line-1", starts_at=clock.now()
    )
    given.complete(user, course)
    outbox.drain()
    row = Certificate.objects.get()
    client = staff()
    pages = [reverse("certificate_staff:waiting"), url("approve", row)]
    pages.append(reverse(INSPECT, args=[row.pk]))
    words = "No access since"
    assert not [one for one in pages if words in client.get(one).text]
    enrolment.revoke(source="order", source_key="line-1")
    for page in pages:
        shown = client.get(page).text
        assert words in shown, page
        assert "the purchase was refunded or disputed" in shown
    sent = {"certificate": str(row.pk), "decision": "approve"}
    assert words in client.post(pages[0], sent).text
    row.refresh_from_db()
    assert row.state == State.WAITING
    enrolment.grant(
        user=user, course=course, source="gift", source_key="gift-1", starts_at=clock.now()
    )
    assert not [one for one in pages if words in client.get(one).text]


EVERY = [*(f"certificate_staff:{name}" for name in ACTS), INSPECT]


@pytest.mark.parametrize("name", EVERY)
def test_another_courses_teacher_finds_nothing(name: str) -> None:
    row = made(State.ISSUED, name="Canary")
    mine, other = teacher_of(row.course), teacher_of(given.course(title="Other"))
    address = reverse(name, args=[row.pk])
    with measure.nothing_changes(RECORDS):
        for send in (other.get, other.post):
            answer = send(address, ACTS.get(name.partition(":")[2], {}))
            assert answer.status_code in {404, 405}
            assert "Canary" not in answer.content.decode()
    assert mine.get(address).status_code == 200


@pytest.mark.parametrize("role", ["Marketing", "Editor"])
def test_who_has_no_right_and_teaches_nothing_is_denied(role: str) -> None:
    row = made(State.ISSUED, name="Canary")
    client = staff(role)
    addresses = [reverse(name, args=[row.pk]) for name in EVERY]
    addresses += [reverse(INDEX), reverse("certificate_staff:waiting")]
    addresses += [reverse("certificate_staff:give", args=[row.course_id])]
    with measure.nothing_changes(RECORDS):
        for address in addresses:
            for send in (client.get, client.post):
                answer = send(address, WHY)
                assert answer.status_code in {302, 405}, address
                assert "Canary" not in answer.content.decode()


def test_the_file_is_there_for_staff_as_for_its_holder_and_for_no_other_teacher() -> None:
    """Seen to fail: one that the disk had lost was drawn anew for its holder, and missing here."""
    row = made(State.ISSUED)
    mine, other = teacher_of(row.course), teacher_of(given.course(title="Other"))
    page = staff().get(reverse(INSPECT, args=[row.pk])).text
    address = next(iter(re.findall(r'href="([^"]+\.pdf)"', page)))
    for client in (staff(), mine):
        files.remove(row.current.pdf_sha256)
        answer = client.get(address)
        assert answer.status_code == 200
        assert hashlib.sha256(answer.content).hexdigest() == row.current.pdf_sha256
        assert row.serial in answer["Content-Disposition"]
    assert other.get(address).status_code == 404


def test_the_list_holds_ones_own_courses_and_filters() -> None:
    mine = given.course(title="Mine")
    row = given.earned(mine, name="Ada Lovelace")
    other = given.earned(given.course(title="Other"), name="Grace Hopper")
    index = reverse(INDEX)
    teacher, support = teacher_of(mine), staff()
    assert other.serial not in teacher.get(index).content.decode()
    found = {
        "": {row, other},
        f"?course={mine.pk}": {row},
        f"?course={mine.pk}&state__exact=revoked": set(),
        f"?year={row.earned_at.year}": {row, other},
        "?year=1999": set(),
        "?year=x": set(),
        "?q=hopper": {other},
        f"?q={row.serial}": {row},
        f"?q={other.enrolment.user.email}": {other},
    }
    for query, rows in found.items():
        shown = support.get(index + query).content.decode()
        for one in (row, other):
            assert (one.serial in shown.split("<tbody")[-1]) is (one in rows), query
    assert support.get(index + "?enrolment__user__password__startswith=a").status_code == 302


def test_the_download_has_no_formula_and_only_ones_own() -> None:
    mine = given.course(title="Mine")
    given.earned(mine, name="=1+1")
    given.earned(given.course(title="Other"), name="Grace Hopper")
    answer = teacher_of(mine).get(reverse(INDEX) + "?export=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    lines = list(csv.reader(io.StringIO(text)))
    assert len(lines) == 2
    assert lines[1][1] == "'=1+1"


def test_the_number_of_statements_does_not_grow_with_the_list() -> None:
    course = given.course(when="approved")
    support = staff()
    for name in ("certificates", "waiting"):
        address = reverse(INDEX if name == "certificates" else "certificate_staff:waiting")
        given.earned(course)
        support.get(address)
        few = measure.statements(lambda: support.get(address))  # noqa: B023 - called at once
        for number in range(3):
            given.earned(course, name=f"Learner {number}")
        more = measure.statements(lambda: support.get(address))  # noqa: B023 - called at once
        assert len(more) <= len(few), name


def waiting_room() -> tuple[Course, list[Certificate]]:
    course = given.course(when="approved", title="Mine")
    return course, [given.earned(course, name=f"Learner {number}") for number in range(3)]


def decide(client: Client, rows: list[Certificate], decision: str, **more: str) -> Any:
    data = {"certificate": [one.pk for one in rows], "decision": decision} | more
    return client.post(reverse("certificate_staff:waiting"), data)


def states(rows: list[Certificate]) -> list[str]:
    return [Certificate.objects.get(pk=one.pk).state for one in rows]


def test_many_are_approved_at_once_after_a_yes() -> None:
    course, rows = waiting_room()
    teacher = teacher_of(course)
    assert "3 certificates wait" in teacher.get("/admin/").content.decode()
    with measure.nothing_changes(RECORDS):
        asked = decide(teacher, rows[:2], "approve")
    assert asked.status_code == 200
    assert rows[0].enrolment.user.email in asked.content.decode()
    assert rows[2].enrolment.user.email not in asked.content.decode()
    # Somebody else was faster with one of them.
    issuing.refuse(certificate=rows[1].pk, reason="No", by=measure.person())
    issuing.approve(certificate=rows[1].pk, by=measure.person())
    answer = decide(teacher, rows[:2], "approve", yes="1")
    assert states(rows) == [State.ISSUED, State.ISSUED, State.WAITING]
    said = " ".join(str(one) for one in get_messages(answer.wsgi_request))
    assert "1 is approved." in said
    assert "1 did not wait any more" in said
    assert ModelLogEntry.objects.filter(action="certificates.approve").count() == 1
    assert "1 certificate waits" in teacher.get("/admin/").content.decode()


def test_what_somebody_else_turned_down_is_not_approved_with_many() -> None:
    """Seen to fail: a list of an hour ago overruled the reason that was given since."""
    course, rows = waiting_room()
    issuing.refuse(certificate=rows[0].pk, reason="No", by=measure.person())
    answer = decide(teacher_of(course), rows, "approve", yes="1")
    assert states(rows) == [State.REFUSED, State.ISSUED, State.ISSUED]
    said = " ".join(str(one) for one in get_messages(answer.wsgi_request))
    assert "1 did not wait any more" in said


def test_many_are_turned_down_with_a_reason_only() -> None:
    course, rows = waiting_room()
    teacher = teacher_of(course)
    with measure.nothing_changes(RECORDS):
        assert decide(teacher, rows, "refuse").status_code == 200
        assert decide(teacher, rows, "refuse", yes="1").status_code == 422
    decide(teacher, rows, "refuse", yes="1", reason="Talk to me")
    assert states(rows) == [State.REFUSED] * 3
    assert {Certificate.objects.get(pk=one.pk).note for one in rows} == {"Talk to me"}


def test_a_foreign_one_among_them_stops_all() -> None:
    course, rows = waiting_room()
    foreign = made(State.WAITING)
    with measure.nothing_changes(RECORDS):
        for wrong in ([foreign], [*rows, foreign]):
            answer = decide(teacher_of(course), wrong, "approve", yes="1")
            assert answer.status_code == 404
        answer = teacher_of(course).post(
            reverse("certificate_staff:waiting"), {"certificate": "x", "decision": "approve"}
        )
        assert answer.status_code == 404
    assert decide(teacher_of(course), [], "approve", yes="1").status_code == 302


def test_a_persons_page_names_their_certificates() -> None:
    row = made(State.ISSUED)
    page = reverse("till:person", args=[row.enrolment.user_id])
    assert row.serial in staff().get(page).content.decode()
