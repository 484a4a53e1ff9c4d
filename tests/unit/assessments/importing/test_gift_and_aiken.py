"""GIFT and Aiken: every kind of question, and what is reported in place of a guess."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.importing import load
from assessments.importing.made import Questions, adds_up
from assessments.questions.data import items
from course_pages.importing.errors import ImportRefused

DATA = os.environ.get("LECTERN_SHARED_DATA")
Read = Callable[..., Questions]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """`read(text)` is what the reader makes of a file with that text."""

    def go(text: str | bytes, name: str = "questions.gift") -> Questions:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        with load(path) as made:
            assert adds_up(made)
            return made

    return go


def one(made: Questions) -> tuple[str, dict[str, Any]]:
    (block,) = made.blocks
    return block["type"], block["value"]


def stem(value: dict[str, Any]) -> str:
    return "".join(part["value"] for part in value["stem"])


def values(listed: Any) -> list[Any]:
    return [value for __, value in items(listed)]


def reasons(made: Questions) -> list[str]:
    return [f"{f.kind}: {f.reason}" for f in made.account.findings if f.reason]


def test_one_of_several_with_feedback_and_weights(read: Read) -> None:
    kind, value = one(read("::Q::2+2?{=4#Yes ~3#No ~%50%5 ~%-25%6 ####Arithmetic}"))
    assert kind == "single"
    assert stem(value) == "<p>2+2?</p>"
    assert value["feedback"] == "<p>Arithmetic</p>"
    choices = values(value["choices"])
    assert [c["text"] for c in choices] == ["<p>4</p>", "<p>3</p>", "<p>5</p>", "<p>6</p>"]
    assert [c["correct"] for c in choices] == [True, False, False, False]
    assert [c["worth"] for c in choices] == ["", "", "50", "-25"]
    assert [c["feedback"] for c in choices] == ["<p>Yes</p>", "<p>No</p>", "", ""]


def test_several_of_several_by_their_weights(read: Read) -> None:
    kind, value = one(read("Which?{~%50%A ~%50%B ~%-100%C ~D}"))
    assert (kind, value["scoring"]) == ("multiple", "worth")
    choices = values(value["choices"])
    assert [c["correct"] for c in choices] == [True, True, False, False]
    assert [c["worth"] for c in choices] == ["50", "50", "-100", "0"]


@pytest.mark.parametrize(("word", "answer"), [("T", "true"), ("FALSE", "false"), ("f", "false")])
def test_true_or_false(read: Read, word: str, answer: str) -> None:
    kind, value = one(read(f"It rains.{{{word}#Wrong!#Right!}}"))
    assert (kind, value["answer"]) == ("truefalse", answer)
    wrong = "feedback_false" if answer == "true" else "feedback_true"
    assert value[wrong] == "<p>Wrong!</p>"


def test_short_answers_and_any_text(read: Read) -> None:
    kind, value = one(read("Animal?{=Frog#Good =%50%cat =%0%*#No}"))
    assert (kind, value["pattern"], value["case"]) == ("short", True, False)
    assert [(a["text"], a["worth"]) for a in values(value["answers"])] == [
        ("Frog", ""), ("cat", "50"), ("*", "0"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{#3}", [("3", "", "")]),
        ("{#3:0.5}", [("3", "0.5", "")]),
        ("{#1..5}", [("3", "2", "")]),
        ("{#=3:0 =%50%3:2#Nearly}", [("3", "0", ""), ("3", "2", "50")]),
        ("{#-1.5..-0.5}", [("-1", "0.5", "")]),
    ],
)
def test_numbers(read: Read, source: str, expected: list[tuple[str, str, str]]) -> None:
    kind, value = one(read(f"How many?{source}"))
    assert kind == "number"
    found = [(a["value"], a["tolerance"], a["worth"]) for a in values(value["answers"])]
    assert found == expected


def test_pairs_and_wrong_partners(read: Read) -> None:
    kind, value = one(read("Match.{=Italy -> Rome =France -> Paris = -> Berlin}"))
    assert kind == "match"
    assert values(value["pairs"]) == [
        {"left": "Italy", "right": "Rome"}, {"left": "France", "right": "Paris"},
    ]  # fmt: skip
    assert values(value["extras"]) == ["Berlin"]


def test_a_missing_word_is_a_gap_or_a_blank(read: Read) -> None:
    kind, value = one(read("Two plus {=two =2} equals four."))
    assert (kind, value["text"]) == ("blanks", "Two plus [two|2] equals four.")
    kind, value = one(read("Grant is {~buried =entombed} there."))
    assert (kind, stem(value)) == ("single", "<p>Grant is _____ there.</p>")


def test_essay_and_description(read: Read) -> None:
    made = read("Write.{}\n\nJust read this.")
    assert one(made)[0] == "long"
    assert reasons(made) == ["reported: a description: it asks nothing"]


def test_escapes_comments_categories_and_tags(read: Read) -> None:
    source = (
        "// a comment\n$CATEGORY: $course$/top/Maths/Sums\n\n"
        "// [id:7] [tag:easy]\n::A\\: name::What is \\{1\\} \\~ \\= \\# \\:?{=a \\= b ~c\\#d}\n"
    )
    made = read(source)
    __, value = one(made)
    assert stem(value) == "<p>What is {1} ~ = # :?</p>"
    assert [c["text"] for c in values(value["choices"])] == ["<p>a = b</p>", "<p>c#d</p>"]
    assert value["tags"] == "Sums, easy"
    assert made.account.findings[0].name == "A: name"
    assert made.account.findings[0].place == "line 5"


def test_formats_of_text(read: Read) -> None:
    made = read(
        "[html]<b>Bold</b>{T}\n\n[markdown]**Bold**{T}\n\n[plain]<b>Plain</b>{T}\n\n"
        "Which tag is bold, <b> or <i>?{T}\n\nA <b>bold</b> word{T}\n\n[moodle]one\ntwo\\nthree{T}"
    )
    assert [stem(block["value"]) for block in made.blocks] == [
        "<p><b>Bold</b></p>",
        "<p><b>Bold</b></p>",
        "<p>&lt;b&gt;Plain&lt;/b&gt;</p>",
        "<p>Which tag is bold, &lt;b&gt; or &lt;i&gt;?</p>",
        "<p>A <b>bold</b> word</p>",
        "<p>one two<br>three</p>",
    ]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("Which?{=% % ~{{ }}}", "braces"),
        ("Which?{~a ~b}", "none of its choices is right"),
        ("Which?{=#fff ~#000}", "no words"),
        ("Number?{#many}", "is no number"),
        ("Pairs?{=a -> b =c}", "has no"),
        ("One{=a -> b}", "minimum number of items is 2"),
        ("Which?{~%900%a ~b}", "between -100 and 100"),
        ("{=a ~b}", "It has no words."),
    ],
)
def test_what_cannot_be_asked_says_where_and_why(read: Read, source: str, reason: str) -> None:
    made = read("Fine?{T}\n\n" + source)
    assert len(made.blocks) == 1
    (finding,) = [f for f in made.account.findings if f.kind == "reported"]
    assert reason in finding.reason
    assert finding.place == "line 3"


SIGNS = ["{", "}", "=", "~", "#", "%50%", "->", "\\", "::", "[html]", "3", ":", "..", "T", "a b",
         "\n", "\n\n", "####", "//", "$CATEGORY: x", "*", "|", "[", "]", "ANSWER: A",
         "A. "]  # fmt: skip


@given(st.lists(st.sampled_from(SIGNS), max_size=25).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "q.txt")
        path.write_text(text)
        try:
            with load(path) as made:
                assert adds_up(made)
        except ImportRefused:
            pass


def test_hostile_words_come_in_clean(read: Read) -> None:
    made = read(
        "[html]<p onclick\\=alert(1)>Hi<script>alert(1)</script><a href\\=javascript\\:x>go</a>"
        "<img src\\=x onerror\\=alert(1)></p>{=[html]<svg onload\\=x>a</svg>#"
        "[html]<b onmouseover\\=x>f</b> ~b}"
    )
    text = str(made.blocks)
    for bad in ("<script", " onclick=", " onerror=", " onload=", " onmouseover=", "javascript:"):
        assert bad not in text


def test_aiken(read: Read) -> None:
    source = (
        "Who\nwas it?\nA) Ann\nB. Ben\nANSWER: B\n\nNo answer\nA. x\nB. y\n\n"
        "Wrong\nA. x\nB. y\nANSWER: D"
    )
    made = read(source, "q.txt")
    kind, value = one(made)
    assert kind == "single"
    assert stem(value) == "<p>Who<br>was it?</p>"
    assert [c["correct"] for c in values(value["choices"])] == [False, True]
    assert reasons(made) == [
        "reported: it names no choice as its answer",
        "reported: its answer D is none of its choices",
    ]


@pytest.mark.parametrize("content", [b"", b"nothing here", b"\x00\x01\x02", b"\xff\xfe\x00"])
def test_what_holds_no_questions_is_refused(read: Read, content: bytes) -> None:
    with pytest.raises(ImportRefused):
        read(content, "q.txt")


def test_too_many_questions_are_refused(read: Read) -> None:
    with pytest.raises(ImportRefused, match="2000"):
        read("x{T}\n\n" * 2001)


def _count(path: Path) -> int:
    """Questions in a file, counted by its blank lines alone."""
    text = path.read_text("utf-8-sig")
    if "aiken" in path.name:
        return text.count("ANSWER:")
    blocks = [b for b in text.split("\n\n") if b.strip()]
    lines = [[ln for ln in b.splitlines() if ln.strip() and ln.strip()[:2] != "//"] for b in blocks]
    return sum(bool(one) and not one[0].startswith("$CATEGORY") for one in lines)


@pytest.mark.skipif(not DATA, reason="LECTERN_SHARED_DATA is not set")
@pytest.mark.parametrize(
    "path",
    [p for one in ("gift", "aiken") for p in sorted(Path(DATA, one).iterdir())] if DATA else [],
    ids=lambda path: path.name,
)
def test_real_files_add_up(path: Path) -> None:
    with load(path) as made:
        assert adds_up(made)
        assert made.account.found.total() == _count(path)
        assert len(made.blocks) >= 0.75 * made.account.found.total()
        assert all(f.place for f in made.account.findings)
