"""QTI 2.0, 2.1 and 2.2: one item a file, with the two ways of giving points that nearly all use."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _
from lxml import etree

from assessments.importing.made import (
    Maker,
    NotAsked,
    Questions,
    Raw,
    add,
    decimal_text,
    percent,
    points_text,
    report,
)
from assessments.importing.qti_rules import fraction
from assessments.importing.words import Words, paragraph
from course_pages.importing.description import Block
from course_pages.importing.folder import SourceFolder
from course_pages.importing.imscc_package import child, children, name, text
from course_pages.importing.richtext import to_plain

NUMBERS = {"float", "integer"}
# What a response processing may hold and still mean "compare with the right response".
PLAIN = {
    "responseProcessing", "responseCondition", "responseIf", "responseElseIf", "responseElse",
    "match", "variable", "correct", "setOutcomeValue", "baseValue", "isNull", "mapResponse",
    "equal", "sum", "and", "not",
}  # fmt: skip
HIDDEN = {"feedbackInline", "feedbackBlock", "modalFeedback", "rubricBlock", "prompt"}


@dataclass
class _Answer:
    """What a response declaration says."""

    correct: list[str]
    mapped: dict[str, Fraction]
    default: Fraction
    least: Fraction | None
    most: Fraction | None
    base: str
    case: bool


@dataclass
class _Item:
    root: etree._Element
    body: etree._Element
    interactions: list[etree._Element]
    words: Words
    maker: Maker
    mapping: bool

    def answer(self, interaction: etree._Element) -> _Answer:
        wanted = interaction.get("responseIdentifier")
        for declared in children(self.root, "responseDeclaration"):
            if declared.get("identifier") == wanted:
                return _declared(declared)
        raise NotAsked(_("it declares no response"))

    def stem(self) -> list[Block]:
        """The words around the interactions, and their prompts."""
        return self.words.stem(_html(self.body, set(self.interactions)))


def is_item(root: etree._Element) -> bool:
    return name(root) == "assessmentItem"


def read(
    root: etree._Element, into: Questions, folder: SourceFolder, base: str, maker: Maker, file: str
) -> None:
    """One item."""
    words = Words(folder, base)
    body = child(root, "itemBody")
    found = list(_interactions(body)) if body is not None else []
    kind = name(found[0]).removesuffix("Interaction") if found else "question"
    shown = root.get("title") or to_plain(_html(body, set(found)))[:80] if body is not None else ""
    try:
        if body is None or not found:
            raise NotAsked(_("it asks nothing"))
        if (root.get("adaptive") or "").lower() == "true":
            raise NotAsked(_("not supported: %s") % _("an adaptive question"))
        kinds = {name(interaction) for interaction in found}
        reader = READERS.get(name(found[0]))
        if len(kinds) > 1 or reader is None:
            raise NotAsked(_("not supported: %s") % ", ".join(sorted(kinds)))
        item = _Item(root, body, found, words, maker, _uses_mapping(root, kinds))
        question = reader(item)
        question["value"]["points"] = points_text(_points(root))
        question["value"]["stem"] += [
            {"type": b.type, "value": b.value, "id": maker.id()} for b in words.extras
        ]
        if next(root.iter("{*}modalFeedback"), None) is not None:
            words.notes.append(_("what is said to every right or every wrong answer is left out"))
        add(into, question, kind, shown, file, words.notes)
    except NotAsked as why:
        report(into, kind, shown, file, str(why))


def _interactions(body: etree._Element) -> Iterator[etree._Element]:
    for element in body.iter():
        if isinstance(element.tag, str) and name(element).endswith("Interaction"):
            yield element


def _uses_mapping(root: etree._Element, kinds: set[str]) -> bool:
    """Whether points come from the mapping; else from the right response alone."""
    if kinds <= {"extendedTextInteraction"}:
        return False
    processing = child(root, "responseProcessing")
    if processing is None:
        return any(True for __ in root.iter("{*}mapping"))
    template = processing.get("template") or ""
    if template:
        known = template.rstrip("/").rsplit("/", 1)[-1].removesuffix(".xml")
        if known not in {"match_correct", "map_response"}:
            raise NotAsked(_("it computes its points (“%s”)") % known)
        return known == "map_response"
    used = {name(element) for element in processing.iter() if isinstance(element.tag, str)}
    if used - PLAIN or (("mapResponse" in used) == ("match" in used) and "equal" not in used):
        raise NotAsked(_("it computes its points"))
    return "mapResponse" in used


def _declared(declared: etree._Element) -> _Answer:
    correct = child(declared, "correctResponse")
    mapping = child(declared, "mapping")
    entries = list(children(mapping, "mapEntry"))
    return _Answer(
        [(value.text or "").strip() for value in children(correct, "value")],
        {
            entry.get("mapKey") or "": fraction(entry.get("mappedValue")) or Fraction(0)
            for entry in entries
        },
        fraction(mapping.get("defaultValue") if mapping is not None else "") or Fraction(0),
        fraction(mapping.get("lowerBound")) if mapping is not None else None,
        fraction(mapping.get("upperBound")) if mapping is not None else None,
        (declared.get("baseType") or "").lower(),
        all((entry.get("caseSensitive") or "true").lower() == "true" for entry in entries),
    )


def _points(root: etree._Element) -> Fraction:
    for declared in children(root, "outcomeDeclaration"):
        if declared.get("identifier") == "MAXSCORE":
            value = fraction(text(child(declared, "defaultValue"), "value"))
            if value is not None:
                return value
    for declared in children(root, "outcomeDeclaration"):
        if declared.get("identifier") == "SCORE" and (
            value := fraction(declared.get("normalMaximum"))
        ):
            return value
    return Fraction(1)


def _html(element: etree._Element, without: set[etree._Element], place: str = "") -> str:
    """The element's inside as HTML; of interactions only their prompts."""
    parts = [html.escape(element.text or "", quote=False)]
    for inner in element:
        if isinstance(inner.tag, str):
            if inner in without:
                prompt = child(inner, "prompt")
                parts.append(f"<p>{_html(prompt, without)}</p>" if prompt is not None else "")
            elif name(inner) not in HIDDEN:
                parts.append(_tag(inner, without))
        parts.append(html.escape(inner.tail or "", quote=False))
    return "".join(parts)


def _tag(element: etree._Element, without: set[etree._Element]) -> str:
    tag = name(element)
    if tag in {"object"} and (element.get("type") or "").startswith("image/"):
        return f'<img src="{html.escape(element.get("data") or "")}" alt="">'
    attributes = "".join(
        f' {key}="{html.escape(value)}"'
        for key, value in element.attrib.items()
        if key in {"src", "alt", "href"}
    )
    if tag in {"img", "br", "hr"}:
        return f"<{tag}{attributes}>"
    return f"<{tag}{attributes}>{_html(element, without)}</{tag}>"


def _choice_words(item: _Item, choice: etree._Element) -> tuple[str, str]:
    """What a choice says, and what is said to it."""
    said = "".join(_html(inner, set()) for inner in choice.iter("{*}feedbackInline"))
    return _html(choice, set()), item.words.rich(said)


def _one_interaction(item: _Item) -> etree._Element:
    if len(item.interactions) != 1:
        raise NotAsked(_("it asks several things at once"))
    return item.interactions[0]


def _choices(item: _Item) -> Raw:
    interaction = _one_interaction(item)
    answer = item.answer(interaction)
    texts = {c.get("identifier") or "": c for c in interaction.iter("{*}simpleChoice")}
    most = interaction.get("maxChoices") or "1"
    declared = next(
        d
        for d in children(item.root, "responseDeclaration")
        if d.get("identifier") == interaction.get("responseIdentifier")
    )
    several = declared.get("cardinality") == "multiple" or most != "1"
    worths, right = _worths(item, answer, list(texts), several=several)
    made = []
    for ident, choice in texts.items():
        shown, said = _choice_words(item, choice)
        made.append(
            {
                "text": item.words.inline(shown),
                "correct": ident in right,
                "feedback": said,
                "worth": worths.get(ident, ""),
            }
        )
    listed = item.maker.choices(made)
    if not several:
        return item.maker.question("single", item.stem(), choices=listed)
    scoring = "worth" if item.mapping else "all"
    return item.maker.question("multiple", item.stem(), choices=listed, scoring=scoring)


def _worths(
    item: _Item, answer: _Answer, idents: list[str], *, several: bool
) -> tuple[dict[str, str], set[str]]:
    """The worth of each choice where it is mapped, and the right ones."""
    if not item.mapping:
        right = set(answer.correct)
        if not right or not right <= set(idents):
            raise NotAsked(_("its right response is none of its choices"))
        return {}, right
    values = {ident: answer.mapped.get(ident, answer.default) for ident in idents}
    gains = [value for value in values.values() if value > 0]
    if not gains:
        raise NotAsked(_("none of its choices is right"))
    total = sum(gains, Fraction(0)) if several else max(gains)
    if answer.most is not None:
        total = min(total, answer.most)
    if several:
        right = {ident for ident in idents if values[ident] > 0}
    else:
        right = {next(ident for ident in idents if values[ident] == max(gains))}
    if any(value < -total for value in values.values()):
        item.words.notes.append(_("a wrong choice takes 100 % at most"))
    worths = {i: percent(max(Fraction(-1), min(Fraction(1), values[i] / total))) for i in idents}
    return worths, right


def _essay(item: _Item) -> Raw:
    return item.maker.question("long", item.stem())


def _entries(item: _Item) -> Raw:
    if len(item.interactions) > 1:
        return _gaps(item)
    interaction = item.interactions[0]
    answer = item.answer(interaction)
    mapped = {key: value for key, value in answer.mapped.items() if value > 0}
    accepted = mapped if item.mapping else dict.fromkeys(answer.correct, Fraction(1))
    if not accepted:
        raise NotAsked(_("it names no answer"))
    most = max(accepted.values())
    stem = item.words.stem(_html(item.body, set()).replace("<textEntryInteraction>", " _____ "))
    if answer.base in NUMBERS:
        return _numeric(item, stem, accepted)
    answers = [
        {"text": key, "feedback": "", "worth": "" if value == most else percent(value / most)}
        for key, value in accepted.items()
    ]
    case = answer.case if item.mapping else True
    return item.maker.question("short", stem, answers=item.maker.listed(answers), case=case)


def _numeric(item: _Item, stem: list[Block], accepted: dict[str, Fraction]) -> Raw:
    most = max(accepted.values())
    kind, tolerance = _tolerance(item.root)
    answers = []
    for key, value in accepted.items():
        number = fraction(key)
        if number is None:
            raise NotAsked(_("its answer is no plain number"))
        answers.append(
            {
                "value": decimal_text(number),
                "tolerance": tolerance,
                "kind": kind,
                "feedback": "",
                "worth": "" if value == most else percent(value / most),
            }
        )
    return item.maker.question("number", stem, answers=item.maker.listed(answers))


def _tolerance(root: etree._Element) -> tuple[str, str]:
    for equal in root.iter("{*}equal"):
        mode = equal.get("toleranceMode") or "exact"
        if mode == "exact":
            return "absolute", ""
        sides = [fraction(one) for one in (equal.get("tolerance") or "").split()]
        if not sides or None in sides or len(set(sides)) > 1:
            raise NotAsked(_("its tolerance is not the same on both sides"))
        return ("relative" if mode == "relative" else "absolute"), decimal_text(
            sides[0] or Fraction(0)
        )
    return "absolute", ""


def _gaps(item: _Item) -> Raw:
    if item.mapping:
        raise NotAsked(_("its points cannot be given in this way here"))
    gaps = []
    for interaction in item.interactions:
        accepted = item.answer(interaction).correct
        if not accepted or any(re.search(r"[\[\]|]", one) or not one for one in accepted):
            raise NotAsked(_("an answer holds signs that a gap cannot"))
        gaps.append(f"[{'|'.join(dict.fromkeys(accepted))}]")
    source = _html(item.body, set())
    marked = re.sub(r"<textEntryInteraction>.*?</textEntryInteraction>", "\ue100", source)
    lines = [to_plain(line) for line in re.split(r"</(?:p|div|li)>|<br>", marked)]
    words = "\n".join(line for line in lines if line).replace("[", "(").replace("]", ")")
    for gap in gaps:
        words = words.replace("\ue100", gap, 1)
    return item.maker.question(
        "blanks",
        [Block("text", paragraph(_("Fill in the gaps.")))],
        text=words,
        case=True,
        scoring="all",
    )


def _order(item: _Item) -> Raw:
    interaction = _one_interaction(item)
    texts = {c.get("identifier") or "": c for c in interaction.iter("{*}simpleChoice")}
    right = item.answer(interaction).correct
    if item.mapping or sorted(right) != sorted(texts):
        raise NotAsked(_("its right order is not stated"))
    items = [{"text": item.words.plain(_choice_words(item, texts[one])[0])} for one in right]
    return item.maker.question("order", item.stem(), items=item.maker.listed(items))


def _match(item: _Item) -> Raw:
    interaction = _one_interaction(item)
    sets = list(interaction.iter("{*}simpleMatchSet"))
    if len(sets) != 2:
        raise NotAsked(_("its pairs are not in two columns"))
    left, right = (
        {
            c.get("identifier") or "": item.words.plain(_html(c, set()))
            for c in one.iter("{*}simpleAssociableChoice")
        }
        for one in sets
    )
    answer = item.answer(interaction)
    wanted = [pair.split() for pair in (answer.mapped if item.mapping else answer.correct)]
    if item.mapping and len(set(answer.mapped.values())) > 1:
        raise NotAsked(_("its parts are worth different points"))
    if any(len(p) != 2 or p[0] not in left or p[1] not in right for p in wanted) or sorted(
        p[0] for p in wanted
    ) != sorted(left):
        raise NotAsked(_("one of its parts has not exactly one right partner"))
    pairs = [{"left": left[a], "right": right[b]} for a, b in wanted]
    taken = {b for __, b in wanted}
    return item.maker.question(
        "match",
        item.stem(),
        pairs=item.maker.listed(pairs),
        extras=item.maker.listed(words for key, words in right.items() if key not in taken),
        scoring="partial" if item.mapping else "all",
    )


READERS: dict[str, Callable[[_Item], Raw]] = {
    "choiceInteraction": _choices,
    "extendedTextInteraction": _essay,
    "textEntryInteraction": _entries,
    "orderInteraction": _order,
    "matchInteraction": _match,
}
