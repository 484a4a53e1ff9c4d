"""Pictures by ImageKit's transformations: the same part, size and format as Wagtail's own."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.template import Context, Template
from lxml import html
from PIL import Image as Pillow

from assets.models import Image
from core.blocks.media import ImageBlock
from core.models import Snapshot
from course_pages import releases, rendering
from course_pages.models import Course
from integrations.imagekit.standin import StandIn
from tests.factories import courses as make
from tests.factories.imagekit import settings_for, standin

__all__ = ["standin"]
pytestmark = pytest.mark.django_db


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args: object) -> None:
        return None


@pytest.fixture
def account(standin: StandIn, settings: Any) -> Iterator[StandIn]:
    """An account whose second origin is this site's public pictures."""
    for name, value in settings_for(standin).items():
        setattr(settings, name, value)
    settings.IMAGEKIT_IMAGES = True
    handler = partial(Quiet, directory=Path(django_settings.MEDIA_ROOT).parent)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    standin.origin = f"http://127.0.0.1:{server.server_address[1]}"
    yield standin
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def picture() -> Any:
    """Four fields of colour, 800 × 600 dots; what is looked at lies below on the right."""
    drawn = Pillow.new("RGB", (800, 600), "red")
    for colour, corner in (("green", (400, 0)), ("blue", (0, 300)), ("white", (400, 300))):
        drawn.paste(Pillow.new("RGB", (400, 300), colour), corner)
    data = BytesIO()
    drawn.save(data, "PNG")
    return Image.objects.create(
        title="Fields",
        file=ContentFile(data.getvalue(), name="fields.png"),
        focal_point_x=790,
        focal_point_y=590,
        focal_point_width=10,
        focal_point_height=10,
    )


@pytest.mark.parametrize(
    ("spec", "kind", "size"),
    [
        ("width-400|format-webp", "image/webp", (400, 300)),
        ("fill-300x300|format-jpeg", "image/jpeg", (300, 300)),
        ("fill-100x100-c100|format-webp", "image/webp", (100, 100)),
        ("max-200x200", "image/png", (200, 150)),
        ("width-2000|format-webp", "image/webp", (800, 600)),
    ],
)
def test_a_size_is_what_wagtail_makes(
    account: StandIn, picture: Image, spec: str, kind: str, size: tuple[int, int]
) -> None:
    """Seen to fail without the part that is cut out first: of a `fill` the middle was shown."""
    made = picture.get_rendition(spec)
    assert made.url.startswith(f"{account.keys.url_endpoint}/media/images/")
    assert "ik-s=" in made.url
    assert "ik-t=" not in made.url, "pages that are kept hold it"
    answer = httpx.get(made.url)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind)
    with Pillow.open(BytesIO(answer.content)) as came, Pillow.open(made.file.path) as ours:
        assert came.size == size == ours.size == (made.width, made.height)
        for spot in ((2, 2), (size[0] - 3, size[1] - 3)):
            here, there = (one.convert("RGB").getpixel(spot) for one in (came, ours))
            assert max(abs(a - b) for a, b in zip(here, there, strict=True)) < 24, spot  # type: ignore[arg-type]


def test_nobody_else_asks_for_a_size(account: StandIn, picture: Image) -> None:
    url = picture.get_rendition("width-400|format-webp").url
    assert httpx.get(url.replace("w-400", "w-401")).status_code == 401
    assert httpx.get(url.partition("&ik-s")[0]).status_code == 401


def sources_in(markup: str) -> list[str]:
    tree = html.fromstring(f"<div>{markup}</div>")
    sets = [one.get("srcset") or "" for one in tree.iter("source", "img")]
    found = [one.strip().split()[0] for text in sets for one in text.split(", ") if one.strip()]
    return found + [one.get("src") for one in tree.iter("img")]


def test_blocks_and_cards_take_their_sizes_from_there(
    account: StandIn, picture: Image, settings: Any
) -> None:
    block = ImageBlock()
    value = block.to_python({"image": picture.pk, "alt": "Fields", "caption": "", "width": "text"})
    cover = Template('{% include "components/cover.html" %}')
    for draw in (
        lambda: str(block.render(value)),
        lambda: cover.render(Context({"image": picture})),
    ):
        there = sources_in(draw())
        assert len(there) > 2
        for url in there:
            assert url.startswith(account.keys.url_endpoint), url
            assert httpx.get(url).status_code == 200
        settings.IMAGEKIT_IMAGES = False
        here = sources_in(draw())
        assert len(here) == len(there)
        assert all(url.startswith("/media/images/") for url in here)
        settings.IMAGEKIT_IMAGES = True


def test_a_lesson_that_was_rendered_before_follows_the_setting(
    account: StandIn, picture: Image, settings: Any
) -> None:
    page = make.course_page("Pictures")
    value = {"image": picture.pk, "alt": "Fields", "caption": "", "width": "text"}
    body = [{"type": "image", "value": value, "id": str(uuid4())}]
    make.lesson(make.module(page), "Shown", body=body)
    course = Course.objects.get(lineage=page.translation_key)
    releases.release(course=course, by=None)
    (stored,) = Snapshot.objects.filter(kind="lesson")
    at_account = sources_in(rendering.body_html(stored.digest))
    assert all(url.startswith(account.keys.url_endpoint) for url in at_account)
    settings.IMAGEKIT_PRIVATE_KEY = "private_other"
    other = sources_in(rendering.body_html(stored.digest))
    assert [url.partition("ik-s=")[0] for url in other] == [
        url.partition("ik-s=")[0] for url in at_account
    ]
    assert not set(other) & set(at_account), "signed with the other key"
    settings.IMAGEKIT_IMAGES = False
    here = sources_in(rendering.body_html(stored.digest))
    assert all(url.startswith("/media/images/") for url in here)


def test_drawings_come_from_here(account: StandIn) -> None:
    data = b'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"/>'
    drawing = Image.objects.create(title="Line", file=ContentFile(data, name="line.svg"))
    assert drawing.get_rendition("width-10").url.startswith("/media/")
