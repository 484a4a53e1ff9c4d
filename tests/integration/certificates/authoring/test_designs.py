"""Designs in the admin: written by roles, chosen by teachers, refused what cannot be printed."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from wagtail.images.tests.utils import get_test_image_file
from wagtail.test.utils.form_data import nested_form_data, streamfield

from accounts.sync import sync_roles
from assets.models import Image
from certificates.authoring import samples
from certificates.models import CertificateDesign
from course_pages import releases
from course_pages.models import Course, CoursePage
from tests.cases import measure
from tests.factories import certificates as given

pytestmark = pytest.mark.django_db
SNIPPET = "wagtailsnippets_certificates_certificatedesign"
CHOOSER = "wagtailsnippetchoosers_certificates_certificatedesign"
WRITTEN = [CertificateDesign, Course]


def client_as(role: str) -> Client:
    sync_roles()
    client = Client()
    client.force_login(measure.person(roles=[role]))
    return client


def form(signatories: list[Any] | None = None, **more: Any) -> dict[str, Any]:
    """The editor's form as it comes filled in, with changes."""
    new = CertificateDesign(title="Blue")
    names = (
        "title", "size", "orientation", "style", "heading", "lead", "statement", "closing", "ink",
        "accent", "paper", "qr", "serial",
    )  # fmt: skip
    sent: dict[str, Any] = {name: getattr(new, name) for name in names}
    sent |= {"background": "", "logo": ""}
    values = [("signatory", value) for value in signatories or []]
    return sent | nested_form_data({"signatories": streamfield(values)}) | more


def edit(row: CertificateDesign) -> str:
    return reverse(f"{SNIPPET}:edit", args=[row.pk])


def picture(title: str = "A picture", **fields: Any) -> Image:
    made: Image = Image.objects.create(title=title, file=get_test_image_file(size=(40, 30)))
    Image.objects.filter(pk=made.pk).update(**fields)
    return made


@pytest.mark.parametrize("role", ["Editor", "Marketing", "Administrator"])
def test_roles_write_and_publish_designs(role: str) -> None:
    client = client_as(role)
    answer = client.post(reverse(f"{SNIPPET}:add"), form() | {"action-publish": "1"})
    assert answer.status_code == 302
    made = CertificateDesign.objects.get()
    assert made.live
    assert not list(get_messages(answer.wsgi_request))[1:]
    assert client.post(edit(made), form(title="Green")).status_code == 302
    made.refresh_from_db()
    assert (made.title, made.has_unpublished_changes) == ("Blue", True)
    assert made.get_latest_revision_as_object().title == "Green"


@pytest.mark.parametrize("role", ["Instructor", "Support"])
def test_others_do_not(role: str) -> None:
    row = given.design("Canary design")
    client = client_as(role)
    with measure.nothing_changes(WRITTEN):
        for name in ("edit", "copy", "delete", "unpublish", "usage", "history", "preview_on_edit"):
            url = reverse(f"{SNIPPET}:{name}", args=[row.pk])
            answer = client.post(url, form() | {"action-publish": "1"})
            assert answer.status_code in {302, 403, 405}, name
        assert client.post(reverse(f"{SNIPPET}:add"), form()).status_code == 302


def test_teachers_choose_what_they_may_not_write() -> None:
    row = given.design("Canary design")
    for role, sees in [("Instructor", True), ("Editor", True), ("Support", False)]:
        client = client_as(role)
        for name in ("choose", "choose_results"):
            shown = client.get(reverse(f"{CHOOSER}:{name}")).content.decode()
            assert ("Canary design" in shown) is sees, (role, name)
        answer = client.get(reverse(f"{CHOOSER}:chosen", args=[row.pk]))
        assert answer.status_code == (200 if sees else 404)


def test_who_may_write_designs_begins_one_while_choosing() -> None:
    """Seen to fail: one had to leave the course's page for it."""
    course, create = reverse(f"{CHOOSER}:choose"), reverse(f"{CHOOSER}:create")
    client = client_as("Editor")
    offered = client.get(course).context["creation_form"]
    sent = {offered.add_prefix("title"): " Blue ", offered.add_prefix("style"): "modern"}
    answer = client.post(create, sent)
    assert answer.json()["step"] == "chosen"
    made = CertificateDesign.objects.get()
    assert (made.title, made.style, made.live) == ("Blue", "modern", False)
    assert made.get_latest_revision_as_object().title == "Blue"
    assert client.get(edit(made)).status_code == 200
    for role in ("Instructor", "Support"):
        client = client_as(role)
        assert "creation_form" not in (client.get(course).context or {})
        with measure.nothing_changes(WRITTEN):
            assert client.get(create).status_code in {302, 403}
            assert client.post(create, sent).status_code in {302, 403}
    with measure.nothing_changes(WRITTEN):
        refused = client_as("Editor").post(create, sent | {offered.add_prefix("style"): "odd"})
    assert refused.json()["step"] == "reshow_creation_form"


BAD = [
    ("statement", "has completed {coarse}", "Unknown placeholder: {coarse}."),
    ("closing", "{date", "Unknown placeholder: {."),
    ("heading", "{0.__class__}", "Unknown placeholder: {0.__class__}."),
    ("serial", "right", "The code to scan stands there already"),
    ("ink", "red; x", "Write a colour as # and six digits"),
    ("lead", "\u12a0 Well done", "letters that cannot be printed here: \u12a0"),
]


@pytest.mark.parametrize(("field", "value", "message"), BAD, ids=[one[0] for one in BAD])
@pytest.mark.parametrize("action", ["publish", "draft"])
def test_what_cannot_be_printed_is_refused_where_it_stands(
    field: str, value: str, message: str, action: str
) -> None:
    row = given.design()
    client = client_as("Editor")
    with measure.nothing_changes(WRITTEN):
        sent = form() | {field: value} | ({"action-publish": "1"} if action == "publish" else {})
        answer = client.post(edit(row), sent)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert message in str(answer.context["form"].errors[field])


@pytest.mark.parametrize("field", ["ink", "accent", "paper", "size", "style", "qr"])
def test_without_what_every_page_needs_there_is_no_draft_and_no_preview(field: str) -> None:
    """Seen to fail: Wagtail asks a draft for nothing, and drawing it answered 500."""
    row = given.design()
    client = client_as("Editor")
    sent = form() | {field: ""}
    with measure.nothing_changes(WRITTEN):
        answer = client.post(edit(row), sent)
    assert list(answer.context["form"].errors) == [field]
    preview = client.post(reverse(f"{SNIPPET}:preview_on_edit", args=[row.pk]), sent)
    assert preview.json()["is_valid"] is False


def test_a_picture_whose_file_is_gone_is_named_and_previewed_so() -> None:
    """Seen to fail: 500 from saving and from the preview."""
    lost = picture("Lost scan")
    row = given.design()
    lost.file.storage.delete(lost.file.name)
    client = client_as("Editor")
    with measure.nothing_changes(WRITTEN):
        answer = client.post(edit(row), form(logo=lost.pk))
    assert "“Lost scan” cannot be read" in str(answer.context["form"].errors["logo"])
    CertificateDesign.objects.filter(pk=row.pk).update(logo=lost)
    row.refresh_from_db()
    shown = row.make_preview_request(preview_mode="latin").content.decode()
    assert "“Lost scan” cannot be printed" in shown


@pytest.mark.parametrize("field", ["background", "logo", "signatories"])
def test_a_picture_that_cannot_be_printed_is_named(field: str) -> None:
    """Seen to fail without `Image.generate_rendition_file`: the form shows what it refuses."""
    broken = picture("Broken scan")
    with broken.file.storage.open(broken.file.name, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n and then nothing of use")
    row = given.design()
    client = client_as("Editor")
    if field == "signatories":
        sent = form([{"name": "Ida", "role": "", "image": broken.pk}])
    else:
        sent = form(**{field: broken.pk})
    with measure.nothing_changes(WRITTEN):
        answer = client.post(edit(row), sent)
    assert list(answer.context["form"].errors) == [field]
    assert "“Broken scan” cannot be read" in str(answer.context["form"].errors)


def test_a_picture_of_too_many_megapixels_is_named() -> None:
    huge = picture("Poster")
    # 8,000 × 6,300 dots of nothing: a few kilobytes that become 50.4 megapixels.
    from PIL import Image as Pillow

    with huge.file.storage.open(huge.file.name, "wb") as file:
        Pillow.new("1", (8000, 6300)).save(file, "PNG")
    row = given.design()
    with measure.nothing_changes(WRITTEN):
        answer = client_as("Editor").post(edit(row), form(background=huge.pk))
    assert "“Poster” is too large" in str(answer.context["form"].errors["background"])


def test_pale_text_is_warned_of_and_saved() -> None:
    row = given.design()
    answer = client_as("Editor").post(edit(row), form(ink="#cccccc"))
    assert answer.status_code == 302
    said = " ".join(str(one) for one in get_messages(answer.wsgi_request))
    assert "its contrast is 1.6 : 1" in said
    row.refresh_from_db()
    assert row.get_latest_revision_as_object().ink == "#cccccc"


def preview(client: Client, row: CertificateDesign, sent: dict[str, Any], mode: str) -> str:
    url = reverse(f"{SNIPPET}:preview_on_edit", args=[row.pk])
    answer = client.post(url, sent)
    assert answer.json()["is_valid"], answer.json()
    return client.get(url, {"mode": mode}).content.decode()


def test_the_preview_shows_the_page_of_the_form_in_every_script() -> None:
    row = given.design()
    client = client_as("Editor")
    pages = {}
    with measure.nothing_changes(WRITTEN):
        for mode, _label in samples.MODES:
            pages[mode] = preview(client, row, form(heading="Unsaved"), mode)
            if mode != "cjk":
                assert 'src="data:image/png;base64,iVBOR' in pages[mode], mode
    assert len(set(pages.values())) == len(pages)
    assert pages["latin"] != preview(client, row, form(heading="Other"), "latin")
    assert "data:image/png" in pages["cjk"] or "cannot be printed" in pages["cjk"]


def test_a_deleted_picture_leaves_the_design_usable_and_is_told() -> None:
    sign = picture("Signature")
    client = client_as("Editor")
    row = given.design()
    client.post(
        edit(row),
        form([{"name": "Ida", "role": "Head", "image": sign.pk}], background=sign.pk)
        | {"action-publish": "1"},
    )
    row.refresh_from_db()
    assert row.background_id == sign.pk
    sign.delete()
    shown = preview(client, row, form([{"name": "Ida", "role": "Head", "image": ""}]), "latin")
    assert "data:image/png" in shown
    from django.test import RequestFactory

    from certificates.authoring import previews

    row.refresh_from_db()
    assert row.background_id is None
    drawn = previews.of_design(row, RequestFactory().get("/"), "latin").content.decode()
    assert "data:image/png" in drawn
    assert "The picture of Ida’s signature is gone" in drawn

    course = given.course(given.design("Fine"))
    page = CoursePage.objects.get(translation_key=course.lineage)
    from tests.factories import courses as make

    value = {"design": row, "when": "completed", "percent": None, "valid_months": None}
    make.edit(page, certificate=[("certificate", value)])
    with pytest.raises(releases.ReleaseRefused) as refused:
        releases.release(course=course, by=None)
    assert "Certificate “Blue”: the picture of Ida’s signature is gone" in str(refused.value)
    assert client.get(edit(row)).status_code == 200
