"""Designs as data, and their texts with placeholders."""

import pytest

from certificates.printing.design import (
    PLACEHOLDERS,
    Design,
    Signatory,
    filled,
    unknown_placeholders,
)
from certificates.printing.facts import Facts
from certificates.printing.starters import STARTERS
from core.snapshots import canonical

from .samples import design, facts


@pytest.mark.parametrize("one", [*STARTERS, design()], ids=lambda one: one.title)
def test_a_design_comes_back_from_its_json(one: Design) -> None:
    assert canonical(one.as_json())
    assert Design.of(one.as_json()) == one


def test_a_design_tells_its_pictures() -> None:
    signatories = (Signatory("a", "b", 7), Signatory("c", "d", 0))
    assert design(background=3, signatories=signatories).images == {3, 7}


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("{name} has completed {course}", []),
        ("{nme} and {nme} and {score}", ["{nme}"]),
        ("{name.__class__} {0} {}", ["{name.__class__}", "{0}", "{}"]),
        ("{course!r} {date:>10}", ["{course!r}", "{date:>10}"]),
        ("a } b { c", ["}", "{"]),
        ("{{name}}", ["{", "}"]),
        ("{na me}", ["{", "}"]),
    ],
)
def test_unknown_placeholders_are_told(text: str, unknown: list[str]) -> None:
    assert unknown_placeholders(text) == unknown


def test_values_are_not_looked_into() -> None:
    values = {"name": "{course} {name.__class__}", "course": "Logic"}
    assert filled("{name}: {course}", values) == "{course} {name.__class__}: Logic"


def test_a_line_without_its_value_is_left_out() -> None:
    assert (
        filled("Well done\nwith {score}\n{name}", {"score": "", "name": "Ada"}) == "Well done\nAda"
    )


def test_every_placeholder_has_a_value() -> None:
    assert facts().values().keys() == PLACEHOLDERS.keys()


@pytest.mark.parametrize(
    ("language", "day"),
    [
        ("en", "November 28, 2026"),
        ("en-gb", "28 November 2026"),
        ("de", "28. November 2026"),
        ("pt-br", "28 de novembro de 2026"),
        ("zz", "November 28, 2026"),
    ],
)
def test_days_are_written_as_the_language_does(language: str, day: str) -> None:
    one: Facts = facts(language=language)
    assert one.values()["date"] == day


def test_starters_use_placeholders_that_exist() -> None:
    texts = [
        text for one in STARTERS for text in (one.heading, one.lead, one.statement, one.closing)
    ]
    assert [unknown_placeholders(text) for text in texts] == [[]] * len(texts)
