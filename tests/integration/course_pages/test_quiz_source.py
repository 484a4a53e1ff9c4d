"""The parsed questions of an import travel with the page and show nowhere."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from course_pages import rendering
from course_pages.content import BODY

QUIZ: Any = BODY.child_blocks["quiz"]
SOURCE = json.dumps({"v": 1, "format": "olx", "questions": [{"answers": [{"text": "SECRET"}]}]})
VALUE = {"title": "Ask", "text": "<p>Why?</p>", "source": SOURCE}


def test_neither_pages_nor_search_hold_the_answers() -> None:
    raw = [{"type": "quiz", "value": VALUE, "id": "00000000-0000-4000-8000-000000000001"}]
    html = rendering.render_raw(raw)
    assert "Why?" in html
    assert "SECRET" not in html
    searched = QUIZ.get_searchable_content(QUIZ.to_python(VALUE))
    assert any("Why?" in words for words in searched)
    assert "SECRET" not in str(searched)


def test_the_form_carries_the_source_along_unseen() -> None:
    field = QUIZ.child_blocks["source"].field
    assert field.widget.is_hidden
    sent = {"q-title": "Ask", "q-text": "null", "q-source": SOURCE}
    assert QUIZ.child_blocks["source"].value_from_datadict(sent, {}, "q-source") == SOURCE
    assert QUIZ.child_blocks["source"].clean(SOURCE) == SOURCE


def test_a_block_from_before_the_field_has_none() -> None:
    assert QUIZ.to_python({"title": "Ask", "text": ""})["source"] == ""


@pytest.mark.parametrize("text", ["{", "[1]", "[" * 100_000, "null"])
def test_only_a_json_object_is_taken(text: str) -> None:
    with pytest.raises(ValidationError):
        QUIZ.child_blocks["source"].clean(text)
