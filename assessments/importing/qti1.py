"""QTI 1.2, as Canvas, Respondus and Common Cartridge write it."""

import html
import itertools
import random
import re
from collections.abc import Iterator, Sequence
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
from assessments.importing.qti_rules import Rules, fraction
from assessments.importing.words import Words, paragraph
from course_pages.importing.description import Block
from course_pages.importing.folder import SourceFolder
from course_pages.importing.imscc_package import child, name, text
from course_pages.importing.richtext import to_plain

RESPONSES = {"response_lid", "response_str", "response_num", "response_xy", "response_grp"}
UNSUPPORTED = {
    "file_upload_question": "an upload",
    "calculated_question": "a formula with random numbers",
    "text_only_question": "only text",
    "hot_spot_question": "a place in a picture",
    "categorization_question": "sorting into categories",
}
ESSAYS = {"cc.essay.v0p1", "essay_question"}
GAP = "fill_in_multiple_blanks_question"
MENUS = "multiple_dropdowns_question"
# NQ's ways of comparing a typed answer that are the same as ours.
COMPARES = {"", "equivalence", "textequivalence", "textincchoices", "textinchoices"}
# Sets of choices that are tried to make sure of how an item gives points.
MOST_TRIES = 300
MOST_CONDITIONS = 300
MOST_PARTS = 40


@dataclass
class _Response:
    ident: str
    element: etree._Element
    labels: dict[str, str]  # ident → HTML
    title: str

    @property
    def many(self) -> str:
        return (self.element.get("rcardinality") or "single").lower()


@dataclass
class _Item:
    """An item taken apart, with what makes a question of it."""

    element: etree._Element
    kind: str
    meta: dict[str, str]
    stem_html: str
    responses: list[_Response]
    rules: Rules
    words: Words
    maker: Maker

    def stem(self) -> list[Block]:
        return self.words.stem(self.stem_html)

    def feedback(self, ident: str) -> str:
        for said in self.element.iter("{*}itemfeedback"):
            if said.get("ident") == ident:
                return self.words.rich(material(said))
        return ""

    def said_to(self, response: str, value: str) -> str:
        """What is said to those who gave this answer and no other."""
        for condition in self.rules.conditions:
            test = child(condition, "conditionvar")
            equal = [e for e in test.iter() if name(e) == "varequal"] if test is not None else []
            if len(equal) != 1 or any(name(e) == "not" for e in equal[0].iterancestors()):
                continue
            if equal[0].get("respident") == response and (equal[0].text or "").strip() == value:
                for link in condition.iter("{*}displayfeedback"):
                    if said := self.feedback(link.get("linkrefid") or ""):
                        return said
        return ""


def items(root: etree._Element) -> Iterator[etree._Element]:
    """The items of a file, and those that stand in a bank elsewhere."""
    yield from root.iter("{*}item", "{*}bankentry_item")


def title_of(root: etree._Element) -> str:
    for found in root.iter("{*}assessment", "{*}objectbank"):
        for label in found.iter("{*}qtimetadatafield"):
            if text(label, "fieldlabel") == "bank_title":
                return text(label, "fieldentry")
        return found.get("title") or ""
    return ""


def read(
    root: etree._Element, into: Questions, folder: SourceFolder, base: str, maker: Maker, file: str
) -> None:
    """All items of one file."""
    for number, element in enumerate(items(root), start=1):
        place = f"{file}, {_('question %s') % number}"
        if name(element) == "bankentry_item":
            reason = _("it stands in a question bank that is not in the file")
            report(into, "question", element.get("item_ref") or "", place, reason)
            continue
        _read_item(element, into, Words(folder, base), maker, place)


def _read_item(
    element: etree._Element, into: Questions, words: Words, maker: Maker, place: str
) -> None:
    meta = {
        text(entry, "fieldlabel"): text(entry, "fieldentry")
        for entry in reversed(list(element.iter("{*}qtimetadatafield")))
    }
    kind = (meta.get("question_type") or meta.get("cc_profile") or "").lower()
    presentation = child(element, "presentation")
    responses = list(_responses(presentation))
    item = _Item(
        element, kind, meta, _stem(presentation), responses, Rules.of(element), words, maker
    )
    shown = kind.removesuffix("_question") or _guessed(item)
    title = element.get("title") or ""
    name_ = title if title and title != "Question" else to_plain(item.stem_html)[:80] or title
    try:
        question = _made(item)
        value = question["value"]
        value["feedback"] = item.feedback("general_fb") or item.feedback("general")
        value["points"] = points_text(_points(item))
        value["stem"] += [
            {"type": b.type, "value": b.value, "id": maker.id()} for b in words.extras
        ]
        unsaid = [_unsaid(item)] if _unsaid(item) else []
        add(into, question, shown, name_, place, [*words.notes, *unsaid])
    except NotAsked as why:
        report(into, shown, name_, place, str(why))
    except RecursionError:
        report(into, shown, name_, place, _("its conditions are nested too deeply"))


def _guessed(item: _Item) -> str:
    if not item.responses:
        return "question"
    if item.responses[0].many == "ordered":
        return "ordering"
    if name(item.responses[0].element) == "response_lid":
        return "multiple_answers" if item.responses[0].many == "multiple" else "multiple_choice"
    return "fill_in"


def _unsaid(item: _Item) -> str:
    idents = {said.get("ident") for said in item.element.iter("{*}itemfeedback")}
    if idents & {"correct_fb", "general_incorrect_fb", "correct", "incorrect"}:
        return _("what is said to every right or every wrong answer is left out")
    return ""


def _points(item: _Item) -> Fraction:
    stated = fraction(item.meta.get("points_possible") or item.meta.get("cc_weighting"))
    return Fraction(1) if stated is None else stated


def _responses(presentation: etree._Element | None) -> Iterator[_Response]:
    for element in presentation.iter() if presentation is not None else ():
        if isinstance(element.tag, str) and name(element) in RESPONSES:
            labels = {
                label.get("ident") or "": _own_material(label)
                for label in element.iter("{*}response_label")
            }
            title = "".join(
                material(e) for e in element.iterchildren() if name(e) in {"material", "flow_mat"}
            )
            yield _Response(element.get("ident") or "", element, labels, title)


def _path(uri: str | None) -> str:
    return (uri or "").removeprefix("$IMS-CC-FILEBASE$").lstrip("/")


def material(element: etree._Element) -> str:
    """The words of an element as HTML, still to be sanitised."""
    said = []
    for part in element.iter("{*}mattext", "{*}matimage", "{*}matbreak"):
        if name(part) == "matimage":
            said.append(f'<img src="{html.escape(_path(part.get("uri")))}" alt="">')
        elif name(part) == "matbreak":
            said.append("<br>")
        elif "html" in (part.get("texttype") or ""):
            # Mostly escaped text; some write the tags themselves.
            inner = "".join(etree.tostring(one, encoding="unicode", method="html") for one in part)
            said.append((part.text or "") + inner)
        else:
            said.append(html.escape("".join(part.itertext()), quote=False))
    return " ".join(words for words in said if words.strip())


def _own_material(label: etree._Element) -> str:
    return "".join(material(e) for e in label.iter("{*}material"))


def _stem(presentation: etree._Element | None) -> str:
    """The words of the question, not those of its responses."""
    if presentation is None:
        return ""
    return "".join(
        material(e)
        for e in presentation.iter("{*}material")
        if not any(name(above) in RESPONSES for above in e.iterancestors())
    )


def _made(item: _Item) -> Raw:
    if reason := UNSUPPORTED.get(item.kind):
        raise NotAsked(_("not supported: %s") % _(reason))
    if item.kind in ESSAYS:
        return item.maker.question("long", item.stem())
    if not item.responses:
        raise NotAsked(_("it asks nothing"))
    if len(item.rules.conditions) > MOST_CONDITIONS or len(item.responses) > MOST_PARTS:
        raise NotAsked(_("it has more parts than a question can have"))
    if any(len(response.labels) > MOST_PARTS for response in item.responses):
        raise NotAsked(_("it has more parts than a question can have"))
    tags = {name(response.element) for response in item.responses}
    if tags & {"response_xy", "response_grp"}:
        raise NotAsked(_("not supported: %s") % _("a place in a picture"))
    if item.kind == GAP:
        return _gaps(item)
    if item.kind == MENUS:
        return _menus(item)
    if tags == {"response_lid"}:
        return _chosen(item)
    if tags <= {"response_str", "response_num"}:
        return _typed(item)
    raise NotAsked(_("it mixes several kinds of answers"))


def _chosen(item: _Item) -> Raw:
    if len(item.responses) > 1:
        return _pairs(item)
    response = item.responses[0]
    if not response.labels:
        raise NotAsked(_("it has no choices"))
    if response.many == "ordered" or item.kind == "ordering_question":
        return _ordered(item, response)
    return _several(item, response) if response.many == "multiple" else _one(item, response)


def _one(item: _Item, response: _Response) -> Raw:
    scores = {ident: item.rules.score({response.ident: [ident]}) for ident in response.labels}
    most = max(scores.values())
    if most <= 0:
        raise NotAsked(_("none of its choices is right"))
    right = next(ident for ident, score in scores.items() if score == most)
    if sum(score == most for score in scores.values()) > 1:
        item.words.notes.append(_("more than one choice is right: the others earn 100 %"))
    choices = []
    for ident, shown in response.labels.items():
        share = max(Fraction(-1), scores[ident] / most)
        worth = "" if share == (ident == right) else percent(share)
        choices.append(_choice(item, response, ident, shown, correct=ident == right, worth=worth))
    return item.maker.question("single", item.stem(), choices=item.maker.choices(choices))


def _choice(
    item: _Item, response: _Response, ident: str, shown: str, *, correct: bool, worth: str = ""
) -> Raw:
    return {
        "text": item.words.inline(shown),
        "correct": correct,
        "feedback": item.said_to(response.ident, ident),
        "worth": worth,
    }


def _several(item: _Item, response: _Response) -> Raw:
    """Tried on sets of choices: all or nothing, or a sum of what each choice gives."""
    idents = list(response.labels)

    def score(chosen: Sequence[str]) -> Fraction:
        return item.rules.score({response.ident: list(chosen)})

    tried = list(_sets(idents))
    points = {chosen: score(chosen) for chosen in tried}
    alone = {ident: score([ident]) for ident in idents}
    best = _best(item, response, points)
    most = points.setdefault(best, score(best))
    if most <= 0:
        raise NotAsked(_("none of its choices is right"))
    if all((points[chosen] == most) == (set(chosen) == set(best)) for chosen in points) and all(
        points[chosen] <= 0 for chosen in points if set(chosen) != set(best)
    ):
        scoring, worths, right = "all", dict.fromkeys(idents, ""), set(best)
    else:
        scoring, right = "worth", {ident for ident in idents if alone[ident] > 0}
        total = sum((alone[ident] for ident in right), Fraction(0))
        gains = _gains(item, idents)
        for chosen, given in points.items():
            expected = min(total, max(Fraction(0), sum((gains[i] for i in chosen), Fraction(0))))
            if expected != max(Fraction(0), given):
                raise NotAsked(_("its points cannot be given in this way here"))
        worths = {ident: percent(max(Fraction(-1), gains[ident] / total)) for ident in idents}
    choices = [
        _choice(item, response, ident, shown, correct=ident in right, worth=worths[ident])
        for ident, shown in response.labels.items()
    ]
    return item.maker.question(
        "multiple", item.stem(), choices=item.maker.choices(choices), scoring=scoring
    )


def _gains(item: _Item, idents: list[str]) -> dict[str, Fraction]:
    """What each choice adds; less than nothing for those that take points away."""
    free = Rules(item.rules.conditions, None, None)
    response = item.responses[0].ident
    return {ident: free.score({response: [ident]}) for ident in idents}


def _sets(idents: list[str]) -> Iterator[tuple[str, ...]]:
    """Sets of choices: all of them where they are few, else a fixed sample."""
    if len(idents) <= 8:
        for size in range(len(idents) + 1):
            yield from itertools.combinations(idents, size)
        return
    rng = random.Random(len(idents))  # noqa: S311 - a sample, not a secret
    for _try in range(MOST_TRIES):
        yield tuple(one for one in idents if rng.random() < 0.5)


def _best(
    item: _Item, response: _Response, points: dict[tuple[str, ...], Fraction]
) -> tuple[str, ...]:
    """The set of choices that the rewarding conditions name."""
    named = {
        (e.text or "").strip()
        for condition in item.rules.rewarding()
        for e in condition.iter("{*}varequal")
        if not any(name(above) == "not" for above in e.iterancestors())
    }
    best = tuple(ident for ident in response.labels if ident in named)
    found = max(points, key=lambda chosen: points[chosen])
    score = item.rules.score({response.ident: list(best)})
    return best if score >= points[found] else found


def _ordered(item: _Item, response: _Response) -> Raw:
    for condition in item.rules.rewarding():
        wanted = [(e.text or "").strip() for e in condition.iter("{*}varequal")]
        if sorted(wanted) == sorted(response.labels):
            texts = [{"text": item.words.plain(response.labels[ident])} for ident in wanted]
            return item.maker.question("order", item.stem(), items=item.maker.listed(texts))
    raise NotAsked(_("its right order is not stated"))


def _right(item: _Item, response: _Response) -> list[str]:
    """The choices of one part that earn points by themselves."""
    free = Rules(item.rules.conditions, None, None)
    alone = [i for i in response.labels if free.score({response.ident: [i]}) > 0]
    return alone or [
        (e.text or "").strip()
        for condition in item.rules.rewarding()
        for e in condition.iter("{*}varequal")
        if e.get("respident") == response.ident
    ]


def _parts_scoring(item: _Item, right: dict[str, str]) -> str:
    """Whether each part earns its share, or only all of them together."""
    free = Rules(item.rules.conditions, None, None)
    whole = free.score({key: [value] for key, value in right.items()})
    if whole <= 0:
        raise NotAsked(_("it names no answer"))
    if "allornothing" in item.meta.get("scoring_algorithm", "").lower():
        return "all"
    alone = [free.score({key: [value]}) for key, value in right.items()]
    if all(score == 0 for score in alone) and len(alone) > 1:
        return "all"
    # Shares are written with two decimals: three thirds of 33.33.
    near = whole / len(alone) / 100
    if any(abs(score - whole / len(alone)) > near for score in alone):
        raise NotAsked(_("its parts are worth different points"))
    return "partial"


def _pairs(item: _Item) -> Raw:
    pairs, extras, right = [], [], {}
    for response in item.responses:
        found = _right(item, response)
        if len(found) != 1 or found[0] not in response.labels:
            raise NotAsked(_("one of its parts has not exactly one right partner"))
        right[response.ident] = found[0]
        left = item.words.plain(response.title)
        pairs.append({"left": left, "right": item.words.plain(response.labels[found[0]])})
    scoring = _parts_scoring(item, right)
    taken = {pair["right"] for pair in pairs}
    for response in item.responses:
        for shown in response.labels.values():
            words = item.words.plain(shown)
            if words not in taken:
                taken.add(words)
                extras.append(words)
    return item.maker.question(
        "match",
        item.stem(),
        pairs=item.maker.listed(pairs),
        extras=item.maker.listed(extras),
        scoring=scoring,
    )


def _menus(item: _Item) -> Raw:
    """Menus in a text: numbered places in it, each to be matched with one of the choices."""
    stem = item.stem_html
    for number, response in enumerate(item.responses, start=1):
        mark = f"[{response.ident.removeprefix('response_')}]"
        if mark not in stem:
            raise NotAsked(_("its text has no place for one of its parts"))
        stem = stem.replace(mark, f"({number}) ____", 1)
        response.title = f"({number})"
    item.stem_html = stem
    question = _pairs(item)
    item.words.notes.append(_("its menus became a matching question"))
    return question


def _gaps(item: _Item) -> Raw:
    source, right, where = item.stem_html, {}, []
    for number, response in enumerate(item.responses):
        mark = f"[{response.ident.removeprefix('response_')}]"
        if mark not in source:
            raise NotAsked(_("its text has no place for one of its parts"))
        source = source.replace(mark, f"\ue100{number}\ue101", 1)
        labels = list(response.element.iter("{*}response_label"))
        ways = {(label.get("scoring_algorithm") or "").lower() for label in labels}
        if not ways <= COMPARES:
            raise NotAsked(_("it compares answers in a way that is not supported"))
        found = [ident for ident in _right(item, response) if ident in response.labels]
        if not found:
            raise NotAsked(_("it names no answer"))
        right[response.ident] = found[0]
        chosen = any(
            (label.get("answer_type") or "openentry").lower() != "openentry" for label in labels
        )
        if chosen:
            item.words.notes.append(_("its menus became words to type"))
        # Canvas takes every word that it lists for a gap; of a menu only the right one.
        accepted = found if chosen else list(response.labels)
        where.append(_gap_text([item.words.plain(response.labels[i]) for i in accepted]))
    scoring = _parts_scoring(item, right)
    return _blanks(item, _lines(source), where, scoring, case=False)


def _gap_text(answers: list[str]) -> str:
    if any(re.search(r"[\[\]|]", answer) or not answer for answer in answers) or not answers:
        raise NotAsked(_("an answer holds signs that a gap cannot"))
    return f"[{'|'.join(dict.fromkeys(answers))}]"


def _lines(source: str) -> str:
    """The words of the text, a line for each of its paragraphs."""
    broken = re.sub(r"</(?:p|div|li|h\d)>|<br\s*/?>", "\n", source)
    lines = [to_plain(line) for line in broken.split("\n")]
    return "\n".join(line for line in lines if line)


def _blanks(item: _Item, source: str, gaps: list[str], scoring: str, *, case: bool) -> Raw:
    text_ = source.replace("[", "(").replace("]", ")")
    for number, gap in enumerate(gaps):
        text_ = text_.replace(f"\ue100{number}\ue101", gap)
    pictures = [block for block in item.stem() if block.type != "text"]
    return item.maker.question(
        "blanks",
        [Block("text", paragraph(_("Fill in the gaps."))), *pictures],
        text=text_,
        scoring=scoring,
        case=case,
    )


def _typed(item: _Item) -> Raw:
    if len(item.responses) > 1:
        return _typed_gaps(item)
    response = item.responses[0]
    found = [(name(e), e) for e in response.element.iter() if name(e) == "render_fib"]
    fibtype = (found[0][1].get("fibtype") or "").lower() if found else ""
    numeric = item.kind == "numerical_question" or name(response.element) == "response_num"
    if numeric or fibtype in {"decimal", "integer", "scientific"}:
        return _number(item, response)
    accepted = list(
        dict.fromkeys(
            (e.text or "").strip()
            for condition in item.rules.rewarding()
            for e in condition.iter("{*}varequal")
            if not any(name(above) == "not" for above in e.iterancestors())
        )
    )
    if not item.kind and not any(True for t in item.rules.tests() for __ in t.iter("{*}varequal")):
        # A field that nothing is compared with: somebody reads it.
        return item.maker.question("long", item.stem())
    scores = {one: item.rules.score({response.ident: [one]}) for one in accepted}
    most = max(scores.values(), default=Fraction(0))
    if most <= 0:
        raise NotAsked(_("it names no answer"))
    answers = [
        {
            "text": one,
            "feedback": item.said_to(response.ident, one),
            "worth": "" if score == most else percent(score / most),
        }
        for one, score in scores.items()
    ]
    listed = item.maker.listed(answers)
    return item.maker.question("short", item.stem(), answers=listed, case=_case(item))


def _case(item: _Item) -> bool:
    return any(
        (e.get("case") or "").lower() == "yes"
        for test in item.rules.tests()
        for e in test.iter("{*}varequal")
    )


def _typed_gaps(item: _Item) -> Raw:
    """Fields between the words of the text."""
    source = ""
    gaps: list[str] = []
    right: dict[str, str] = {}
    presentation = child(item.element, "presentation")
    for element in presentation.iter() if presentation is not None else ():
        if not isinstance(element.tag, str):
            continue
        inside = any(name(above) in RESPONSES for above in element.iterancestors())
        if name(element) == "material" and not inside:
            source += material(element) + " "
        elif name(element) in RESPONSES:
            ident = element.get("ident") or ""
            accepted = [
                (e.text or "").strip()
                for condition in item.rules.rewarding()
                for e in condition.iter("{*}varequal")
                if e.get("respident") == ident
            ]
            if not accepted:
                raise NotAsked(_("it names no answer"))
            right[ident] = accepted[0]
            source += f" \ue100{len(gaps)}\ue101 "
            gaps.append(_gap_text(accepted))
    return _blanks(item, _lines(source), gaps, _parts_scoring(item, right), case=_case(item))


def _number(item: _Item, response: _Response) -> Raw:
    answers = []
    best = Fraction(0)
    for condition in item.rules.rewarding():
        points = max(
            (fraction(c.text) or Fraction(0) for c in condition.iter("{*}setvar")),
            default=Fraction(0),
        )
        best = max(best, points)
        said = "".join(
            item.feedback(link.get("linkrefid") or "")
            for link in condition.iter("{*}displayfeedback")
        )
        for value, tolerance in _values(item, condition):
            answers.append((value, tolerance, points, said))
    if not answers:
        raise NotAsked(_("it names no answer that is a number"))
    made = [
        {
            "value": decimal_text(value),
            "tolerance": decimal_text(tolerance) if tolerance else "",
            "kind": "absolute",
            "feedback": said,
            "worth": "" if points == best else percent(points / best),
        }
        for value, tolerance, points, said in dict.fromkeys(answers)
    ]
    return item.maker.question("number", item.stem(), answers=item.maker.listed(made))


def _values(item: _Item, condition: etree._Element) -> Iterator[tuple[Fraction, Fraction]]:
    """Exact values, and ranges as their middle and half; one for both where they say the same."""
    exact = [fraction(e.text) for e in condition.iter("{*}varequal")]
    bounds: dict[str, Fraction] = {}
    for element in condition.iter():
        value = fraction(element.text) if isinstance(element.tag, str) else None
        if value is not None and name(element) in {"vargte", "vargt", "varlte", "varlt"}:
            bounds[name(element)] = value
    if {"vargt", "varlt"} & set(bounds):
        item.words.notes.append(_("the ends of its range count as well"))
    low = bounds.get("vargte", bounds.get("vargt"))
    high = bounds.get("varlte", bounds.get("varlt"))
    if low is not None and high is not None and low <= high:
        yield (low + high) / 2, (high - low) / 2
    elif bounds:
        raise NotAsked(_("its range has only one end"))
    else:
        low = high = None
    for value in exact:
        if value is not None and (low is None or high is None or not low <= value <= high):
            yield value, Fraction(0)
