"""Whatever becomes of the course, its page and its design, a certificate stays what it was.

Seen to fail: with the title on the page taken from the course; with the design read from its row.
"""

import json

import pytest
from django.core.management import call_command
from django.test import Client
from openbadgeslib.ob3 import OB3Verifier
from wagtail.models import Page, Revision

from certificates import files, standing
from certificates.badges import keys
from certificates.models import CertificateDesign
from certificates.services import issuing, prints
from certificates.standing import Status
from core import outbox, snapshots
from course_pages import releases
from course_pages.models import Course, CoursePage
from tests.factories import certificates as given
from tests.factories import courses

pytestmark = pytest.mark.django_db


def test_a_certificate_outlives_its_course_and_its_design(client: Client) -> None:
    design = given.design(heading="Certificate of completion")
    course = given.course(design, title="Charts")
    certificate = given.earned(course)
    issue = certificate.current
    before = files.read(issue.pdf_sha256)

    page = CoursePage.objects.get(translation_key=course.lineage)
    courses.edit(page, title="Something else")
    design.heading = "Changed"
    design.save_revision().publish()
    releases.release(course=Course.objects.get(pk=course.pk), by=None)
    page.refresh_from_db()
    page.unpublish()
    call_command("purge_revisions", days=0, verbosity=0)
    Page.objects.get(pk=page.pk).delete()
    CertificateDesign.objects.filter(pk=design.pk).update(style="plain", statement="changed")
    Revision.objects.all().delete()
    outbox.drain()
    snapshots.forget()

    found = standing.find(certificate.public_id)
    assert found is not None
    assert found.status == Status.VALID
    assert found.evidence is not None
    assert (found.evidence.course, found.evidence.name) == ("Charts", "Ada Lovelace")
    answer = client.get(f"/certificates/{certificate.public_id}/")
    assert answer.status_code == 200
    assert "Charts" in answer.content.decode()
    assert "Something else" not in answer.content.decode()
    assert files.read(issue.pdf_sha256) == before
    badge = client.get(f"/certificates/{certificate.public_id}/1/badge.jwt").text
    pem = keys.known()[0].as_pem(private=False).decode()
    assert OB3Verifier(pubkey_pem=pem).verify(badge).achievement.name == "Charts"
    # A file that was lost is made again as it was: nothing of it came from what has changed.
    files.remove(issue.pdf_sha256)
    type(issue).objects.filter(pk=issue.pk).update(pdf_sha256="")
    prints.make(issue.pk)
    assert files.read(issue.pdf_sha256) == before


def test_evidence_is_whole_and_plain_json() -> None:
    certificate = given.earned(given.course(title="Charts", valid_months=12))
    data = certificate.current.evidence.data
    assert json.loads(json.dumps(data)) == data
    told = {key for key, value in data.items() if value not in ("", [], {})}
    assert told >= {
        *("name", "course", "course_lineage", "release", "outline", "completed_on", "serial"),
        *("design", "issuer", "issuer_url", "language", "issued_at", "expires_at", "v"),
    }


def test_what_is_erased_leaves_that_something_was_issued(client: Client) -> None:
    """Seen to fail: with the file left on the disk."""
    certificate = given.earned(name="Ada Lovelace")
    digest = certificate.current.pdf_sha256
    issuing.erase(certificate=certificate.pk)
    issuing.erase(certificate=certificate.pk)
    outbox.drain()
    with pytest.raises(FileNotFoundError):
        files.read(digest)
    prints.make(certificate.current.pk)
    answer = client.get(f"/certificates/{certificate.public_id}/")
    assert answer.status_code == 200
    assert "Lovelace" not in answer.text
    assert certificate.serial in answer.text
    assert client.get(f"/certificates/{certificate.public_id}/1/badge.jwt").status_code == 404
