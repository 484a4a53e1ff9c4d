"""B01 for certificates in the admin: every address × every role × GET, POST and HTMX.

Cells as in `test_b01_who_may_what`. `teacher` teaches the course, `other` another one. Seen to fail
with all certificates in the place of those in reach in `doors.of_certificate`.
"""

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern

from certificates.models import Certificate, CertificateDesign, CertificateEvidence
from certificates.models import CertificateIssue as Issue
from certificates.services import issuing
from certificates.staff import urls
from core import outbox
from core.models import OutboxMessage
from course_pages import courses
from tests.cases import measure
from tests.cases import test_b01_who_may_what as b01
from tests.cases.test_b01_who_may_what import Address, World, measured
from tests.cases.test_b13_mass_assignment import faults
from tests.factories import certificates as given
from tests.factories import courses as make

pytestmark = pytest.mark.django_db

RECORDS: tuple[Any, ...] = (
    *measure.RECORDS,
    *(Certificate, CertificateDesign, CertificateEvidence, Issue, OutboxMessage),
)
ROLES = (
    "anonymous", "learner", "other", "teacher", "Editor", "Marketing", "Support", "Administrator",
)  # fmt: skip
SEES = ("teacher", "Support", "Administrator")
SNIPPET = "wagtailsnippets_certificates_certificatedesign"
INSPECT = "certificates_certificate_modeladmin_inspect"
WHY = {"reason": "Why"}
ADDRESSES = {
    "index": Address("certificates_certificate_modeladmin_index"),
    "certificate": Address(INSPECT, ("issued",)),
    "waiting": Address(
        "certificate_staff:waiting",
        (),
        {"certificate": "waiting", "decision": "refuse", "yes": "1"} | WHY,
    ),
    "approve": Address("certificate_staff:approve", ("waiting",)),
    "refuse": Address("certificate_staff:refuse", ("waiting",), WHY),
    "again": Address("certificate_staff:again", ("issued",), WHY | {"name": "Ada King"}),
    "revoke": Address("certificate_staff:revoke", ("issued",), WHY),
    "restore": Address("certificate_staff:restore", ("revoked",)),
    "give": Address("certificate_staff:give", ("course",), {"release": "release"}),
}
READ = {"index", "certificate"}
# What another course's teacher may open: lists, which hold their own rows.
OPEN_TO_TEACHERS = {"index", "waiting"}


def cell(name: str, method: str, role: str) -> str:
    """What the rule says of one cell."""
    if role in {"anonymous", "learner"}:
        return "sign-in"
    posted = method.endswith("POST")
    if role in {"Editor", "Marketing"}:
        return "denied"
    if role == "other" and (name not in OPEN_TO_TEACHERS or (posted and name == "waiting")):
        return "404"
    if posted:
        return "405" if name in READ else "302*"
    return "200"


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(b01, "RECORDS", RECORDS)
    monkeypatch.setattr(b01, "ROLES", ROLES)
    before = make.course(1, 1, title="Charts")
    given.complete(given.learner(before, "Grace Hopper"), before)
    outbox.drain()
    course = given.give(before, when="completed")
    elsewhere = given.course(title="Elsewhere", when="approved")
    approving = given.course(title="Approving", when="approved")
    people: dict[str, Any] = {"learner": measure.person()}
    b01.sync_roles()
    for role in ROLES[4:]:
        people[role] = measure.person(roles=[role])
    for role, taught in [("other", [elsewhere]), ("teacher", [course, approving])]:
        people[role] = measure.person(roles=["Instructor"])
        for one in taught:
            courses.add_teacher(course=one, user=people[role], by=None)
    revoked = given.earned(course, name="Rudi Roe")
    issuing.revoke(certificate=revoked.pk, reason="Why", by=people["Support"])
    things = {
        "course": course.pk,
        "release": course.live_release_id,
        "issued": given.earned(course).pk,
        "revoked": revoked.pk,
        "waiting": given.earned(approving).pk,
    }
    clients = {"anonymous": Client()}
    for role, user in people.items():
        clients[role] = Client()
        clients[role].force_login(user)
    return World(clients, things, measure.checksum(RECORDS))


def test_B01_every_address_of_certificates_stands_in_the_table() -> None:
    names = {
        f"certificate_staff:{one.name}" for one in urls.urlpatterns if isinstance(one, URLPattern)
    }
    assert names <= {address.name for address in ADDRESSES.values()}


def test_B01_addresses_of_certificates_answer_each_role_as_the_table_says(office: World) -> None:
    found = measured(office, ADDRESSES, list(b01.METHODS))
    wrong = [
        f"{name} {method} as {role}: {actual}, the table says {cell(name, method, role)}"
        for name, method, *cells in found
        for role, actual in zip(ROLES, cells, strict=True)
        if actual != cell(name, method, role)
    ]
    assert len(found) == len(ADDRESSES) * 4
    assert not wrong, "\n".join(wrong)


def test_B12_forms_of_certificates_without_the_token_are_refused_and_reading_writes_nothing(
    office: World,
) -> None:
    """The whole database but sessions and renditions is the same before and after."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = office.clients["Administrator"].cookies
    left_out = {"accounts_session", "assets_rendition"}
    client.get("/admin/")
    before = measure.whole_database(left_out)
    for name, address in ADDRESSES.items():
        url = b01.url_of(address, office.things)
        data = {key: str(office.things.get(one, one)) for key, one in address.data.items()}
        for headers in ({}, {"HTTP_HX_REQUEST": "true"}):
            assert client.post(url, data, **headers).status_code == 403, name  # type: ignore[arg-type]
            client.get(url, **headers)  # type: ignore[arg-type]
    assert measure.whole_database(left_out) == before


def test_B13_no_form_of_certificates_takes_a_field_that_it_does_not_offer(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.cases.test_b13_mass_assignment.OFFERED", {})
    found = []
    for name, address in ADDRESSES.items():
        data = {key: str(office.things.get(one, one)) for key, one in address.data.items()}
        url = b01.url_of(address, office.things)
        found += faults(office.clients["Administrator"], name, url, data)
    assert not found, "\n".join(found)


def test_B14_texts_of_others_are_texts_on_every_page_of_certificates(office: World) -> None:
    script = "<script>alert('paper')</script>"
    Certificate.objects.update(note=script)
    for row in CertificateEvidence.objects.all():
        row.data |= {"name": script, "course": script}
        row.save()
    for certificate in Certificate.objects.select_related("enrolment__user", "course"):
        type(certificate.enrolment.user).objects.filter(pk=certificate.enrolment.user_id).update(
            name=script
        )
    client = office.clients["Administrator"]
    shown = 0
    for address in ADDRESSES.values():
        answer = client.get(b01.url_of(address, office.things))
        assert b"<script>alert('paper')" not in answer.content
        shown += answer.content.count(b"&lt;script&gt;alert(")
    assert shown


def test_B01_designs_are_written_by_some_and_seen_by_teachers(office: World) -> None:
    design = CertificateDesign.objects.order_by("pk").first()
    assert design is not None
    writers = {"Editor", "Marketing", "Administrator"}
    for name in ("edit", "copy", "delete", "unpublish", "history", "usage"):
        url = b01.url_of(Address(f"{SNIPPET}:{name}", (design.pk,)), {})
        for role in ROLES:
            answer = office.clients[role].get(url)
            if role in writers:
                assert answer.status_code == 200, (name, role)
            elif name not in {"copy", "usage", "history"}:
                assert answer.status_code in {302, 403}, (name, role)
    listed = b01.url_of(Address(f"{SNIPPET}:list"), {})
    assert office.clients["teacher"].get(listed).status_code == 200
    assert office.clients["Support"].get(listed).status_code == 302
