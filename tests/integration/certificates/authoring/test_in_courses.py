"""A course's certificate: chosen on its page, released with it, refused where it cannot be kept."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from certificates import starters
from certificates.models import CertificateDesign
from core import outbox
from course_pages import outline, releases
from course_pages.models import Course, CoursePage, Release
from tests.cases import measure
from tests.factories import certificates as given
from tests.factories import courses as make
from tests.integration.certificates.authoring.test_designs import SNIPPET, client_as, form

pytestmark = pytest.mark.django_db


def rule(design: CertificateDesign, **more: Any) -> Any:
    value = {"design": design, "when": "completed", "percent": None, "valid_months": None} | more
    return [("certificate", value)]


def refused(course: Course) -> str:
    """Why it cannot be released; learners keep what they have."""
    with (
        measure.nothing_changes([Release]),
        pytest.raises(releases.ReleaseRefused) as found,
    ):
        releases.release(course=course, by=None)
    return str(found.value)


def page_of(course: Course) -> CoursePage:
    return CoursePage.objects.get(translation_key=course.lineage)


def test_what_no_certificate_can_keep_stops_the_release_by_name() -> None:
    course = make.course(1, 1, title="Charts")
    draft = given.design("Half done", live=False)
    make.edit(page_of(course), certificate=rule(draft))
    assert refused(course) == "Charts: Certificate “Half done”: it is not published."

    broken = given.design("Broken", statement="has completed {coarse}")
    make.edit(page_of(course), certificate=rule(broken))
    assert refused(course) == (
        "Charts: Certificate “Broken”: unknown placeholder in its text “below the name”: {coarse}."
    )

    make.edit(page_of(course), certificate=rule(given.design(), when="score", percent=60))
    assert "asks for points in quizzes, but it has no quiz" in refused(course)

    gone = given.design("Gone")
    make.edit(page_of(course), certificate=rule(gone))
    gone.delete()
    assert "The design of its certificate is gone" in refused(course)


def test_a_published_design_reaches_the_next_release_and_a_draft_does_not() -> None:
    design = given.design("Blue")
    course = given.course(design)
    # Wagtail's index of references is kept in the background.
    outbox.drain()
    course.refresh_from_db()
    first = course.live_release
    assert first is not None
    mark = course.dirty_mark
    design.heading = "Drafted"
    revision = design.save_revision()
    assert releases.release(course=course, by=None) is None
    revision.publish()
    course.refresh_from_db()
    assert course.dirty_mark > mark
    made = releases.release(course=course, by=None)
    assert made is not None
    before, after = (outline.load(one.outline_id).certificate for one in (first, made))
    assert before is not None
    assert after is not None
    assert before.design != after.design
    assert made.changes["certificate"] is True
    assert made.changes["changed"] == []


def test_a_design_that_releases_hold_is_kept_and_that_is_said_before() -> None:
    design = given.design("Held")
    given.course(design)
    outbox.drain()
    client = client_as("Editor")
    delete = reverse(f"{SNIPPET}:delete", args=[design.pk])
    assert "belongs to released content and cannot be deleted" in client.get(delete).text
    with measure.nothing_changes([CertificateDesign]):
        answer = client.post(delete)
        assert answer["Location"] == reverse(f"{SNIPPET}:edit", args=[design.pk])
        many = reverse("wagtail_bulk_action", args=["certificates", "certificatedesign", "delete"])
        assert client.post(f"{many}?id={design.pk}").status_code == 302
        with pytest.raises(ProtectedError), transaction.atomic():
            design.delete()
    unpublish = reverse(f"{SNIPPET}:unpublish", args=[design.pk])
    assert "A course" in client.get(unpublish).text
    free = given.design("Free")
    assert client.post(reverse(f"{SNIPPET}:delete", args=[free.pk])).status_code == 302
    assert not CertificateDesign.objects.filter(pk=free.pk).exists()


def test_a_copy_is_another_design_and_leaves_the_first_as_it_was() -> None:
    """Seen to fail with the row's own key in `CopyView`: what was sent was saved over the first."""
    design = given.design("Blue", heading="Of the first")
    client = client_as("Marketing")
    copy = reverse(f"{SNIPPET}:copy", args=[design.pk])
    assert "Copy of Blue" in client.get(copy).text
    assert client.post(copy, form(title="Copy of Blue")).status_code == 302
    copied = CertificateDesign.objects.get(title="Copy of Blue")
    lineage = design.lineage
    design.refresh_from_db()
    assert (design.title, design.heading, design.lineage) == ("Blue", "Of the first", lineage)
    assert (copied.pk, copied.lineage) != (design.pk, lineage)
    assert copied.lineage != lineage


def test_the_public_page_says_that_there_is_one_once_it_is_released() -> None:
    course = make.course(1, 1)
    url = page_of(course).get_url()
    assert "For completing it" not in Client().get(url).text
    make.edit(page_of(course), certificate=rule(given.design()))
    assert "For completing it" not in Client().get(url).text
    releases.release(course=course, by=None)
    assert "For completing it" in Client().get(url).text


def test_a_new_site_has_designs_that_can_be_released_and_stay_as_editors_leave_them() -> None:
    call_command("setup_site")
    assert [one.title for one in CertificateDesign.objects.all()] == ["Classic", "Modern", "Plain"]
    for design in CertificateDesign.objects.all():
        assert design.live
        assert design.has_unpublished_changes is False
        assert design.revisions.count() == 1
        design.full_clean()
        assert given.course(design, title=design.title).live_release is not None
    kept = CertificateDesign.objects.get(title="Plain")
    CertificateDesign.objects.filter(pk=kept.pk).update(title="Ours")
    assert starters.ensure() == []
    assert not CertificateDesign.objects.filter(title="Plain").exists()
