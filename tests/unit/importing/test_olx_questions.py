"""Problems of every common kind, as the data that a quiz engine asks them from."""

import json
from typing import Any

import nh3
import pytest
from lxml import etree

from course_pages.importing.olx_problem import problem_html
from course_pages.importing.olx_questions import number, read_questions


def questions(inner: str) -> list[dict[str, Any]]:
    return read_questions(
        etree.fromstring(f"<problem>{inner}</problem>"),
        lambda source: " ".join(nh3.clean(source, tags=set()).split()),
    )


def test_one_of_several_with_feedback_hints_and_explanation() -> None:
    (found,) = questions(
        "<p>Look.</p><multiplechoiceresponse><label>Which?</label><choicegroup>"
        '<choice correct="true">red<choicehint>Yes.</choicehint></choice>'
        '<choice correct="false">blue</choice></choicegroup>'
        "<solution><p>Red it is.</p></solution></multiplechoiceresponse>"
        "<demandhint><hint>fire</hint><hint>blood</hint></demandhint>"
    )
    assert found["type"] == "choice"
    assert "Look." in found["stem"]
    assert "Which?" in found["stem"]
    assert "red" not in found["stem"]
    assert found["choices"] == [
        {"text": "red", "correct": True, "feedback": "Yes."},
        {"text": "blue", "correct": False, "feedback": ""},
    ]
    assert found["hints"] == ["fire", "blood"]
    assert found["explanation"] == "Red it is."


def test_several_right_with_partial_credit_and_combined_feedback() -> None:
    (found,) = questions(
        '<choiceresponse partial_credit="EDC"><checkboxgroup>'
        '<choice correct="true">A<choicehint selected="true">good</choicehint>'
        '<choicehint selected="false">missed</choicehint></choice><choice correct="true">B</choice>'
        '<compoundhint value="A B">both</compoundhint></checkboxgroup></choiceresponse>'
    )
    assert (found["type"], found["partial_credit"]) == ("multiple", "EDC")
    assert found["choices"][0] == {
        "text": "A", "correct": True, "feedback": "good", "unselected": "missed",
    }  # fmt: skip
    assert found["compound"] == [{"value": "A B", "feedback": "both"}]


@pytest.mark.parametrize(
    "given",
    [
        "<optioninput options=\"('x','y')\" correct=\"y\"/>",
        '<optioninput><option correct="False">x</option><option correct="True">y</option>'
        "</optioninput>",
    ],
)
def test_dropdown(given: str) -> None:
    (found,) = questions(f"<optionresponse><p>Pick</p>{given}</optionresponse>")
    assert found["type"] == "dropdown"
    assert [(c["text"], c["correct"]) for c in found["choices"]] == [("x", False), ("y", True)]


def test_words_with_other_answers_and_wrong_ones() -> None:
    (found,) = questions(
        '<stringresponse answer="Bonn" type="ci"><correcthint>yes</correcthint>'
        '<additional_answer answer="bonn am rhein"/><stringequalhint answer="Berlin">no'
        "</stringequalhint><textline/></stringresponse>"
    )
    assert (found["type"], found["ignore_case"], found["pattern"]) == ("text", True, False)
    assert [(a["text"], a["correct"], a["feedback"]) for a in found["answers"]] == [
        ("Bonn", True, "yes"),
        ("bonn am rhein", True, ""),
        ("Berlin", False, "no"),
    ]


def test_number_with_tolerance_decimal_comma_and_range() -> None:
    first, second = questions(
        '<numericalresponse answer="3,5"><responseparam type="tolerance" default="5%"/>'
        "<formulaequationinput/></numericalresponse>"
        '<numericalresponse answer="[5,7)"><formulaequationinput/></numericalresponse>'
    )
    assert (first["answers"][0]["value"], first["answers"][0]["tolerance"]) == ("3.5", "5%")
    answer = second["answers"][0]
    assert (answer["value"], answer["tolerance"], answer["range"]) == ("6", "1", "[5,7)")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 250,5", "1250.5"),
        ("-2e3", "-2E+3"),
        ("9.3*10^7", "9.3E+7"),
        ("2*pi", ""),
        ("nan", ""),
        ("1" * 999, ""),
    ],
)
def test_numbers(text: str, expected: str) -> None:
    assert number(text) == expected


def test_questions_stay_in_order_each_with_its_own_words() -> None:
    found = questions(
        "<div><p>First</p><numericalresponse answer='1'><textline/></numericalresponse>"
        "<p>Second</p><stringresponse answer='b'><textline/></stringresponse></div>"
    )
    assert [q["type"] for q in found] == ["number", "text"]
    assert ["First" in q["stem"] for q in found] == [True, False]
    assert ["Second" in q["stem"] for q in found] == [False, True]


@pytest.mark.parametrize(
    ("inner", "reason"),
    [
        ('<script type="loncapa/python">x = 1</script><numericalresponse answer="$x"/>', "Python"),
        ('<script type="text/javascript">x</script><stringresponse answer="a"/>', "JavaScript"),
        ("<customresponse cfn='f'><textline/></customresponse>", "Python"),
        ('<numericalresponse answer="2*pi"/>', "no plain number"),
        ("<stringresponse/>", "names no answer"),
    ],
)
def test_what_cannot_be_asked_says_why(inner: str, reason: str) -> None:
    (found,) = questions(inner)
    assert found["type"] == "unsupported"
    assert reason in found["reason"]


def test_a_learner_reads_no_answer() -> None:
    secret = "<stringresponse answer='SECRET'><additional_answer answer='SECRET'/><textline/>"
    problem = etree.fromstring(
        f"<problem>{secret}<correcthint>SECRET</correcthint></stringresponse></problem>"
    )
    assert "SECRET" not in problem_html(problem).html
    assert "SECRET" in json.dumps(read_questions(problem, str))
