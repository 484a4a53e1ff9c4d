"""Questions of QTI 1.2 as cartridges carry them: words for the page, answers apart from them."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from course_pages.importing.imscc_package import child, children, name, text

BLANK = " ______ "
# Question types of the two profiles that have an answer which can be compared.
TYPES = {
    "cc.multiple_choice.v0p1": "choice",
    "cc.true_false.v0p1": "choice",
    "cc.multiple_response.v0p1": "multiple",
    "cc.fib.v0p1": "text",
    "cc.pattern_match.v0p1": "text",
    "multiple_choice_question": "choice",
    "true_false_question": "choice",
    "multiple_answers_question": "multiple",
    "short_answer_question": "text",
    "numerical_question": "number",
}
UNSUPPORTED = {
    "cc.essay.v0p1": "an essay",
    "essay_question": "an essay",
    "file_upload_question": "an upload",
    "matching_question": "matching pairs",
    "multiple_dropdowns_question": "several menus in one text",
    "fill_in_multiple_blanks_question": "several blanks in one text",
    "calculated_question": "a formula with random numbers",
    "text_only_question": "only text",
}


@dataclass
class Question:
    """A question as the contract of the quiz block has it, and the HTML that shows it."""

    title: str
    source: dict[str, Any]
    shown: str
    unsupported: str = ""


@dataclass
class _Rule:
    """One condition: the answers it names, the points it gives, the feedback it links."""

    equal: list[str] = field(default_factory=list)
    unequal: list[str] = field(default_factory=list)
    ranges: list[dict[str, str]] = field(default_factory=list)
    score: float = 0.0
    feedback: list[str] = field(default_factory=list)


def questions(root: etree._Element) -> Iterator[Question]:
    for item in root.iter("{*}item"):
        yield _question(item)


def assessment_title(root: etree._Element) -> str:
    for found in root.iter("{*}assessment", "{*}objectbank"):
        return found.get("title") or ""
    return ""


def _question(item: etree._Element) -> Question:
    kind = _profile(item)
    presentation = child(item, "presentation")
    stem = "".join(_material(element) for element in _stem_parts(presentation))
    choices = list(_choices(presentation))
    rules = [_rule(condition) for condition in item.iter("{*}respcondition")]
    feedback = {f.get("ident") or "": _material(f) for f in item.iter("{*}itemfeedback")}
    type_ = TYPES.get(kind) or (_guess(presentation, choices) if not kind else "")
    reason = ""
    if not type_ or (type_ in {"choice", "multiple"} and not choices):
        type_, reason = "unsupported", UNSUPPORTED.get(kind) or kind or _("an unknown kind")
    right = [rule for rule in rules if rule.score > 0]
    source: dict[str, Any] = {
        "type": type_,
        "stem": stem,
        "choices": [],
        "answers": [],
        "hints": [],
        "explanation": feedback.get("general_fb", ""),
    }
    if reason:
        source["reason"] = reason
    correct = {value for rule in right for value in rule.equal}
    for ident, words in choices:
        own = next((r for r in rules if r.equal == [ident] and r.feedback), None)
        said = "".join(feedback.get(ref, "") for ref in own.feedback) if own else ""
        source["choices"].append({"text": words, "correct": ident in correct, "feedback": said})
    if type_ == "text":
        source["answers"] = [
            {"text": value, "correct": True} for rule in right for value in rule.equal
        ]
    elif type_ == "number":
        source["answers"] = [answer for rule in right for answer in _numbers(rule)]
    return Question(item.get("title") or "", source, _shown(stem, type_, choices), reason)


def _profile(item: etree._Element) -> str:
    for entry in item.iter("{*}qtimetadatafield"):
        if text(entry, "fieldlabel") in {"cc_profile", "question_type"}:
            return text(entry, "fieldentry").lower()
    return ""


def _guess(presentation: etree._Element | None, choices: list[tuple[str, str]]) -> str:
    for response in presentation.iter("{*}response_lid") if presentation is not None else ():
        many = (response.get("rcardinality") or "").lower() == "multiple"
        return ("multiple" if many else "choice") if choices else ""
    return ""


def _stem_parts(presentation: etree._Element | None) -> Iterator[etree._Element]:
    """Materials of the question, not those of its choices."""
    if presentation is None:
        return
    for material in presentation.iter("{*}material"):
        if not any(name(above) == "response_label" for above in material.iterancestors()):
            yield material


def _choices(presentation: etree._Element | None) -> Iterator[tuple[str, str]]:
    for label in presentation.iter("{*}response_label") if presentation is not None else ():
        words = "".join(_material(material) for material in children(label, "material"))
        yield label.get("ident") or "", words


def _material(element: etree._Element) -> str:
    """The element's words as HTML, still to be sanitised."""
    said = []
    for part in element.iter("{*}mattext", "{*}matimage", "{*}matbreak"):
        if name(part) == "matimage":
            said.append(f'<img src="{html.escape(part.get("uri") or "")}" alt="">')
        elif name(part) == "mattext":
            words = "".join(part.itertext())
            is_html = "html" in (part.get("texttype") or "")
            said.append(words if is_html else html.escape(words, quote=False))
    return " ".join(word for word in said if word.strip())


def _rule(condition: etree._Element) -> _Rule:
    rule = _Rule()
    variables = child(condition, "conditionvar")
    bounds: dict[str, str] = {}
    for element in variables.iter() if variables is not None else ():
        tag = name(element)
        value = (element.text or "").strip()
        if tag == "varequal":
            negated = any(name(above) == "not" for above in element.iterancestors())
            (rule.unequal if negated else rule.equal).append(value)
        elif tag in {"vargte", "vargt", "varlte", "varlt"}:
            bounds[tag] = value
    low, high = (
        bounds.get("vargte") or bounds.get("vargt"),
        bounds.get("varlte") or bounds.get("varlt"),
    )
    if low and high:
        rule.ranges.append({"low": low, "high": high})
    for setvar in children(condition, "setvar"):
        if (setvar.get("action") or "Set").lower() in {"set", "add"}:
            rule.score += _float(setvar.text) or 0.0
    rule.feedback = [d.get("linkrefid") or "" for d in children(condition, "displayfeedback")]
    return rule


def _numbers(rule: _Rule) -> Iterator[dict[str, Any]]:
    """Values with a tolerance; Canvas names both an exact value and the range around it."""
    exact = [value for value in rule.equal if _float(value) is not None]
    for bounds in rule.ranges:
        low, high = _float(bounds["low"]), _float(bounds["high"])
        if low is None or high is None:
            continue
        value = _float(exact[0]) if exact else (low + high) / 2
        middle = (low + high) / 2 if value is None else value
        yield {
            "value": exact[0] if exact else f"{middle:g}",
            "tolerance": f"{max(high - middle, middle - low):g}",
            "correct": True,
        }
    if not rule.ranges:
        for value_text in exact:
            yield {"value": value_text, "tolerance": "0", "correct": True}


def _float(words: str | None) -> float | None:
    try:
        value = float((words or "").strip())
    except ValueError:
        return None
    return value if abs(value) < 1e308 else None


def _shown(stem: str, type_: str, choices: list[tuple[str, str]]) -> str:
    """What a learner reads: the question and its choices, nothing of the answer."""
    said = [f"<div>{stem}</div>"]
    if choices:
        said.append(f"<ul>{''.join(f'<li>{words}</li>' for __, words in choices)}</ul>")
    elif type_ in {"text", "number"}:
        said.append(f"<p>{BLANK}</p>")
    return "".join(said)
