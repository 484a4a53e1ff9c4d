"""What an answer earns, worked out a second time from the formats' own rules.

Written from the GIFT documentation and Moodle's question engine, QTI 1.2's and 2.x's response
processing, and Open edX's problem documentation; it shares no code with `assessments.questions`.
Shares are fractions of a question's points, never below nothing or above all, as a quiz gives them.
"""

import operator
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any

Data = Mapping[str, Any]


# --- Stored questions --------------------------------------------------------------------------


def stored(question: Data, answer: Any) -> Fraction | None:
    """The share that a stored answer earns; None where a person decides."""
    if answer is None:
        return Fraction(0)
    if question["type"] == "long":
        return None
    return _within(KINDS[question["type"]](question, answer))


def _within(share: Fraction) -> Fraction:
    return Fraction(0) if share < 0 else Fraction(1) if share > 1 else share


def _rows(listed: Any) -> list[tuple[str, Any]]:
    return [(row["id"], row["value"]) for row in listed or ()]


def weight(value: Data) -> Fraction:
    """A percentage, or all for what is right. 33.33 is a third, as in Moodle's list of grades."""
    text = str(value.get("worth") or "")
    if text == "":
        return Fraction(1) if value.get("correct", True) else Fraction(0)
    share = Fraction(Decimal(text)) / 100
    for whole in range(1, 21):
        for part in range(-whole, whole + 1):
            if abs(share - Fraction(part, whole)) <= Fraction(5, 100_000):
                return Fraction(part, whole)
    return share


def _single(question: Data, answer: Any) -> Fraction:
    return next((weight(v) for key, v in _rows(question["choices"]) if key == answer), Fraction(0))


def _multiple(question: Data, answer: Any) -> Fraction:
    ticked = [(bool(v["correct"]), key in answer, v) for key, v in _rows(question["choices"])]
    right = sum(correct for correct, __, __ in ticked)
    if question["scoring"] == "worth":
        return sum((weight(v) for __, chosen, v in ticked if chosen), Fraction(0))
    if question["scoring"] == "partial":
        return Fraction(sum(correct == chosen for correct, chosen, __ in ticked), len(ticked))
    if question["scoring"] == "penalty":
        hits = sum(correct and chosen for correct, chosen, __ in ticked)
        wrong = sum(chosen and not correct for correct, chosen, __ in ticked)
        return Fraction(hits - wrong, right)
    known = {key for key, __ in _rows(question["choices"])}
    exact = all(correct == chosen for correct, chosen, __ in ticked) and set(answer) <= known
    return Fraction(int(exact))


def _truefalse(question: Data, answer: Any) -> Fraction:
    return Fraction(int(answer == question["answer"]))


def _short(question: Data, answer: Any) -> Fraction:
    fitting = [
        weight(value)
        for __, value in _rows(question["answers"])
        if equal_words(answer, value["text"], question, bool(question.get("pattern")))
    ]
    return max(fitting, default=Fraction(0))


def equal_words(given: str, wanted: str, rules: Data, pattern: bool = False) -> bool:
    """By normal form, case, accents and spaces; `*` in a pattern is any text."""
    one, other = folded(given, rules), folded(wanted, rules)
    if not pattern:
        return one == other
    return bool(re.fullmatch(".*".join(map(re.escape, other.split("*"))), one, re.DOTALL))


def folded(text: str, rules: Data) -> str:
    text = unicodedata.normalize("NFKC", text).strip()
    if not rules.get("accents", True):
        parts = unicodedata.normalize("NFD", text)
        bare = [sign for sign in parts if unicodedata.category(sign) != "Mn"]
        text = unicodedata.normalize("NFC", "".join(bare))
    if not rules.get("case"):
        text = unicodedata.normalize("NFC", text.casefold())
    spaces = rules.get("spaces") or "fold"
    if spaces == "exact":
        return text
    return re.sub(r"\s+", "" if spaces == "ignore" else " ", text).strip()


def _number(question: Data, answer: Any) -> Fraction:
    given = number(answer)
    best = Fraction(0)
    for __, value in _rows(question["answers"]):
        wanted = number(value["value"])
        if given is None or wanted is None:
            continue
        margin = abs(number(value.get("tolerance") or "0") or Fraction(0))
        if value.get("kind") == "relative":
            margin = margin * abs(wanted) / 100
        if wanted - margin <= given <= wanted + margin:
            best = max(best, weight(value))
    return best


def number(text: str) -> Fraction | None:
    """Plain decimals with a point or a comma, an exponent, and thousands that are grouped."""
    plain = ""
    for sign in text.strip():
        if unicodedata.decimal(sign, None) is not None:
            plain += str(unicodedata.decimal(sign))
        elif sign in "\u2212\u2013\uff0d":
            plain += "-"
        elif sign == "\uff0b":
            plain += "+"
        elif sign in "\u066b\uff0e":
            plain += "."
        elif sign == "\uff0c":
            plain += ","
        elif sign not in " \u00a0\u2009\u202f_'\u2019\u066c":
            plain += sign
    if len(text) > 100:
        return None
    mantissa, __, power = plain.lower().partition("e")
    if "e" in plain.lower() and not re.fullmatch(r"[+-]?[0-9]{1,4}", power):
        return None
    signed = re.fullmatch(r"([+-]?)([0-9.,]+)", mantissa)
    if not signed or not re.search("[0-9]", mantissa) or abs(int(power or 0)) > 308:
        return None
    digits = _ungrouped(signed[2])
    if digits is None:
        return None
    value = Fraction(Decimal(digits)) * Fraction(10) ** int(power or 0)
    if value >= Fraction(10) ** 309 or 0 < value < Fraction(1, 10**308):
        return None
    return -value if signed[1] == "-" else value


def _ungrouped(digits: str) -> str | None:
    points, commas = digits.count("."), digits.count(",")
    if points + commas <= 1:
        return digits.replace(",", ".") + ("0" if digits[-1] in ".," else "")
    last = max(digits.rfind("."), digits.rfind(","))
    groups = re.split("[.,]", digits)
    if points and commas:
        if digits.count(digits[last]) > 1:
            return None
        groups = groups[:-1]
    sound = 1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    if not sound:
        return None
    return "".join(groups) + (f".{digits[last + 1 :]}" if points and commas else "")


def _order(question: Data, answer: Any) -> Fraction:
    right = [key for key, __ in _rows(question["items"])]
    at_home = sum(position < len(answer) and answer[position] == key
                  for position, key in enumerate(right))  # fmt: skip
    return _parts(question, at_home, len(right))


def _match(question: Data, answer: Any) -> Fraction:
    # `answer` names right-hand sides by their words.
    pairs = _rows(question["pairs"])
    hits = sum(answer.get(key) == pair["right"] for key, pair in pairs)
    return _parts(question, hits, len(pairs))


def _blanks(question: Data, answer: Any) -> Fraction:
    gaps = re.findall(r"\[([^\[\]]+)\]", question["text"])
    hits = 0
    for index, gap in enumerate(gaps):
        given = answer.get(str(index), "")
        accepted = [one for one in gap.split("|") if one.strip()]
        hits += any(equal_words(given, one, question) for one in accepted)
    return _parts(question, hits, len(gaps))


def _parts(question: Data, hits: int, of: int) -> Fraction:
    return Fraction(hits, of) if question["scoring"] == "partial" else Fraction(int(hits == of))


KINDS: dict[str, Callable[[Data, Any], Fraction]] = {
    "single": _single,
    "multiple": _multiple,
    "truefalse": _truefalse,
    "short": _short,
    "number": _number,
    "order": _order,
    "match": _match,
    "blanks": _blanks,
}


# --- GIFT, from its source ---------------------------------------------------------------------


def gift_answers(source: str) -> tuple[str, list[tuple[Fraction, str]]]:
    """Kind and (weight, words) of each answer between the braces of a question's source."""
    body = source[source.index("{") + 1 : source.index("}")].strip()
    body = re.sub(r"\\([~=#{}:])", lambda found: f"&#{ord(found[1])};", body).split("####")[0]
    if body.startswith("#"):
        return "number", [_weighed(one) for one in body[1:].split("~")[0].split("=") if one.strip()]
    if "~" in body:
        signed = re.findall(r"([=~])([^=~]*)", body)
        single = any(sign == "=" for sign, __ in signed)
        weighed = [
            (Fraction(1), words) if sign == "=" else _weighed(words, Fraction(0))
            for sign, words in signed
        ]
        return "single" if single else "multiple", [(w, _said(text)) for w, text in weighed]
    word = body.split("#")[0].strip().upper()
    if word in {"T", "TRUE", "F", "FALSE"}:
        return "truefalse", [(Fraction(1), "true" if word[0] == "T" else "false")]
    if "->" in body:
        return "match", []
    return "short", [(w, _said(t)) for w, t in map(_weighed, filter(str.strip, body.split("=")))]


def _weighed(text: str, otherwise: Fraction = Fraction(1)) -> tuple[Fraction, str]:
    found = re.match(r"\s*%(-?[0-9.]+)%", text)
    if not found:
        return otherwise, text.split("#")[0].strip()
    return weight({"worth": found[1]}), text[found.end() :].split("#")[0].strip()


def _said(text: str) -> str:
    words = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), text.split("#")[0])
    return re.sub(r"^\s*\[(html|markdown|moodle|plain)\]", "", words).strip()


def gift_number(answers: list[tuple[Fraction, str]], given: Fraction) -> Fraction:
    """3 or 3:2 or 1..5."""
    best = Fraction(0)
    for share, text in answers:
        if ".." in text:
            low, high = (Fraction(part.strip()) for part in text.split(".."))
        else:
            middle, __, margin = text.partition(":")
            low = Fraction(middle.strip()) - Fraction(margin.strip() or 0)
            high = Fraction(middle.strip()) + Fraction(margin.strip() or 0)
        if low <= given <= high:
            best = max(best, share)
    return _within(best)


# --- QTI, from its XML -------------------------------------------------------------------------


def qti1(item: Any, respident: str, idents: Sequence[str], chosen: Sequence[str]) -> Fraction:
    """The share that a choice of labels earns, of the most that any choice of them can."""
    single = item.find(".//{*}response_lid").get("rcardinality", "Single").lower() == "single"
    sizes = [1] if single else range(len(idents) + 1)
    most = max(_chose(item, {respident: some}) for n in sizes for some in combinations(idents, n))
    return _within(_chose(item, {respident: chosen}) / most)


def qti1_labels(response: Any) -> dict[str, str]:
    """The words of a `response_lid`'s labels, without their markup."""
    return {
        label.get("ident"): " ".join(re.sub("<[^>]*>", " ", "".join(label.itertext())).split())
        for label in response.iter("{*}response_label")
    }


def qti1_places(item: Any, chosen: Mapping[str, Sequence[str]]) -> Fraction:
    """The same where several responses take one label each: what is reached at each adds up.

    "AllOrNothing" is Canvas's word, beside the standard, for only the whole to count.
    """
    best = {}
    for response in item.iter("{*}response_lid"):
        ident = response.get("ident")
        gains = {label: _chose(item, {ident: [label]}) for label in qti1_labels(response)}
        best[ident] = [max(gains, key=gains.__getitem__)]
    earned = _within(_chose(item, chosen) / _chose(item, best))
    entries = [(entry.text or "").strip() for entry in item.iter("{*}fieldentry")]
    return Fraction(int(earned)) if "AllOrNothing" in entries else earned


def qti1_typed(item: Any, answer: str) -> Fraction:
    """What typed text earns of a `response_str`; capitals count where a test says so (`case`).

    A number is one if the field says it takes numbers (`fibtype`).
    """
    kind = item.find(".//{*}render_fib").get("fibtype", "String")
    given = number(answer) if kind in {"Decimal", "Integer", "Scientific"} else None

    def holds(test: Any) -> bool:
        if kind == "String":
            rules = {"case": test.get("case", "No") == "Yes"}
            return equal_words(answer, test.text, rules)
        wanted = Fraction(test.text.strip())
        return given is not None and COMPARED[_name(test)](given, wanted)

    most = max(
        Fraction(change.text.strip())
        for condition in item.iter("{*}respcondition")
        for change in condition.findall("{*}setvar")
    )
    return _within(_run(item, holds) / most)


COMPARED: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "varequal": operator.eq,
    "vargt": operator.gt,
    "vargte": operator.ge,
    "varlt": operator.lt,
    "varlte": operator.le,
}


def _name(element: Any) -> str:
    return str(element.tag.rsplit("}", 1)[-1])


def _chose(item: Any, chosen: Mapping[str, Sequence[str]]) -> Fraction:
    return _run(item, lambda test: test.text.strip() in chosen.get(test.get("respident"), ()))


def _run(item: Any, holds: Callable[[Any], bool]) -> Fraction:
    score = Fraction(0)
    for condition in item.iter("{*}respcondition"):
        if not _true(condition.find("{*}conditionvar"), holds):
            continue
        for change in condition.findall("{*}setvar"):
            value = Fraction(change.text.strip())
            score = score + value if change.get("action") == "Add" else value
    bounds = item.find(".//{*}decvar")
    if bounds is not None and bounds.get("maxvalue"):
        score = min(score, Fraction(bounds.get("maxvalue")))
    return max(score, Fraction(0))


def _true(test: Any, holds: Callable[[Any], bool]) -> bool:
    kind = _name(test)
    if kind in COMPARED:
        return holds(test)
    inner = [_true(part, holds) for part in test]
    if kind == "or":
        return any(inner)
    if kind == "not":
        return not all(inner)
    return all(inner)


def qti2(item: Any, chosen: Sequence[str]) -> Fraction:
    """match_correct or map_response, by what the item's template says."""
    declared = item.find("{*}responseDeclaration")
    right = {value.text.strip() for value in declared.findall("{*}correctResponse/{*}value")}
    processing = item.find("{*}responseProcessing")
    if "map_response" not in (processing.get("template") or ""):
        return Fraction(int(set(chosen) == right))
    mapping = declared.find("{*}mapping")
    values = {e.get("mapKey"): Fraction(e.get("mappedValue")) for e in mapping}
    total = sum(
        (values.get(one, Fraction(mapping.get("defaultValue", "0"))) for one in set(chosen)),
        Fraction(0),
    )
    most = sum((value for value in values.values() if value > 0), Fraction(0))
    if mapping.get("upperBound"):
        most = min(most, Fraction(mapping.get("upperBound")))
    return _within(total / most)


# --- Open edX, from what its import kept -------------------------------------------------------


def olx(question: Data, answer: Any) -> Fraction:
    """`answer`: numbers of the chosen choices, or what was typed."""
    if question["type"] in {"choice", "dropdown", "multiple"}:
        right = {n for n, choice in enumerate(question["choices"]) if choice["correct"]}
        if question.get("partial_credit") == "EDC":
            of = len(question["choices"])
            return Fraction(of - len(right ^ set(answer)), of)
        return Fraction(int(set(answer) == right))
    if question["type"] == "text":
        accepted = [a["text"] for a in question["answers"] if a["correct"]]
        rules = {"case": not question["ignore_case"]}
        return Fraction(int(any(equal_words(answer, one, rules) for one in accepted)))
    given = number(answer)
    for one in question["answers"]:
        wanted, tolerance = Fraction(one["value"]), one["tolerance"] or "0.001%"
        margin = Fraction(tolerance.rstrip("%").strip())
        margin = margin / 100 * abs(wanted) if tolerance.endswith("%") else margin
        if given is not None and abs(given - wanted) <= margin:
            return Fraction(1)
    return Fraction(0)
