"""Snapshots are for ever: every block type of every version still renders.

`tests/corpus/` only grows. A file there stands for content that learners earned something on; it is
never edited, and DIGESTS proves it.
"""

import hashlib
import json
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from wagtail.images.tests.utils import get_test_image_file

from assets.models import Document, Image
from course_pages import rendering
from course_pages.content import BODY

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
FILES = sorted(CORPUS.glob("lesson-v*/*.json"))
TARGET = "11111111-1111-4111-8111-111111111111"


def test_nothing_in_the_corpus_was_changed() -> None:
    lines = (CORPUS / "DIGESTS").read_text().splitlines()
    listed = {name: digest for digest, name in (line.split("  ") for line in lines)}
    found = {
        f"{file.parent.name}/{file.name}": hashlib.sha256(file.read_bytes()).hexdigest()
        for file in FILES
    }
    assert found == listed


def test_the_corpus_has_every_block_type_there_is() -> None:
    assert set(BODY.child_blocks) | set(rendering.RETIRED) <= {file.stem for file in FILES}


@pytest.mark.django_db
@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_stored_block_still_renders(file: Path) -> None:
    Image.objects.create(pk=1, title="Bars", file=get_test_image_file(size=(1200, 800)))
    for pk, name in ((1, "sheet.csv"), (2, "film.vtt")):
        Document.objects.create(pk=pk, title=name, file=ContentFile(b"content", name=name))
    stored = json.loads(file.read_text())
    html = rendering.resolve(
        rendering.render_raw(stored["body"]),
        quiz_url=lambda lineage: f"/quiz/{lineage}/",
        lesson_url=lambda lineage: "/there/" if lineage == TARGET else None,
        file_url=lambda document: f"/files/{document}/",
        media_url=lambda uid: f"/media/{uid}/",
    )
    for expected in stored["expect"]:
        assert expected in html
    assert "None" not in html
    assert "lineage:" not in html
    assert "asset:" not in html
    assert '"media:' not in html


@pytest.mark.django_db
@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_stored_block_renders_without_its_files(file: Path) -> None:
    """Files that a snapshot needs stay; should one be lost, the words are still readable."""
    stored = json.loads(file.read_text())
    assert "None" not in rendering.render_raw(stored["body"])
