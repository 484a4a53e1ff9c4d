"""Grading: (question, answer) → the exact share of its points. Pure, total, never raises.

Where a learner's answer is one that the question does not know (an older version's choice, say), it
earns nothing. Shares are fractions: three thirds are one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from assessments.questions import numbers, texts
from assessments.questions.data import (
    MANUAL,
    NOTHING,
    Answer,
    Question,
    fraction,
    gaps,
    items,
    option_key,
    points,
    worth,
)
from assessments.questions.texts import Rules

ALL = Fraction(1)


@dataclass(frozen=True)
class Mark:
    """What an answer earned. `points` is None while a person has to grade it."""

    points: Fraction | None
    possible: Fraction

    @property
    def right(self) -> bool:
        return self.points is not None and self.points >= self.possible > 0


def mark(question: Question, answer: Answer) -> Mark:
    """The mark of an answer; what nobody answered earns nothing, whatever its type."""
    possible = points(question)
    if answer is None:
        return Mark(NOTHING, possible)
    if question["type"] in MANUAL:
        return Mark(None, possible)
    earned = share(question, answer)
    return Mark(possible if earned == 1 else earned * possible, possible)


def share(question: Question, answer: Answer) -> Fraction:
    """0 … 1 for a question that is graded by itself."""
    earned = GRADERS[question["type"]](question, answer)
    if earned.numerator <= 0:
        return NOTHING
    return earned if earned.numerator <= earned.denominator else ALL


def _single(question: Question, answer: Answer) -> Fraction:
    chosen = next((value for key, value in items(question["choices"]) if key == answer), None)
    return worth(chosen) if chosen else NOTHING


def _multiple(question: Question, answer: Answer) -> Fraction:
    """By the question's rule; with `n` choices of which `k` are right, `hits` and `wrong` chosen:

    - all: everything or nothing
    - partial: every choice rightly ticked or rightly left, ÷ n (Open edX's "EDC")
    - penalty: (hits - wrong) ÷ k, at least nothing (as Canvas does)
    - worth: the sum of the chosen choices' worths (GIFT)
    """
    chosen = set(answer) if isinstance(answer, list) else set()
    choices = dict(items(question["choices"]))
    right = {key for key, value in choices.items() if value.get("correct")}
    scoring = question.get("scoring") or "all"
    if scoring == "worth":
        return sum((worth(choices[key]) for key in chosen & set(choices)), NOTHING)
    if scoring == "partial":
        agree = len(choices) - len(right ^ (chosen & set(choices)))
        return Fraction(agree, len(choices)) if choices else NOTHING
    if scoring == "penalty":
        hits, wrong = len(chosen & right), len(chosen - right)
        return Fraction(hits - wrong, len(right)) if right else NOTHING
    return ALL if chosen == right else NOTHING


def _true_or_false(question: Question, answer: Answer) -> Fraction:
    return Fraction(str(answer) == question["answer"])


def _rules(question: Question) -> Rules:
    return Rules(
        case=bool(question.get("case")),
        accents=bool(question.get("accents", True)),
        spaces=question.get("spaces") or "fold",
    )


def accepted(question: Question, answer: Answer) -> str | None:
    """The id of the accepted answer that earns most, of a short or numeric question."""
    text = answer if isinstance(answer, str) else ""
    fits = _number_fits if question["type"] == "number" else _text_fits
    found = [
        (worth(value), key)
        for key, value in items(question["answers"])
        if fits(question, value, text)
    ]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _text_fits(question: Question, value: Question, text: str) -> bool:
    return texts.same(
        text, value["text"] or "", _rules(question), pattern=bool(question.get("pattern"))
    )


def _number_fits(question: Question, value: Question, text: str) -> bool:
    given, right = numbers.parse(text), numbers.parse(value["value"] or "")
    if given is None or right is None:
        return False
    tolerance = abs(fraction(numbers.parse(value.get("tolerance") or "0") or 0))
    if value.get("kind") == "relative":
        tolerance *= abs(fraction(right)) / 100
    return abs(fraction(given) - fraction(right)) <= tolerance


def _accepted(question: Question, answer: Answer) -> Fraction:
    key = accepted(question, answer)
    return worth(dict(items(question["answers"]))[key]) if key else NOTHING


def _places(question: Question, hits: int, of: int) -> Fraction:
    """All or nothing, or by the part that is right."""
    if (question.get("scoring") or "all") == "all":
        return Fraction(hits == of and of > 0)
    return Fraction(hits, of) if of else NOTHING


def _order(question: Question, answer: Answer) -> Fraction:
    right = [key for key, _ in items(question["items"])]
    given = answer if isinstance(answer, list) else []
    hits = sum(one == other for one, other in zip(right, given, strict=False))
    return _places(question, hits, len(right))


def _match(question: Question, answer: Answer) -> Fraction:
    given = answer if isinstance(answer, dict) else {}
    pairs = list(items(question["pairs"]))
    hits = sum(given.get(key) == option_key(question, pair["right"]) for key, pair in pairs)
    return _places(question, hits, len(pairs))


def _blanks(question: Question, answer: Answer) -> Fraction:
    given = answer if isinstance(answer, dict) else {}
    rules, wanted = _rules(question), gaps(question)
    hits = sum(
        any(texts.same(given.get(str(number), ""), one, rules) for one in accepts)
        for number, accepts in enumerate(wanted)
    )
    return _places(question, hits, len(wanted))


GRADERS: dict[str, Callable[[Question, Answer], Fraction]] = {
    "single": _single,
    "multiple": _multiple,
    "truefalse": _true_or_false,
    "short": _accepted,
    "number": _accepted,
    "order": _order,
    "match": _match,
    "blanks": _blanks,
}


def best(question: Question) -> Fraction:
    """The share that the best answer earns; less than all where worths were set so."""
    if question["type"] == "single":
        shares = [worth(value) for _key, value in items(question.get("choices"))]
    elif question["type"] == "multiple" and question.get("scoring") == "worth":
        shares = [
            sum((max(NOTHING, worth(one)) for _key, one in items(question.get("choices"))), NOTHING)
        ]
    elif question["type"] in {"short", "number"}:
        shares = [worth(value) for _key, value in items(question.get("answers"))]
    else:
        return ALL
    return min(ALL, max([NOTHING, *shares]))
