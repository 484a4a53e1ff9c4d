"""Item analysis: how each version of a question did, read once through the attempts.

- Facility: what its learners earned of what it is worth, as a mean.
- Discrimination: Pearson's correlation of the question's share with the share of the rest of the
  attempt, the question itself left out ("corrected item-total correlation"; with right and wrong
  alone the point-biserial one). Source: Crocker and Algina, "Introduction to Classical and Modern
  Test Theory" (1986), chapter 14. None where either never varies.

Versions are told apart by `paper.version_of` of what was asked; sums are kept, no rows.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from assessments.blocks import BankQuestions
from assessments.questions import grading, paper
from assessments.questions.data import gaps, items, option_key, options
from assessments.services import regrading
from core import snapshots
from course_pages.models import Course

FEWEST = 10
"""Attempts below which a figure says more about chance than about the question."""
MOST_TEXTS = 1_000
TOP = 8
CHUNK = 500
Question = Mapping[str, Any]
KINDS = BankQuestions().child_blocks


@dataclass(frozen=True)
class Bar:
    """One answer and how many gave it."""

    text: str
    count: int
    right: bool
    percent: int


@dataclass
class Item:
    """One version of a question, with what was summed up for it."""

    question: Question
    version: str
    last_at: datetime
    number: int = 0
    """Its place in the quiz as it is written; a draw has one place for all its questions."""
    drawn: bool = False
    asked: int = 0
    answered: int = 0
    graded: int = 0
    x: float = 0.0
    y: float = 0.0
    xx: float = 0.0
    yy: float = 0.0
    xy: float = 0.0
    given: Counter[str] = field(default_factory=Counter)
    others: int = 0

    @property
    def enough(self) -> bool:
        return self.graded >= FEWEST

    @property
    def facility(self) -> float | None:
        return self.x / self.graded if self.enough else None

    @property
    def facility_percent(self) -> int | None:
        return None if self.facility is None else round(100 * self.facility)

    @property
    def discrimination(self) -> float | None:
        """-1 … 1, or None where it says nothing."""
        if not self.enough:
            return None
        n = self.graded
        spread = (n * self.xx - self.x**2) * (n * self.yy - self.y**2)
        if spread <= 1e-9:
            return None
        return (n * self.xy - self.x * self.y) / math.sqrt(spread)

    @property
    def weak(self) -> bool:
        """A question that the better learners do worse: its key deserves a look."""
        return self.discrimination is not None and self.discrimination < 0

    @property
    def stem(self) -> str:
        words = " ".join(
            strip_tags(str(part["value"]))
            for part in self.question["stem"]
            if part["type"] == "text"
        )
        return Truncator(words or _("Question without words")).chars(200)

    @property
    def kind(self) -> Any:
        """The kind of question, as its author chose it."""
        return KINDS[self.question["type"]].label

    @property
    def bars(self) -> list[Bar]:
        return bars(self)


def analyse(course: Course, quiz: str) -> list[Item]:
    """Every version asked, most recent first: three queries, some hundred rows in memory."""
    rows = (
        regrading.concerned(course, quiz)
        .order_by("pk")
        .values_list("snapshot", "paper", "answers", "marks", "submitted_at")
        .iterator(chunk_size=CHUNK)
    )
    digests = regrading.concerned(course, quiz).order_by().values_list("snapshot", flat=True)
    known = snapshots.load_many(set(digests.distinct()))
    found = sorted(summed(rows, known).values(), key=lambda one: one.number)
    return sorted(found, key=lambda one: one.last_at, reverse=True)


def summed(
    rows: Iterable[tuple[Any, ...]],
    quizzes: Mapping[str, Any],
) -> dict[str, Item]:
    """Version → its item."""
    found: dict[str, Item] = {}
    versions: dict[tuple[str, str, str], tuple[str, Question]] = {}
    question: Question
    for digest, lines, answers, marks, at in rows:
        total = [_points(marks.get(line["id"])) for line in lines]
        earned = sum(got for got, _of in total if got is not None)
        possible = sum(of for got, of in total if got is not None)
        for line, (got, of) in zip(lines, total, strict=True):
            known = (digest, line["id"], line.get("points", ""))
            if known not in versions:
                question = paper.question_of(quizzes[digest], line)
                versions[known] = (paper.version_of(question), question)
            version, question = versions[known]
            item = found.get(version)
            if item is None:
                item = found[version] = Item(question, version, at)
                item.number, item.drawn = _place(quizzes[digest], line["id"])
            item.last_at = max(item.last_at, at)
            _count(item, answers.get(line["id"]))
            if got is not None and of:
                rest = possible - of
                _sum(item, got / of, (earned - got) / rest if rest else 0.0)
    return found


def _place(quiz: Mapping[str, Any], key: str) -> tuple[int, bool]:
    """Where the quiz asks for a question, counted from 1, and whether it is drawn there."""
    for number, one in enumerate(quiz["asked"], start=1):
        if one.get("question") == key:
            return number, False
        if key in one.get("draw", {}).get("from", ()):
            return number, True
    return 0, False


def _points(mark: Mapping[str, Any] | None) -> tuple[float | None, float]:
    if not mark or mark.get("points") is None:
        return None, 0.0
    return float(mark["points"]), float(mark.get("possible") or 0)


def _sum(item: Item, x: float, y: float) -> None:
    item.graded += 1
    item.x += x
    item.y += y
    item.xx += x * x
    item.yy += y * y
    item.xy += x * y


def _count(item: Item, answer: Any) -> None:
    item.asked += 1
    if answer is None:
        return
    item.answered += 1
    for key in _keys(item.question, answer):
        if key in item.given or len(item.given) < MOST_TEXTS:
            item.given[key] += 1
        else:
            item.others += 1


def _keys(question: Question, answer: Any) -> list[str]:
    """What is counted of an answer: choices, texts, or which places, pairs and gaps are right."""
    kind = question["type"]
    if kind in {"single", "truefalse"}:
        return [str(answer)]
    if kind == "multiple":
        return list(answer)
    if kind in {"short", "number"}:
        return [" ".join(str(answer).split()).casefold()[:200]]
    if kind == "order":
        right = [key for key, _value in items(question["items"])]
        return [one for one, other in zip(right, answer, strict=False) if one == other]
    if kind == "match":
        return [f"{left}\n{chosen}" for left, chosen in answer.items()]
    if kind == "blanks":
        return [
            f"{number}\n{' '.join(str(text).split()).casefold()[:200]}"
            for number, text in answer.items()
        ]
    return []


def bars(item: Item) -> list[Bar]:
    """How the answers fall; for choices all of them, for texts the most frequent."""
    question, kind = item.question, item.question["type"]
    if kind in {"single", "multiple"}:
        return [
            _bar(item, strip_tags(value["text"]), key, bool(value.get("correct")))
            for key, value in items(question["choices"])
        ]
    if kind == "truefalse":
        right = question["answer"]
        return [
            _bar(item, _("True"), "true", right == "true"),
            _bar(item, _("False"), "false", right == "false"),
        ]
    if kind == "order":
        return [
            _bar(item, _("In its place: %(item)s") % {"item": value["text"]}, key, True)
            for key, value in items(question["items"])
        ]
    if kind in {"short", "number"}:
        return [
            _bar(item, key, key, _earns(question, key)) for key, _n in item.given.most_common(TOP)
        ]
    if kind == "match":
        return _pairs(item)
    if kind == "blanks":
        accepted = gaps(question)
        return [
            _bar(item, f"{int(number) + 1}: {text}", key, _fills(accepted, int(number), text))
            for key, _n in item.given.most_common(TOP)
            for number, text in [key.split("\n", 1)]
        ]
    return []


def _pairs(item: Item) -> list[Bar]:
    question = item.question
    lefts, rights = dict(items(question["pairs"])), options(question)
    found = []
    for key, _n in item.given.most_common(2 * TOP):
        left, chosen = key.split("\n", 1)
        if left in lefts:
            right = chosen == option_key(question, lefts[left]["right"])
            text = f"{lefts[left]['left']} → {rights.get(chosen, '?')}"
            found.append(_bar(item, text, key, right))
    return found


def _earns(question: Question, text: str) -> bool:
    return grading.share(question, text) == 1


def _fills(accepted: list[list[str]], number: int, text: str) -> bool:
    return number < len(accepted) and text in {one.casefold() for one in accepted[number]}


def _bar(item: Item, text: str, key: str, right: bool) -> Bar:
    count = item.given.get(key, 0)
    percent = round(100 * count / item.answered) if item.answered else 0
    return Bar(Truncator(text).chars(120), count, right, percent)
