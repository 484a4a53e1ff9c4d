"""B16: hostile and odd names on a certificate are shown as they are, inside their frame."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from certificates.printing import Design, Signatory, Unprintable, render, unprintable
from certificates.printing.layout import laid_out
from certificates.printing.starters import STARTERS
from core.lettering.letters import MOST_MARKS
from tests.unit.certificates.pages import difference, is_within, text
from tests.unit.certificates.samples import NAMES, design, facts

HOSTILE = [
    "<b>Ada</b> <script>alert(1)</script>",
    "<img src=file:///etc/passwd>",
    "<img src='http://169.254.169.254/latest/meta-data'/>",
    "<a href='http://127.0.0.1/redirect'>Ada</a>",
    "<link rel=attachment href='file:///etc/hostname'>",
    "<para><font color='[[].__class__]'>Ada</font></para>",
    '<font color="pow(9,9)">Ada</font>',
    "{name.__class__.__mro__} {course} %(serial)s",
    "Ada) Tj ET (Q) /Launch \\(x\\)",
    "&lt;Ada&gt; &amp; Ada",
]
ODD = {
    **NAMES,
    "combining": "Z\u0303oe\u0308 Q\u0307",
    "right to left in Latin": "Ada בן־גוריון Lovelace",
}
COVERED = {
    "zero-width": ("A\u200bd\ufeffa\u2060", "Ada"),
    "controls of direction": ("Ada \u202eecalevoL\u202c", "Ada ecalevoL"),
    "NUL and others": ("A\x00d\x07a\x1b[31m", "Ada[31m"),
    "lines": ("Ada\r\nBcc: x\u2028Lovelace", "Ada Bcc: x Lovelace"),
    "decomposed": ("Zoe\u0308", "Zoë"),
}
LONG = {
    "one word": "x" * 10_000,
    "many words": "Ada Lovelace " * 770,
    "no end of capitals": "W" * 10_000,
    "long Arabic": "محمد عبد الرحمن " * 625,
    "long Thai": "สมชาย" * 2_000,
    "long Devanagari": "कृष्णमूर्ति " * 900,
    "a tower of marks": "Ada" + "\u0301\u0323" * 4_998,
}
PAGES = [design(), *STARTERS]

_watched: list[str] | None = None


def _hear(event: str, arguments: Any) -> None:
    if _watched is not None and event.startswith(("socket.", "subprocess.", "os.system", "open")):
        _watched.append(f"{event} {arguments[:1]}")


sys.addaudithook(_hear)


@contextmanager
def watched() -> Iterator[list[str]]:
    """What is opened, run or connected to meanwhile."""
    global _watched
    heard: list[str] = []
    _watched = heard
    try:
        yield heard
    finally:
        _watched = None


def test_the_watch_hears(tmp_path: Any) -> None:
    """Seen to fail with the audit hook left out."""
    with watched() as heard:
        (tmp_path / "x").write_text("x")
    assert len(heard) == 1


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """Fonts and locales are read once for a process."""
    for name in ODD.values():
        for one in PAGES:
            render(one, facts(name), {})


def _is_bare(pdf: bytes) -> bool:
    """No attachments, no actions, no links but to the certificate itself."""
    reader = PdfReader(BytesIO(pdf))
    objects: list[Any] = [reader.get_object(number) for number in range(1, len(reader.xref[0]) + 1)]
    dictionaries = [one for one in objects if isinstance(one, dict)]
    actions = [one["/A"] for one in dictionaries if "/A" in one]
    return (
        not reader.attachments
        and not any({"/EF", "/OpenAction", "/AA", "/JS", "/F"} & set(one) for one in dictionaries)
        and {(one["/S"], one["/URI"]) for one in actions} == {("/URI", facts().verify_url)}
    )


def _together(text: str) -> str:
    """A text without spaces: long words may have been broken."""
    return "".join(text.split())


@pytest.mark.parametrize("name", HOSTILE)
def test_markup_is_text(name: str) -> None:
    """Seen to fail with tags taken out of names, and with an action on opening."""
    with watched() as heard:
        pdf = render(design(), facts(name), {})
    assert heard == []
    assert _together(name) in _together(text(pdf))
    assert _is_bare(pdf)


@pytest.mark.parametrize("name", HOSTILE)
def test_markup_is_text_in_every_other_place(name: str) -> None:
    one = design(
        heading=name, lead=name, statement=f"{name}\n{{course}}", closing=f"x {name}",
        signatories=(Signatory(name, name, 0),),
    )  # fmt: skip
    with watched() as heard:
        pdf = render(one, facts(course=name, issuer=name, score=name, serial=name), {})
    assert heard == []
    assert _is_bare(pdf)


@pytest.mark.parametrize("one", PAGES, ids=lambda one: one.title)
@pytest.mark.parametrize("what", [*ODD, *LONG])
def test_ink_stays_in_the_frame(one: Design, what: str) -> None:
    """Seen to fail without the bound on height, and without the ellipsis."""
    name = {**ODD, **LONG}[what]
    with watched() as heard:
        pdf = render(one, facts(name), {})
    assert heard == []
    assert _is_bare(pdf)
    ink = difference(render(one, facts("I"), {}), pdf)
    assert ink.width > 30
    assert is_within(ink, laid_out(one, facts(name)).name)


@pytest.mark.parametrize("what", ["one word", "many words", "no end of capitals"])
def test_a_name_without_end_is_cut_with_an_ellipsis(what: str) -> None:
    shown = text(render(design(), facts(LONG[what]), {}))
    assert "…" in shown
    assert shown.count("Lovelace") < 40


@pytest.mark.parametrize("what", COVERED)
def test_what_never_shows_is_left_out(what: str) -> None:
    name, shown = COVERED[what]
    pdf = render(design(), facts(name), {})
    assert f"that {shown} has completed" in text(pdf)
    assert pdf == render(design(), facts(shown), {})


def test_towers_of_marks_are_cut() -> None:
    ink = laid_out(design(), facts(LONG["a tower of marks"]))
    (line,) = next(text for text in ink.texts if text.frame == ink.name).lines.lines
    # The first mark composes with its letter.
    assert len(line.text) == len("Ada") + MOST_MARKS


@pytest.mark.parametrize("name", ["Ada 😀", "👩‍🚀", "Ada \U00010380"])
def test_what_no_font_has_is_refused_and_named(name: str) -> None:
    with pytest.raises(Unprintable) as refused:
        render(design(), facts(name), {})
    assert set(refused.value.letters) <= set(name)
    assert refused.value.letters


@pytest.mark.parametrize("name", ["山田太郎", "김철수", "王小明"])
def test_east_asian_names_are_printed_or_refused_but_never_boxes(name: str) -> None:
    if missing := unprintable(name):
        assert set(missing) == set(name)
        with pytest.raises(Unprintable):
            render(design(), facts(name), {})
    else:
        assert name in text(render(design(), facts(name), {}))
