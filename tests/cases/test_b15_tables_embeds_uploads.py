"""B15: tables, embeds, buttons and uploads carry nobody's script."""

import io
import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import lxml.html
import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Collection

from accounts.models import User
from assets.models import Document, Image
from course_pages import content, releases, rendering
from course_pages.blocks import LessonBody
from course_pages.content import LessonSource
from course_pages.models import Course
from learning.services import enrolment
from tests.cases.measure import nothing_changes
from tests.factories import courses as make
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
SCRIPT = "<script>window.__pwned=1</script>"
MARKUP = (
    f'{SCRIPT}<img src=x onerror="window.__pwned=1"><svg onload="window.__pwned=1">"\' hx-get=/'
)
ADDRESSES = [
    "javascript:window.__pwned=1",
    "JaVaScRiPt:window.__pwned=1",
    "\tjava\nscript:window.__pwned=1",
    "\x01javascript:window.__pwned=1",
    "javascript://youtube.com/watch?v=aaaaaaaaaaa%0awindow.__pwned=1",
    "javascript://vimeo.com/12345678%0awindow.__pwned=1",
    "data:text/html,<script>window.__pwned=1</script>",
    "vbscript:x",
    'https://youtu.be/aaaaaaaaaaa" onload="window.__pwned=1',
]
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>window.__pwned=1</script></svg>'
HTML = b"<!doctype html><script>window.__pwned=1</script>"
RUNNING = {"script", "iframe", "object", "embed", "form", "base", "meta", "link", "style"}
ADDRESS = re.compile(
    r"https?://|/(?!/)|#|asset:\d+$|media:[0-9a-f-]{36}(\?play)?$|lineage:[0-9a-f-]{36}$"
)


def block(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value, "id": str(uuid.uuid4())}


PINNED = {
    "uid": str(uuid.UUID(int=7)), "digest": "0" * 64, "title": MARKUP, "kind": "video",
    "duration_ms": 5000, "poster": None, "chapters": [{"at_ms": 0, "title": MARKUP}],
    "captions": [{"language": "en", "label": MARKUP, "path": "x", "sha256": "x"}],
}  # fmt: skip


def hostile(address: str) -> list[dict[str, Any]]:
    """Every block with an address or a plain text, as if no form had stood before it."""
    columns = [{"type": "number", "heading": MARKUP}]
    item = {"type": "item", "id": "1", "value": {"title": MARKUP, "text": ""}}
    return [
        block("table", {"caption": MARKUP, "columns": columns, "rows": [{"values": [MARKUP]}]}),
        block("embed", {"url": address, "title": MARKUP}),
        block("button", {"label": MARKUP, "url": address, "page": None}),
        block("audio", {"title": MARKUP, "video": None, "url": address, "transcript": ""}),
        block(
            "video",
            {"title": MARKUP, "video": None, "url": address, "transcript": MARKUP},
        ),
        block("steps", {"title": MARKUP, "steps": [item]}),
        block("math", {"formula": MARKUP, "description": MARKUP}),
        block("math", {"formula": rf"\text{{{MARKUP}}}", "description": MARKUP}),
        block("gallery", {"images": [], "caption": MARKUP}),
    ]  # fmt: skip


def assert_inert(html: str) -> None:
    """No element that runs, no attribute that does, no address but a web address or our own."""
    for element in lxml.html.fragment_fromstring(html, create_parent=True).iter():
        assert element.tag not in RUNNING, element.tag
        assert element.tag != "svg" or element.get("class", "").startswith("icon")
        for name, value in element.items():
            assert not name.startswith(("on", "hx-", "data-hx-", "style")), name
            if name in {"href", "src", "action", "data-embed", "data-media"}:
                assert ADDRESS.match(value), value


@pytest.mark.parametrize(
    "bad",
    [SCRIPT, MARKUP, '<a href="javascript:x">', '<b hx-get="/">', '<a href="//evil">',
     '<b onclick="x">', '<svg onload="x">', '<p style="x">'],
)  # fmt: skip
def test_the_judge_sees_what_runs(bad: str) -> None:
    """A control for the tests below."""
    with pytest.raises(AssertionError):
        assert_inert(f"<p>x</p>{bad}")


@pytest.mark.parametrize("address", [*ADDRESSES, "//evil.example/"])
def test_B15_no_stored_value_runs_in_a_lesson(address: str) -> None:
    """Seen red with `EmbedValue.link` giving the address as it is, with `_href` of the button doing
    so, and with `|safe` on a cell of numbers."""
    pinned = {"title": "", "url": address, "transcript": MARKUP, "pinned": PINNED}
    played = [block(kind, pinned) for kind in ("video", "audio")]
    html = rendering.render_raw([*hostile(address), *played])

    assert_inert(html)
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("kind", ["embed", "button", "audio", "video"])
def test_B15_a_release_refuses_such_an_address(kind: str, address: str) -> None:
    """Seen red with the validator of LinkBlock taken out; URLField guards the other blocks."""
    (one,) = [item for item in hostile(address) if item["type"] == kind]
    for name in ("title", "label", "transcript"):
        if name in one["value"]:
            one["value"][name] = "x"
    (problem,) = content.problems([LessonSource("1" * 32, "Hostile", [one])])
    assert "address" in str(problem) or "URL" in str(problem)


def typed(words: str, url: str) -> str:
    """What the rich-text field of a browser sends, with a link of the sender's choice."""
    return json.dumps(
        {
            "blocks": [
                {
                    "key": "abcde",
                    "text": words,
                    "type": "unstyled",
                    "depth": 0,
                    "inlineStyleRanges": [],
                    "entityRanges": [{"offset": 0, "length": 4, "key": 0}],
                }
            ],
            "entityMap": {"0": {"type": "LINK", "mutability": "MUTABLE", "data": {"url": url}}},
        }
    )


@pytest.mark.parametrize("address", ADDRESSES)
def test_B15_what_is_sent_for_a_cell_is_text(address: str) -> None:
    """The form's own data, forged. Seen red with Wagtail's check_url answering every address."""
    sent = {
        "body-count": "1",
        "body-0-type": "table",
        "body-0-order": "0",
        "body-0-deleted": "",
        "body-0-id": "",
        "body-0-value-caption": MARKUP,
        "body-0-value-column-count": "2",
        "body-0-value-column-0-type": "text",
        "body-0-value-column-0-order": "0",
        "body-0-value-column-0-heading": MARKUP,
        "body-0-value-column-0-deleted": "",
        "body-0-value-column-1-type": "number",
        "body-0-value-column-1-order": "1",
        "body-0-value-column-1-heading": MARKUP,
        "body-0-value-column-1-deleted": "",
        "body-0-value-row-count": "1",
        "body-0-value-row-0-order": "0",
        "body-0-value-row-0-deleted": "",
        "body-0-value-cell-0-0": typed(f"word {MARKUP}", address),
        "body-0-value-cell-0-1": MARKUP[:100],
    }
    body = LessonBody()
    value = body.clean(body.value_from_datadict(sent, {}, "body"))
    html = rendering.render_raw(body.get_prep_value(value))

    assert_inert(html)
    assert "window.__pwned" in html, "the words themselves stay"


def editor() -> Client:
    client = Client()
    client.force_login(
        User.objects.create_superuser("editor@example.org", "a long password"),
        backend="accounts.backends.SignIn",
    )
    return client


def png_with_markup() -> bytes:
    return get_test_image_file().file.getvalue() + HTML


PICTURES = [("a.svg", SVG), ("a.png", SVG), ("a.png", HTML), ("a.html", HTML), ("a.svg.png", SVG)]
FILES = [("a.svg", SVG), ("a.html", HTML), ("a.htm", HTML), ("a.xhtml", HTML), ("A.SVG", SVG),
         ("a.svgz", SVG), ("a.xml", SVG), ("a.pdf.html", HTML), ("a.js", b"1")]  # fmt: skip


@pytest.mark.parametrize(("name", "data"), PICTURES)
@pytest.mark.parametrize("way", ["one", "many"])
def test_B15_no_svg_and_no_html_becomes_a_picture(way: str, name: str, data: bytes) -> None:
    """Seen red with "svg" in WAGTAILIMAGES_EXTENSIONS."""
    upload(editor(), "images", way, name, data, model=Image)


@pytest.mark.parametrize(("name", "data"), FILES)
@pytest.mark.parametrize("way", ["one", "many"])
def test_B15_no_svg_and_no_html_becomes_a_file(way: str, name: str, data: bytes) -> None:
    """Seen red without WAGTAILDOCS_EXTENSIONS."""
    upload(editor(), "documents", way, name, data, model=Document)


def upload(client: Client, what: str, way: str, name: str, data: bytes, *, model: Any) -> None:
    collection = Collection.get_first_root_node()
    assert collection is not None
    with nothing_changes([Image, Document]):
        if way == "one":
            fields = {"title": "x", "collection": collection.pk}
            fields["file"] = SimpleUploadedFile(name, data, "image/png")
            answer = client.post(f"/admin/{what}/add/", fields)
            assert answer.status_code == 200
        else:
            field = "files[]"
            sent = {field: SimpleUploadedFile(name, data, "image/png"), "title": "x"}
            answer = client.post(
                f"/admin/{what}/multiple/add/", sent, headers={"X-Requested-With": "XMLHttpRequest"}
            )
            assert answer.json()["success"] is False
    assert model.objects.count() == 0


def test_B15_a_good_picture_and_a_good_file_are_taken() -> None:
    """The control: a site that refuses every upload would pass the tests above."""
    client = editor()
    collection = Collection.get_first_root_node()
    assert collection is not None
    for what, file in (
        ("images", SimpleUploadedFile("a.png", png_with_markup(), "image/png")),
        ("documents", SimpleUploadedFile("a.pdf", b"%PDF-1.4", "application/pdf")),
    ):
        fields = {"title": "x", "collection": collection.pk, "file": file}
        assert client.post(f"/admin/{what}/add/", fields).status_code == 302
    assert Image.objects.count() == Document.objects.count() == 1


@pytest.fixture
def served() -> Callable[[str, bytes], dict[str, Any]]:
    """`served(name, data)`: how each door hands out a file that got in by some other way."""

    def hand_out(name: str, data: bytes) -> dict[str, Any]:
        file = Document.objects.create(title="x", file=ContentFile(data, name=name))
        page = make.course_page(f"Course {file.pk}")
        value = {"title": "x", "file": file.pk, "description": ""}
        make.lesson(make.module(page), "Files", body=[block("download", value)])
        course = Course.objects.get(lineage=page.translation_key)
        releases.release(course=course, by=None)
        course.refresh_from_db()
        learner = UserFactory()
        enrolment.enrol(user=learner, course=course)
        student = Client()
        student.force_login(learner, backend="accounts.backends.SignIn")
        return {
            "lesson": student.get(f"/learn/{course.slug}/files/files/{file.pk}/"),
            "documents": editor().get(file.url),
        }

    return hand_out


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.svg", SVG), ("a.html", HTML), ("a.xhtml", HTML), ("a.xml", SVG), ("a", HTML),
     ("a.csv", HTML), ("a.txt", HTML), ("a.zip", HTML)],
)  # fmt: skip
def test_B15_a_file_that_could_run_is_only_ever_downloaded(
    served: Callable[[str, bytes], dict[str, Any]], name: str, data: bytes
) -> None:
    """Seen red with `as_attachment=False` in learning.views.file."""
    for door, answer in served(name, data).items():
        assert answer.status_code == 200, door
        assert answer["Content-Disposition"].startswith("attachment"), door
        assert answer["X-Content-Type-Options"] == "nosniff", door
        assert io.BytesIO(answer.getvalue()).read() == data
        if door == "lesson":
            assert answer["Content-Type"] == "application/octet-stream"
