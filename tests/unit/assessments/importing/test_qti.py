"""QTI 1.2 and 2.x: what their XML says, whole packages, and hostile files."""

import os
import re
import tempfile
import zipfile
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
from tests.factories.archives import zip_of

DATA = os.environ.get("LECTERN_SHARED_DATA")
Read = Callable[..., Questions]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def go(source: str | dict[str, bytes], name: str = "") -> Questions:
        if isinstance(source, str):
            path = tmp_path / (name or "items.xml")
            path.write_text(source)
        else:
            path = zip_of(tmp_path / (name or "items.zip"), source)
        with load(path) as made:
            assert adds_up(made)
            return made

    return go


def item(body: str, rules: str, kind: str = "", points: str = "", extra: str = "") -> str:
    """A QTI 1.2 file with one item."""
    fields = {"question_type": kind, "points_possible": points}
    meta = "".join(
        f"<qtimetadatafield><fieldlabel>{k}</fieldlabel><fieldentry>{v}</fieldentry>"
        "</qtimetadatafield>"
        for k, v in fields.items()
        if v
    )
    return (
        '<questestinterop><item title="T" ident="i"><itemmetadata><qtimetadata>'
        f"{meta}</qtimetadata></itemmetadata><presentation>"
        f"<material><mattext>What?</mattext></material>{body}</presentation>"
        f'<resprocessing><outcomes><decvar varname="SCORE" minvalue="0" maxvalue="100"/></outcomes>'
        f"{rules}</resprocessing>{extra}</item></questestinterop>"
    )


def lid(ident: str, labels: str, many: str = "Single", title: str = "") -> str:
    made = "".join(
        f'<response_label ident="{one}"><material><mattext>{one}</mattext></material>'
        "</response_label>"
        for one in labels
    )
    own = f"<material><mattext>{title}</mattext></material>" if title else ""
    return (
        f'<response_lid ident="{ident}" rcardinality="{many}">{own}'
        f"<render_choice>{made}</render_choice></response_lid>"
    )


def rule(test: str, points: str, action: str = "Set") -> str:
    return (
        f"<respcondition><conditionvar>{test}</conditionvar>"
        f'<setvar varname="SCORE" action="{action}">{points}</setvar></respcondition>'
    )


def equal(ident: str, value: str) -> str:
    return f'<varequal respident="{ident}">{value}</varequal>'


def string(fibtype: str = "String") -> str:
    return f'<response_str ident="r"><render_fib fibtype="{fibtype}"/></response_str>'


def one(made: Questions) -> tuple[str, dict[str, Any]]:
    (block,) = made.blocks
    return block["type"], block["value"]


def values(listed: Any) -> list[Any]:
    return [value for __, value in items(listed)]


def test_one_of_several_with_points_for_more_than_one(read: Read) -> None:
    rules = rule(equal("r", "A"), "10") + rule(equal("r", "B"), "5")
    kind, value = one(read(item(lid("r", "ABC"), rules, points="4.0")))
    assert (kind, value["points"]) == ("single", "4")
    found = [(c["correct"], c["worth"]) for c in values(value["choices"])]
    assert found == [(True, ""), (False, "50"), (False, "")]


def test_all_or_nothing(read: Read) -> None:
    test = f"<and>{equal('r', 'A')}{equal('r', 'C')}<not>{equal('r', 'B')}</not></and>"
    kind, value = one(read(item(lid("r", "ABC", "Multiple"), rule(test, "100"))))
    assert (kind, value["scoring"]) == ("multiple", "all")
    assert [c["correct"] for c in values(value["choices"])] == [True, False, True]


def test_a_sum_of_gains_and_losses(read: Read) -> None:
    rules = "".join(
        rule(equal("r", ident), points, "Add")
        for ident, points in (("A", "50"), ("B", "-20"), ("C", "50"))
    )
    kind, value = one(read(item(lid("r", "ABC", "Multiple"), rules)))
    assert (kind, value["scoring"]) == ("multiple", "worth")
    assert [c["worth"] for c in values(value["choices"])] == ["50", "-20", "50"]


def test_points_that_cannot_be_given_so_are_reported(read: Read) -> None:
    rules = rule(equal("r", "A"), "100", "Add") + rule(equal("r", "B"), "100", "Add")
    made = read(item(lid("r", "ABC", "Multiple"), rules))
    assert made.blocks == []
    assert "cannot be given" in made.account.findings[0].reason


def test_pairs(read: Read) -> None:
    body = lid("x", "ABC", title="One") + lid("y", "ABC", title="Two")
    rules = rule(equal("x", "A"), "50", "Add") + rule(equal("y", "B"), "50", "Add")
    kind, value = one(read(item(body, rules, "matching_question")))
    assert (kind, value["scoring"]) == ("match", "partial")
    assert values(value["pairs"]) == [
        {"left": "One", "right": "A"}, {"left": "Two", "right": "B"},
    ]  # fmt: skip
    assert values(value["extras"]) == ["C"]


def test_order(read: Read) -> None:
    test = equal("r", "B") + equal("r", "A") + equal("r", "C")
    kind, value = one(read(item(lid("r", "ABC", "Ordered"), rule(test, "1"))))
    assert kind == "order"
    assert [one["text"] for one in values(value["items"])] == ["B", "A", "C"]


def test_words_and_numbers(read: Read) -> None:
    kind, value = one(read(item(string(), rule(equal("r", "Bee"), "100"), "short_answer_question")))
    assert (kind, [a["text"] for a in values(value["answers"])]) == ("short", ["Bee"])
    bounds = '<vargte respident="r">1</vargte><varlte respident="r">4</varlte>'
    kind, value = one(read(item(string("Decimal"), rule(bounds, "100"))))
    assert kind == "number"
    assert [(a["value"], a["tolerance"]) for a in values(value["answers"])] == [("2.5", "1.5")]


def test_a_field_that_nothing_is_compared_with_is_an_essay(read: Read) -> None:
    assert one(read(item(string(), "")))[0] == "long"
    assert one(read(item(string(), "", "essay_question")))[0] == "long"


@pytest.mark.parametrize(
    ("body", "rules", "kind", "reason"),
    [
        ("", "", "file_upload_question", "an upload"),
        (string("Decimal"), "", "calculated_question", "random numbers"),
        (lid("r", "AB"), "", "", "none of its choices is right"),
        (lid("r", "A" * 50), rule(equal("r", "A"), "1"), "", "Choices"),
        (lid("r", "AB"), rule("<durequal>1</durequal>", "1"), "", "durequal"),
        (lid("r", "AB"), rule(equal("r", "A"), "x"), "", "no number"),
        (lid("r", "AB"), rule(equal("r", "A"), "1", "Divide"), "", "computes"),
        (lid("r", "AB"), rule(equal("r", "A"), "1") * 301, "", "more parts"),
    ],
)
def test_what_cannot_be_asked_says_why(
    read: Read, body: str, rules: str, kind: str, reason: str
) -> None:
    made = read(item(body, rules, kind))
    assert made.blocks == []
    assert reason in made.account.findings[0].reason


def test_gaps_and_an_answer_that_is_none_of_their_words(read: Read) -> None:
    body = lid("response_x", "AB")
    source = item(body, rule(equal("response_x", "A"), "100"), "fill_in_multiple_blanks_question")
    kind, value = one(read(source.replace("What?", "Say [x] now")))
    assert (kind, value["text"]) == ("blanks", "Say [A|B] now")
    made = read(source.replace("What?", "Say [x] now").replace(">A</varequal>", ">Z</varequal>"))
    assert "names no answer" in made.account.findings[0].reason


MENUS = "multiple_dropdowns_question"
PIECES = [
    item(lid("r", "ABC", "Multiple"), rule(equal("r", "A"), "50", "Add")),
    item(lid("x", "AB", title="1") + lid("y", "AB", title="2"), rule(equal("x", "A"), "50", "Add")),
    item(string("Decimal"), rule('<vargt respident="r">1</vargt>', "100")),
    item(
        lid("response_x", "AB"), rule(equal("response_x", "A"), "1"), "multiple_dropdowns_question"
    ),
]
WORDS = [
    "Multiple",
    "Ordered",
    "Set",
    "Add",
    "A",
    "Z",
    "r",
    "x",
    "100",
    "-1",
    "1/0",
    "nan",
    "9" * 60,
]


@given(
    source=st.sampled_from(PIECES),
    changes=st.lists(st.tuples(st.integers(0, 200), st.sampled_from(WORDS)), max_size=5),
)
def test_a_changed_item_is_read_or_reported(source: str, changes: list[tuple[int, str]]) -> None:
    spots = list(re.finditer(r'(?<=>)[^<>]+(?=<)|(?<=")[^"<>]*(?=")', source))
    for number, word in changes:
        spot = spots[number % len(spots)][0]
        source = source.replace(spot, word, 1) if spot else source
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "items.xml")
        path.write_text(source)
        try:
            with load(path) as made:
                assert adds_up(made)
        except ImportRefused:
            pass


def test_deep_conditions_end_nothing(read: Read) -> None:
    test = "<and>" * 200 + equal("r", "A") + "</and>" * 200
    made = read(item(lid("r", "AB"), rule(test, "1")))
    assert made.account.found.total() == 1


ITEM = """<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="{name}"
 title="{name}" adaptive="false" timeDependent="false">
<responseDeclaration identifier="R" cardinality="{many}" baseType="{base}">
<correctResponse>{right}</correctResponse>{mapping}</responseDeclaration>
<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>
<itemBody>{body}</itemBody>{processing}</assessmentItem>"""
CHOICES = (
    '<choiceInteraction responseIdentifier="R" maxChoices="{most}"><prompt>Which?</prompt>'
    + "".join(f'<simpleChoice identifier="{one}">{one}</simpleChoice>' for one in "ABC")
    + "</choiceInteraction>"
)
MATCH = '<responseProcessing template="http://x/rptemplates/match_correct"/>'
MAP = '<responseProcessing template="http://x/rptemplates/map_response.xml"/>'


def item2(body: str, right: str, many: str = "single", base: str = "identifier",
          mapping: str = "", processing: str = MATCH, name: str = "one") -> str:  # fmt: skip
    values = "".join(f"<value>{one}</value>" for one in right.split(";") if one)
    return ITEM.format(
        name=name, many=many, base=base, right=values, mapping=mapping, body=body,
        processing=processing,
    )  # fmt: skip


def test_qti2_choices(read: Read) -> None:
    kind, value = one(read(item2(CHOICES.format(most=1), "B")))
    assert (kind, [c["correct"] for c in values(value["choices"])]) == (
        "single",
        [False, True, False],
    )
    kind, value = one(read(item2(CHOICES.format(most=0), "A;B", "multiple")))
    assert (kind, value["scoring"]) == ("multiple", "all")
    mapping = (
        '<mapping lowerBound="0" upperBound="2" defaultValue="-1"><mapEntry mapKey="A" '
        'mappedValue="1"/><mapEntry mapKey="B" mappedValue="1"/></mapping>'
    )
    made = read(item2(CHOICES.format(most=0), "A;B", "multiple", mapping=mapping, processing=MAP))
    kind, value = one(made)
    assert [c["worth"] for c in values(value["choices"])] == ["50", "50", "-50"]


def test_qti2_words_numbers_gaps_and_order(read: Read) -> None:
    field = '<p>Say <textEntryInteraction responseIdentifier="R"/> now</p>'
    kind, value = one(read(item2(field, "Yes", base="string")))
    assert (kind, value["case"], value["answers"][0]["value"]["text"]) == ("short", True, "Yes")
    assert "_____" in str(value["stem"])
    equal_ = (
        "<responseProcessing><responseCondition><responseIf><equal toleranceMode='absolute' "
        "tolerance='0.5 0.5'><variable identifier='R'/><correct identifier='R'/></equal>"
        "<setOutcomeValue identifier='SCORE'><baseValue baseType='float'>1</baseValue>"
        "</setOutcomeValue></responseIf></responseCondition></responseProcessing>"
    )
    kind, value = one(read(item2(field, "3", base="float", processing=equal_)))
    assert (kind, value["answers"][0]["value"]["tolerance"]) == ("number", "0.5")
    order = CHOICES.format(most=3).replace("choiceInteraction", "orderInteraction")
    kind, value = one(read(item2(order, "C;A;B", "ordered")))
    assert [one["text"] for one in values(value["items"])] == ["C", "A", "B"]
    essay = '<extendedTextInteraction responseIdentifier="R"><prompt>Why?</prompt>{}'
    essay = essay.format("</extendedTextInteraction>")
    assert one(read(item2(essay, "", base="string")))[0] == "long"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (item2(CHOICES.format(most=1), "Z"), "none of its choices"),
        (item2("<p>Only words</p>", ""), "asks nothing"),
        (item2('<uploadInteraction responseIdentifier="R"/>', ""), "uploadInteraction"),
        (
            item2(CHOICES.format(most=1), "A", processing=MATCH.replace("match_correct", "own")),
            "computes",
        ),
        (item2(CHOICES.format(most=1), "A").replace('e="false"', 'e="true"', 1), "adaptive"),
    ],
)
def test_qti2_says_what_it_cannot_ask(read: Read, source: str, reason: str) -> None:
    made = read(source)
    assert made.blocks == []
    assert reason in made.account.findings[0].reason


def test_a_package_in_the_order_of_its_test_with_its_pictures(read: Read) -> None:
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
        "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
    )
    picture = '<p><img src="../p.png" alt="A dot"/></p>' + CHOICES.format(most=1)
    test = (
        '<assessmentTest title="The test"><assessmentItemRef href="in/b.xml"/>'
        '<assessmentItemRef href="in/a.xml"/></assessmentTest>'
    )
    files = {
        "in/a.xml": item2(CHOICES.format(most=1), "A", name="second").encode(),
        "in/b.xml": item2(picture, "A", name="first").encode(),
        "test.xml": test.encode(),
        "broken.xml": b"<assessmentItem>",
        "p.png": pixel,
    }
    made = read(files)
    assert made.title == "The test"
    assert [f.name for f in made.account.findings] == ["first", "second", "broken.xml"]
    assert "is no XML" in made.account.findings[2].reason
    assert adds_up(made)


EVIL = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'


def test_entities_are_never_read(read: Read) -> None:
    with pytest.raises(ImportRefused, match="document type"):
        read(EVIL + item(lid("r", "AB"), rule(equal("r", "A"), "1")).replace("What?", "&e;"))
    good = item(lid("r", "AB"), rule(equal("r", "A"), "1")).encode()
    made = read({"a.xml": EVIL.encode() + good, "b.xml": good})
    assert len(made.blocks) == 1
    assert "document type" in made.account.findings[0].reason


def test_hostile_words_come_in_clean(read: Read) -> None:
    words = "&lt;img src=x onerror=alert(1)&gt;&lt;script&gt;alert(1)&lt;/script&gt;Hi"
    source = item(lid("r", "AB"), rule(equal("r", "A"), "1")).replace(
        "<mattext>What?", f'<mattext texttype="text/html">{words}'
    )
    text = str(read(source).blocks)
    assert "onerror" not in text
    assert "script" not in text
    assert "Hi" in text


@pytest.mark.parametrize("source", ["<html/>", "<a>", "<questestinterop", '<?xml version="1.0"?>'])
def test_other_xml_is_refused(read: Read, source: str) -> None:
    with pytest.raises(ImportRefused):
        read(source)


def test_an_archive_without_questions_or_with_tricks_is_refused(read: Read) -> None:
    with pytest.raises(ImportRefused, match="no questions"):
        read({"readme.txt": b"hello"})
    with pytest.raises(ImportRefused):
        read({"../out.xml": b"<questestinterop/>"})


def _count(path: Path) -> int:
    """Items of a file, and files that are no sound XML, counted by their text."""
    if path.suffix != ".zip":
        return len(re.findall(rb"<item\b", path.read_bytes()))
    total = 0
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.endswith(".xml") or name.endswith("imsmanifest.xml"):
                continue
            data = archive.read(name)
            found = len(re.findall(rb"<(?:item|bankentry_item|assessmentItem)\b", data))
            broken = b"<!DOCTYPE" in data or not _sound(data)
            total += 1 if broken else found
    return total


def _sound(data: bytes) -> bool:
    import xml.sax

    try:
        xml.sax.parseString(data, xml.sax.ContentHandler())  # noqa: S317 - a test's own file
    except xml.sax.SAXParseException:
        return False
    return True


@pytest.mark.skipif(not DATA, reason="LECTERN_SHARED_DATA is not set")
@pytest.mark.parametrize(
    "path", sorted(Path(DATA, "qti").iterdir()) if DATA else [], ids=lambda path: path.name
)
def test_real_files_add_up(path: Path) -> None:
    with load(path) as made:
        assert adds_up(made)
        assert made.account.found.total() == _count(path)
        assert all(f.reason for f in made.account.findings if f.kind == "reported")
        assert made.blocks
