"""B18: XML and code in a course reach no file and no port, and nothing of them runs.

Each docstring names the protection to take out; without it the test fails.
"""

import json
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from course_pages.importing.errors import SourceRefused
from course_pages.importing.xml import read_xml
from course_pages.models import LessonPage
from tests.factories import courses
from tests.factories.archives import olx, tar_of

pytestmark = pytest.mark.django_db

Import = Callable[..., None]


class Canary:
    """A port that counts who knocks."""

    def __init__(self) -> None:
        self.hits = 0
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.listening.settimeout(0.05)
        self.open = True
        self.thread = threading.Thread(target=self._count, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}"

    def _count(self) -> None:
        while self.open:
            try:
                caught, __ = self.listening.accept()
            except TimeoutError:
                continue
            self.hits += 1
            caught.close()

    def close(self) -> None:
        time.sleep(0.1)
        self.open = False
        self.thread.join()
        self.listening.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    made = Canary()
    yield made
    made.close()
    assert made.hits == 0


@pytest.fixture
def run(tmp_path: Path) -> Import:
    courses.catalogue()

    def go(**files: str) -> None:
        archive = tar_of(tmp_path / "course.tar.gz", olx(**files))
        call_command("import_course", str(archive), publish=True, verbosity=0)

    return go


def in_database() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def test_B18_external_entities_and_dtds_are_refused(
    run: Import, canary: Canary, tmp_path: Path
) -> None:
    """Taken out: the refusal of document types, before and after the parser, in `xml.py`."""
    secret = tmp_path / "secret.txt"
    secret.write_text("the-secret")
    before = in_database()
    for declared in (
        f'<!DOCTYPE problem [<!ENTITY x SYSTEM "file://{secret}">]>',
        f'<!DOCTYPE problem [<!ENTITY x SYSTEM "{canary.url}/x">]>',
        f'<!DOCTYPE problem SYSTEM "{canary.url}/evil.dtd" []>',
        f'<!DOCTYPE problem [<!ENTITY % p SYSTEM "{canary.url}/p"> %p; <!ENTITY x "1">]>',
    ):
        with pytest.raises(CommandError):
            run(**{"course/problem/p1.xml": f"{declared}<problem><p>&x;</p></problem>"})
        assert in_database() == before


def test_B18_a_billion_laughs_cost_nothing(run: Import) -> None:
    """Taken out: the refusal of document types, before and after the parser, in `xml.py`."""
    lines = ['<!ENTITY l0 "lol">']
    lines += [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)]
    before = in_database()
    began = time.process_time()
    with pytest.raises(CommandError):
        run(**{"course/problem/p1.xml": f"<!DOCTYPE p [{''.join(lines)}]><problem>&l9;</problem>"})
    assert time.process_time() - began < 5
    assert in_database() == before


def test_B18_an_attribute_of_100_mb_is_not_read(run: Import, tmp_path: Path) -> None:
    """Taken out: `LARGEST` in `xml.py`; an import is also stopped by the archive's limits."""
    before = in_database()
    huge = '<problem display_name="' + "a" * (100 * 1024 * 1024) + '"/>'
    path = tmp_path / "p1.xml"
    path.write_text(huge)
    tracemalloc.start()
    with pytest.raises(SourceRefused):
        read_xml(path)
    assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
    tracemalloc.stop()
    with pytest.raises(CommandError):
        run(**{"course/problem/p1.xml": huge})
    assert in_database() == before


@pytest.mark.parametrize(
    "script",
    [
        '<script type="loncapa/python">{python}</script>'
        '<numericalresponse answer="$x"><formulaequationinput/></numericalresponse>',
        "<customresponse cfn='check'><textline/><answer>{python}</answer></customresponse>",
        '<script type="text/javascript">{javascript}</script>'
        '<stringresponse answer="a"><textline/></stringresponse>',
        '<jsinput gradefn="{javascript}" html_file="{url}/x.html"/>',
    ],
)
def test_B18_code_in_problems_is_text_left_out(
    run: Import, canary: Canary, tmp_path: Path, script: str
) -> None:
    """Each case failed with its own protections taken out.

    The two of `<script>`: `_machine` and `_doubt` in `olx_questions.py`. The one of
    `customresponse`: "answer" in `SECRET`. The one of `jsinput`: its row in `MACHINES`.
    """
    touched = tmp_path / "canary"
    python = (
        f"open('{touched}', 'w'); "
        f"__import__('urllib.request').request.urlopen('{canary.url}'); SENTINEL = 1"
    )
    javascript = f"fetch('{canary.url}'); SENTINEL()"
    code = script.format(python=python, javascript=javascript, url=canary.url)
    run(**{"course/problem/p1.xml": f"<problem><p>How many birds?</p>{code}</problem>"})
    body = list(LessonPage.objects.get(title="Second lesson").body.raw_data)
    quiz: dict[str, Any] = next(block["value"] for block in body if block["type"] == "quiz")
    assert "How many birds?" in quiz["text"]
    assert "SENTINEL" not in json.dumps(body)
    assert all(q["type"] == "unsupported" for q in json.loads(quiz["source"])["questions"])
    assert any("not supported" in str(block) for block in body if block["type"] == "callout")
    assert not touched.exists()
