"""Open edX problems as data: what a quiz engine needs to ask the same questions again.

Nothing is evaluated: an answer that is code or an expression makes its question `unsupported`.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from course_pages.importing.olx_problem import MACHINES, fragment_html, option_words

Question = dict[str, Any]
# HTML of the source → clean rich text.
Words = Callable[[str], str]

INPUTS = {
    "choicegroup", "checkboxgroup", "radiogroup", "optioninput", "textline",
    "formulaequationinput", "numerical_input", "textbox",
}  # fmt: skip
NOT_THE_STEM = {"demandhint", "solution", "solutionset", "script", "style"}
INTERVAL = re.compile(r"([\[(])\s*([^,;\[\]()]+)\s*[,;]\s*([^,;\[\]()]+)\s*([\])])")
VARIABLE = re.compile(r"\$\w|\$\(")


def read_questions(problem: etree._Element, words: Words) -> list[Question]:
    """The problem's questions in their order, each with its own part of the words."""
    machine = _machine(problem)
    made: list[Question] = []
    before: list[str] = []

    def walk(element: etree._Element) -> None:
        before.append(fragment_html(element.text))
        for child in element:
            if not isinstance(child.tag, str):
                pass
            elif is_response(child):
                for question in _response(child, words, machine):
                    question["stem"] = words("".join(before)) + question["stem"]
                    before.clear()
                    made.append(question)
            elif child.tag in {"solution", "solutionset"}:
                if made:
                    made[-1]["explanation"] += words(_inside(child))
            elif child.tag in NOT_THE_STEM:
                pass
            elif any(isinstance(e.tag, str) and is_response(e) for e in child.iter()):
                walk(child)
            else:
                before.append(fragment_html(child))
            before.append(fragment_html(child.tail))

    walk(problem)
    if made:
        # Open edX offers a problem's hints for the whole of it: they stand with its first question.
        made[0]["hints"] += [
            words(_inside(hint)) for demand in problem.iter("demandhint") for hint in demand
        ]
        if not made[-1]["explanation"] and (alone := problem.find("solution")) is not None:
            made[-1]["explanation"] = words(_inside(alone))
    return made


def is_response(element: etree._Element) -> bool:
    return element.tag.endswith("response") or element.tag in MACHINES


def _machine(problem: etree._Element) -> str:
    """The language in which the problem computes, or ""."""
    for script in problem.iter("script"):
        return "JavaScript" if "javascript" in (script.get("type") or "") else "Python"
    return ""


def _response(response: etree._Element, words: Words, machine: str) -> Iterator[Question]:
    stem = words(fragment_html(response, without=INPUTS | {"solution"}))
    shared = {
        "stem": stem,
        "choices": [],
        "answers": [],
        "hints": [words(_inside(hint)) for hint in response.iter("hint") if not len(hint)],
        "explanation": "".join(words(_inside(s)) for s in response.iter("solution")),
        "reason": "",
    }
    if credit := response.get("partial_credit"):
        shared["partial_credit"] = credit
    reader = READERS.get(response.tag)
    if machine:
        reason = _("it computes with %s, which is never run") % machine
    elif reader is None:
        reason = _("it needs %s") % MACHINES.get(response.tag, response.tag)
    else:
        found = [copy.deepcopy(shared) | part for part in reader(response, words)]
        for number, question in enumerate(found):
            if number:
                question["stem"] = ""
            question["reason"] = _doubt(question)
            if question["reason"]:
                question["type"] = "unsupported"
        yield from found
        if found:
            return
        reason = _("it names no choices and no answer")
    yield {"type": "unsupported", **shared, "reason": reason}


def _doubt(question: Question) -> str:
    """Why the question cannot be asked as it stands, or ""."""
    answers, choices = question["answers"], question["choices"]
    if any(VARIABLE.search(a.get("value") or a.get("text") or "") for a in answers):
        return _("its answer is computed")
    if any(a.get("value") == "" for a in answers):
        return _("its answer is no plain number")
    if not answers and not choices:
        return _("it names no answer")
    return ""


def _choices(response: etree._Element, words: Words) -> Iterator[Question]:
    kind = "multiple" if response.tag == "choiceresponse" else "choice"
    choices = []
    for choice in response.iter("choice"):
        correct = (choice.get("correct") or "").strip().lower()
        made: dict[str, Any] = {
            "text": words(fragment_html(choice, inner=True)),
            "correct": correct == "true",
            "feedback": "",
        }
        if correct == "partial":
            made["partial"] = choice.get("point_value") or "0.5"
        for hint in choice.iter("choicehint"):
            unselected = (hint.get("selected") or "true").lower() == "false"
            made["unselected" if unselected else "feedback"] = words(_inside(hint))
        choices.append(made)
    question: Question = {"type": kind, "choices": choices}
    if compound := [
        {"value": hint.get("value") or "", "feedback": words(_inside(hint))}
        for hint in response.iter("compoundhint")
    ]:
        question["compound"] = compound
    if choices:
        yield question


def _dropdowns(response: etree._Element, words: Words) -> Iterator[Question]:
    for given in response.iter("optioninput"):
        right = (given.get("correct") or "").strip()
        choices = []
        if given.get("options"):
            choices = [
                {"text": text, "correct": text == right, "feedback": ""}
                for text in option_words(given)
            ]
        for option in given.iter("option"):
            hint = option.find("optionhint")
            feedback = words(_inside(hint)) if hint is not None else ""
            text = words(fragment_html(option, inner=True))
            correct = (option.get("correct") or "").strip().lower() == "true"
            choices.append({"text": text, "correct": correct, "feedback": feedback})
        yield {"type": "dropdown", "choices": choices}


def _texts(response: etree._Element, words: Words) -> Iterator[Question]:
    flags = (response.get("type") or "").lower().split()
    answers = [
        {"text": text, "correct": True, "feedback": feedback}
        for text, feedback in _accepted(response, words)
    ]
    for wrong in response.iter("stringequalhint"):
        text = (wrong.get("answer") or "").strip()
        answers.append({"text": text, "correct": False, "feedback": words(_inside(wrong))})
    yield {
        "type": "text",
        "answers": answers,
        "ignore_case": "ci" in flags,
        "pattern": "regexp" in flags,
    }


def _numbers(response: etree._Element, words: Words) -> Iterator[Question]:
    tolerance = ""
    for given in response.iter("responseparam"):
        if (given.get("type") or "tolerance") == "tolerance":
            tolerance = (given.get("default") or "").strip().replace(",", ".")
    answers = []
    for text, feedback in _accepted(response, words):
        made: dict[str, Any] = {"value": number(text), "tolerance": tolerance}
        if interval := INTERVAL.fullmatch(text):
            low, high = number(interval[2]), number(interval[3])
            if low and high:
                least, most = Decimal(low), Decimal(high)
                made = {"value": str((least + most) / 2), "tolerance": str((most - least) / 2)}
            made["range"] = text
        answers.append({**made, "correct": True, "feedback": feedback, "given": text})
    yield {"type": "number", "answers": answers}


def _accepted(response: etree._Element, words: Words) -> Iterator[tuple[str, str]]:
    """Each right answer with what is said to it."""
    hint = response.find("correcthint")
    if answer := (response.get("answer") or "").strip():
        yield answer, words(_inside(hint)) if hint is not None else ""
    for more in response.iter("additional_answer"):
        hint = more.find("correcthint")
        if answer := (more.get("answer") or more.text or "").strip():
            yield answer, words(_inside(hint)) if hint is not None else ""


def number(text: str) -> str:
    """A plain number, in full, with a decimal point; "" for anything else."""
    text = re.sub(r"[\s\u00a0\u202f_]", "", text).replace("\u2212", "-")
    text = re.sub(r"\*10(?:\^|\*\*)\(?([-+]?\d+)\)?$", r"e\1", text)
    if len(text) > 60 or not re.fullmatch(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d{1,3})?", text):
        return ""
    try:
        return str(Decimal(text.replace(",", ".")))
    except InvalidOperation:
        return ""


def _inside(element: etree._Element) -> str:
    """What stands in a hint or a solution, none of it secret here."""
    return fragment_html(element, inner=True, open_answers=True)


READERS: dict[str, Callable[[etree._Element, Words], Iterator[Question]]] = {
    "multiplechoiceresponse": _choices,
    "truefalseresponse": _choices,
    "choiceresponse": _choices,
    "optionresponse": _dropdowns,
    "stringresponse": _texts,
    "numericalresponse": _numbers,
}
