"""Files of released lessons stay: nobody deletes or exchanges them."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import ProtectedError
from django.test import Client
from wagtail.images.tests.utils import get_test_image_file

from accounts.models import User
from assets.models import Document, Image
from course_pages import releases
from course_pages.models import Course
from tests.factories import courses as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def image() -> Image:
    return Image.objects.create(title="Bars", file=get_test_image_file(size=(640, 480)))


def released_with(kind: str, value: dict[str, object]) -> Course:
    page = make.course_page()
    make.lesson(make.module(page), "Illustrated", body=[{"type": kind, "value": value, "id": "1"}])
    course = Course.objects.get(lineage=page.translation_key)
    releases.release(course=course, by=None)
    return course


def test_a_picture_of_a_released_lesson_cannot_be_deleted(image: Image) -> None:
    released_with("image", {"image": image.pk, "alt": "Bars", "decorative": False})
    with pytest.raises(ProtectedError, match="released content"), transaction.atomic():
        image.delete()
    assert Image.objects.filter(pk=image.pk).exists()
    assert image.file.storage.exists(image.file.name)


def test_a_picture_of_a_released_lesson_cannot_be_exchanged(image: Image) -> None:
    released_with("image", {"image": image.pk, "alt": "Bars", "decorative": False})
    image.file = get_test_image_file(filename="other.png", size=(10, 10))
    with pytest.raises(ValidationError, match="cannot be exchanged"):
        image.full_clean()


def test_a_picture_that_no_release_needs_can_go(image: Image) -> None:
    image.delete()
    assert not Image.objects.exists()


def test_a_file_stays_when_the_lesson_moves_on() -> None:
    document = Document.objects.create(title="Sheet", file=ContentFile(b"a,b", name="sheet.csv"))
    course = released_with("download", {"title": "Sheet", "file": document.pk, "description": ""})
    make.edit(make.lesson_page(course, "Illustrated"), body=[("text", "<p>No file.</p>")])
    releases.release(course=course, by=None)
    # An earlier release still needs it: rolling back must find it.
    with pytest.raises(ProtectedError), transaction.atomic():
        document.delete()
    releases.roll_back(course=course, to=1, by=None)


def test_files_are_stored_under_their_digest_and_keep_their_name_for_people() -> None:
    document = Document.objects.create(title="Sheet", file=ContentFile(b"a,b", name="My sheet.csv"))
    assert document.sha256[:2] in document.file.name
    assert document.sha256 in document.file.name
    assert document.filename == "My sheet.csv"


def test_the_admin_says_why_a_file_stays(image: Image) -> None:
    released_with("image", {"image": image.pk, "alt": "Bars", "decorative": False})
    admin = User.objects.create_superuser("admin@example.org", "a long password")
    client = Client()
    client.force_login(admin, backend="accounts.backends.SignIn")
    for answer in (
        client.post(f"/admin/images/{image.pk}/delete/", follow=True),
        client.post(f"/admin/bulk/assets/image/delete/?id={image.pk}", follow=True),
    ):
        assert answer.status_code == 200
        assert "belongs to released content" in answer.content.decode()
    assert Image.objects.filter(pk=image.pk).exists()
