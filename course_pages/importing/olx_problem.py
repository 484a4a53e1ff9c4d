"""Open edX problems as text: what a learner reads, never what would give the answer away."""

from __future__ import annotations

import ast
import copy
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _
from lxml import etree

# Answers, hints and code; a learner of a quiz placeholder must not see them.
SECRET = {
    "script", "style", "solution", "solutionset", "demandhint", "hint", "hintgroup", "hintpart",
    "correcthint", "choicehint", "compoundhint", "optionhint", "stringequalhint", "numericalhint",
    "additional_answer", "responseparam", "answer", "targetedfeedbackset", "targetedfeedback",
    "startouttext", "endouttext", "tag",
}  # fmt: skip
FIELDS = {
    "textline", "formulaequationinput", "inputtext", "textbox", "filesubmission",
    "numerical_input", "crystallography", "chemicalequationinput",
}  # fmt: skip
MACHINES = {
    "customresponse": "Python",
    "schematicresponse": "Python",
    "coderesponse": "an external grader",
    "externalresponse": "an external grader",
    "jsinput": "JavaScript",
    "jmeresponse": "JavaScript",
    "javascriptresponse": "JavaScript",
    "imageresponse": "a click on a picture",
    "annotationresponse": "annotations",
    "drag_and_drop_input": "drag and drop",
    "designprotein2dinput": "a Java applet",
    "editamoleculeinput": "a Java applet",
    "vsepr_input": "a Java applet",
    "schematic": "a circuit editor",
}
BLANK = " ______ "


@dataclass(frozen=True)
class ProblemText:
    html: str
    runs_python: bool
    unsupported: frozenset[str]


def problem_html(problem: etree._Element) -> ProblemText:
    """The problem's statement and choices as HTML that still has to be sanitised."""
    tree = copy.deepcopy(problem)
    scripts = [s for s in tree.iter("script") if "javascript" not in (s.get("type") or "")]
    graded_inline = any(
        (answer.text or "").strip() and answer.getparent().tag in MACHINES
        for answer in tree.iter("answer")
    )
    unsupported = {MACHINES[e.tag] for e in tree.iter() if e.tag in MACHINES}
    if len(scripts) < len(list(tree.iter("script"))):
        unsupported.add("JavaScript")
    for element in list(tree.iter()):
        if isinstance(element.tag, str):
            _rewrite(element)
    inner = [_escaped(tree.text)]
    inner += [etree.tostring(child, encoding="unicode", method="html") for child in tree]
    return ProblemText(
        "".join(inner), bool(scripts) or graded_inline, frozenset(unsupported - {"Python"})
    )


def fragment_html(
    part: etree._Element | str | None,
    *,
    inner: bool = False,
    without: Collection[str] = (),
    open_answers: bool = False,
) -> str:
    """A piece of a problem as HTML: its words, its fields as blanks, nothing secret."""
    if part is None or isinstance(part, str):
        return _escaped(part)
    tree = copy.deepcopy(part)
    tree.tail = None
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element is tree:
            continue
        if element.tag in without:
            _replace(element, "")
        elif not open_answers or element.tag in {"script", "style"}:
            _rewrite(element)
    if not inner and tree.tag not in without:
        if tree.getparent() is None and tree.tag in SECRET:
            return ""
        holder = etree.Element("div")
        holder.append(tree)
        _rewrite(tree)
        tree = holder
    words = [_escaped(tree.text)]
    words += [etree.tostring(child, encoding="unicode", method="html") for child in tree]
    return "".join(words)


def _rewrite(element: etree._Element) -> None:
    tag = element.tag
    if tag in SECRET:
        _replace(element, "")
    elif tag in FIELDS:
        trailing = element.get("trailing_text") or ""
        _replace(element, f"{element.get('label') or ''}{BLANK}{trailing}")
    elif tag == "optioninput":
        _replace(element, f" [ {' / '.join(option_words(element))} ] ")
    elif tag in {"choicegroup", "checkboxgroup", "radiogroup", "choicetextgroup"}:
        _rename(element, "ul")
    elif tag in {"choice"}:
        _rename(element, "li")
    elif tag in {"label", "legend", "comment_prompt", "tag_prompt"}:
        _wrap(element, "p", "b")
    elif tag == "description":
        _wrap(element, "p", "i")
    elif tag in {"comment", "annotationinput"}:
        _rename(element, "div")
    elif tag == "options":
        _rename(element, "ul")
    elif tag == "option":
        _rename(element, "li")
    elif tag == "clarification":
        inside = " ".join("".join(element.itertext()).split())
        _replace(element, f" ({inside})" if inside else "")
    elif tag == "imageinput":
        _rename(element, "img", keep=("src", "alt"))
    elif tag in {"jsinput", "drag_and_drop_input", "schematic", "designprotein2dinput"}:
        _replace(element, f" [ {_('an interactive part that is not available here')} ] ")
    elif tag.endswith("response"):
        # stringresponse, numericalresponse, …: the question around the field.
        _rename(element, "div")


def option_words(element: etree._Element) -> list[str]:
    listed = element.get("options")
    if listed:
        try:
            # Open edX stores a Python tuple here; literals only, nothing is evaluated.
            value = ast.literal_eval(listed)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            value = [part.strip(" ()'\"") for part in listed.split(",")]
        values = value if isinstance(value, (tuple, list)) else (value,)
        return [str(item) for item in values]
    found = []
    for option in element.iter("option"):
        for hint in list(option):
            _replace(hint, "")
        found.append(" ".join("".join(option.itertext()).split()))
    return found


def _replace(element: etree._Element, text: str) -> None:
    """Put text where the element was, keeping what follows it."""
    parent = element.getparent()
    if parent is None:
        return
    words = text + (element.tail or "")
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + words
    else:
        parent.text = (parent.text or "") + words
    parent.remove(element)


def _rename(element: etree._Element, tag: str, keep: tuple[str, ...] = ()) -> None:
    element.tag = tag
    for name in list(element.attrib):
        if name not in keep:
            del element.attrib[name]


def _wrap(element: etree._Element, outer: str, inner: str) -> None:
    _rename(element, outer)
    child = etree.Element(inner)
    child.text, element.text = element.text, None
    for part in list(element):
        child.append(part)
    element.append(child)


def _escaped(text: str | None) -> str:
    return (text or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
