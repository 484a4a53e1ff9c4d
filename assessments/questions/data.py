"""The stored shapes of questions and answers, read in one place.

Questions (values of their blocks; ids are those of the blocks, lists are Wagtail list values):

- every type: `id`, `type`, `stem` (raw stream), `points`, `hint`, `feedback`, `tags`
- single:    `choices` [{text, correct, worth, feedback}]
- multiple:  the same, `scoring` all | partial | penalty | worth
- truefalse: `answer` true | false, `feedback_true`, `feedback_false`
- short:     `answers` [{text, worth, feedback}], `case`, `accents`, `spaces`, `pattern`
- number:    `answers` [{value, tolerance, kind absolute | relative, worth, feedback}]
- order:     `items` [{text}] in their right order, `scoring` all | partial
- match:     `pairs` [{left, right}], `extras` [text], `scoring` all | partial
- blanks:    `text` with each gap as [right answer|another], `case`, `accents`, `spaces`
- long:      `rubric` [{criterion, description, points}]

Answers as they are stored (None: not answered): single and truefalse a choice's id or word,
multiple a sorted list of ids, short, number and long a text, order a list of all item ids,
match {left id: option key}, blanks {gap number: text}.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

Question = Mapping[str, Any]
Answer = str | list[str] | dict[str, str] | None

GAP = re.compile(r"\[([^\[\]]+)\]")
# Half of the last place of a percentage with two.
ROUNDED = Fraction(5, 100_000)
MANUAL = frozenset({"long"})
NOTHING, WHOLE = Fraction(0), Fraction(1)


def items(value: Any) -> Iterator[tuple[str, Any]]:
    """Id and value of each item in a stored list."""
    for item in value or []:
        yield str(item["id"]), item["value"]


def points(question: Question) -> Fraction:
    """What the question is worth; a long answer is worth its rubric where it has one."""
    if question["type"] == "long" and question.get("rubric"):
        return sum((fraction(row["points"]) for _, row in items(question["rubric"])), Fraction(0))
    return fraction(question.get("points") or "1")


@lru_cache(maxsize=4096)
def fraction(text: Any) -> Fraction:
    return Fraction(Decimal(str(text)))


def worth(value: Mapping[str, Any]) -> Fraction:
    """The share of the points that a choice or an accepted answer earns, e.g. -1/2 … 1.

    Stored as a percentage; left open it is all for what is right, nothing for what is not. One that
    was rounded is what it was before: three choices of 33.33 % together are the whole.
    """
    if value.get("worth") not in (None, ""):
        share = fraction(value["worth"]) / 100
        simple = share.limit_denominator(20)
        return simple if abs(simple - share) <= ROUNDED else share
    return WHOLE if value.get("correct", True) else NOTHING


def option_key(question: Question, text: str) -> str:
    """What stands for a right-hand side in a matching answer: equal texts are one option."""
    return hashlib.sha256(f"{question['id']}\n{text}".encode()).hexdigest()[:16]


def options(question: Question) -> dict[str, str]:
    """Key → text of all right-hand sides of a matching question."""
    texts = [pair["right"] for _, pair in items(question["pairs"])]
    texts += [text for _, text in items(question.get("extras"))]
    return {option_key(question, text): text for text in texts}


def gaps(question: Question) -> list[list[str]]:
    """The accepted answers of each gap, in order of the text."""
    return [
        [one.strip() for one in match.split("|") if one.strip()]
        for match in GAP.findall(question["text"] or "")
    ]


def choice_ids(question: Question) -> list[str]:
    """Ids that an order of choices is made of: choices, items or right-hand sides."""
    if question["type"] in {"single", "multiple"}:
        return [key for key, _ in items(question["choices"])]
    if question["type"] == "order":
        return [key for key, _ in items(question["items"])]
    if question["type"] == "match":
        return list(options(question))
    return []
