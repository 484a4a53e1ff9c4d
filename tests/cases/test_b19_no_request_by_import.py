"""B19: no address in a course causes a request; players come only from the allow list."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command

from course_pages.importing import sanitise
from course_pages.importing.targets import Target, TargetKind
from course_pages.models import LessonPage
from tests.cases.test_b18_hostile_course_xml import Canary, canary
from tests.factories import courses
from tests.factories.archives import cartridge, markdown, olx, page, tar_of, zip_of

__all__ = ["canary"]


@pytest.fixture
def no_connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """Every connection and every question for a name, kept and refused; there may be none."""
    tried: list[object] = []
    # The site's own cache may be asked.
    cache = urlsplit(os.environ.get("REDIS_URL", "")).port
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def judge(address: Any) -> None:
        if not (isinstance(address, tuple) and cache and address[1] == cache):
            tried.append(address)
            raise OSError("no connections here")

    def guarded(self: socket.socket, address: Any) -> None:
        judge(address)
        connect(self, address)

    def asked(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        judge((host, port))
        return look_up(host, port, *more, **named)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket, "getaddrinfo", asked)
    yield tried
    assert tried == []


class Web:
    """Every address is one on the web."""

    def link(self, url: str) -> Target:
        return Target(TargetKind.WEB, url)

    image = file = link


@pytest.mark.django_db
def test_B19_an_import_asks_no_address(
    tmp_path: Path, canary: Canary, no_connection: list[object]
) -> None:
    """There is nothing to take out: with a `urlopen(url)` put into `_picture` it failed."""
    courses.catalogue()
    at = canary.url
    html = (
        f'<p>Hello <a href="{at}/a">a</a></p><img src="{at}/i.png" alt="i">'
        f'<iframe src="{at}/f" title="f"></iframe><video src="{at}/v.mp4"></video>'
        f'<audio src="{at}/s.mp3"></audio><object data="{at}/o"></object>'
        f'<embed src="{at}/e"><link rel="stylesheet" href="{at}/l.css">'
        f'<script src="{at}/s.js"></script><base href="{at}/">'
        f'<svg><image href="{at}/x.svg"/></svg><div style="background:url({at}/b)">z</div>'
    )
    archive = tar_of(
        tmp_path / "course.tar.gz",
        olx(
            **{
                "course/html/h1.html": html,
                "course/vertical/v2.xml": (
                    f'<vertical display_name="Second lesson"><video><source src="{at}/v.mp4"/>'
                    f'<track src="{at}/t.srt"/><handout src="{at}/h.pdf"/></video>'
                    f'<lti_consumer launch_url="{at}/lti"/></vertical>'
                ),
            }
        ),
    )
    call_command("import_course", str(archive), publish=True, verbosity=0)
    types = {block["type"] for lesson in LessonPage.objects.all() for block in lesson.body.raw_data}
    assert "embed" not in types
    assert {"text", "video", "audio"} <= types


@pytest.mark.django_db
def test_B19_cartridges_and_markdown_ask_no_address(
    tmp_path: Path, canary: Canary, no_connection: list[object]
) -> None:
    """There is nothing to take out: with a `urlopen(url)` put into `_picture` it failed."""
    courses.catalogue()
    at = canary.url
    link = (
        '<webLink xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imswl_v1p1">'
        f'<title>Away</title><url href="{at}/w"/></webLink>'
    )
    html = f'<p>Words</p><img src="{at}/i.png" alt="i"><iframe src="{at}/f" title="f"></iframe>'
    packed = cartridge(
        '<item identifier="x3" identifierref="w1"><title>Away</title></item>',
        '<resource identifier="w1" type="imswl_xmlv1p1"><file href="w1.xml"/></resource>',
        **{"w1.xml": link, "wiki_content/one.html": page("One", html)},
    )
    words = (
        f"# Rye\n\nWords ![i]({at}/i.png) [a]({at}/a) <{at}/b>\n\n"
        f'<iframe src="{at}/f"></iframe>\n\n<video src="{at}/v.mp4"></video>\n'
    )
    written = markdown(**{"bread/01-flour/rye.md": words})
    for archive in (
        zip_of(tmp_path / "c.imscc", packed),
        tar_of(tmp_path / "m.tar.gz", written),
    ):
        call_command("import_course", str(archive), publish=True, verbosity=0)
    bodies = " ".join(str(lesson.body.raw_data) for lesson in LessonPage.objects.all())
    assert f"{at}/w" in bodies
    assert f"{at}/a" in bodies
    assert "'embed'" not in bodies


@pytest.mark.parametrize(
    ("url", "embedded"),
    [
        ("https://www.youtube.com/embed/dQw4w9WgXcQ", True),
        ("https://evil.example/embed/dQw4w9WgXcQ", False),
        ("https://www.youtube.com.evil.example/embed/dQw4w9WgXcQ", False),
        ("https://www.youtube.com@evil.example/embed/dQw4w9WgXcQ", False),
        ("javascript:alert(1)//www.youtube.com/embed/dQw4w9WgXcQ", False),
        ("http://127.0.0.1/embed/1", False),
    ],
)
def test_B19_only_players_of_the_allow_list_are_embedded(url: str, embedded: bool) -> None:
    """Taken out: the question to `player_url` in the walk over frames (always embedded)."""
    found = sanitise.to_blocks(f'<iframe src="{url}" title="A frame"></iframe>', Web())
    assert ("embed" in {block.type for block in found.blocks}) is embedded
