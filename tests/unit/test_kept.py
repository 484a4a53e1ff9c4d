"""`{% kept %}`: what is rendered once is rendered again for anything that shows differently."""

from pathlib import Path

from django.utils import translation
from django.utils.autoreload import file_changed
from django.utils.safestring import SafeString

from core.templatetags import ui


def test_text_to_be_escaped_is_not_taken_for_markup_that_is_safe() -> None:
    text = "<b>Bold</b>"
    for _ in range(2):
        safe = ui.kept("components/badge.html", label=SafeString(text))
        plain = ui.kept("components/badge.html", label=text)
        assert "<b>Bold</b>" in safe
        assert "&lt;b&gt;Bold&lt;/b&gt;" in plain


def test_a_component_is_rendered_once_for_the_same_values_and_language() -> None:
    first = ui.kept("components/badge.html", label="Once")
    assert ui.kept("components/badge.html", label="Once") is first
    assert ui.kept("components/badge.html", label="Twice") is not first
    with translation.override("de"):
        assert ui.kept("components/badge.html", label="Once") is not first


def test_an_edited_template_is_rendered_again() -> None:
    first = ui.kept("components/badge.html", label="Edited")
    file_changed.send(sender=None, file_path=Path("templates/components/badge.html"))
    assert ui.kept("components/badge.html", label="Edited") is not first
