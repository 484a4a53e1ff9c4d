"""What the learner's quiz pages show, as plain values. The key enters in `review` only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timesince import timeuntil
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from assessments import rendering
from assessments.models import Attempt
from assessments.models.authoring import Counts, Layout, Shown
from assessments.questions import grading, paper
from assessments.questions.answers import is_readable
from assessments.questions.data import Answer, Question, items
from assessments.rendering import Words, safe
from assessments.services import attempts, regrading
from assessments.services.attempts import (
    CoolingDown,
    NoAttemptsLeft,
    NotOpenYet,
    QuizClosed,
    Standing,
)

Quiz = Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    """One thing to tick, to place or to join; `chosen` is the value of its control."""

    id: str
    name: str
    html: SafeString
    chosen: str | bool


@dataclass(frozen=True)
class Gap:
    """The text before a gap, and what stands in it; the last one has no name."""

    before: SafeString
    name: str = ""
    number: int = 0
    value: str = ""


@dataclass(frozen=True)
class Review:
    """What is told about an answer afterwards; None and "" where the rules keep it back."""

    points: Decimal | None
    possible: Decimal
    right: bool | None
    waiting: bool
    feedback: list[SafeString]
    solution: list[SafeString]
    comment: str = ""


@dataclass(frozen=True)
class Asked:
    """A question on a page."""

    id: str
    number: int
    kind: str
    name: str
    stem: SafeString
    hint: SafeString
    points: Decimal
    answered: bool
    readable: bool
    flagged: bool
    text: str = ""
    choices: tuple[Choice, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    gaps: tuple[Gap, ...] = ()
    review: Review | None = None

    @property
    def points_for_plural(self) -> int:
        """1 for a single point, else what takes the plural."""
        return 1 if self.points == 1 else 2

    @property
    def template(self) -> str:
        return f"assessments/questions/{self.kind}.html"


@dataclass(frozen=True)
class Facts:
    """The rules of a quiz for the one who is about to take it."""

    questions: int
    minutes: int | None
    pass_mark: int
    attempts_left: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    required: bool
    counts: str
    several: bool


@dataclass(frozen=True)
class Line:
    """One attempt in the history."""

    attempt: Attempt
    percent: int | None
    passed: bool | None
    counts: bool


@dataclass(frozen=True)
class Overview:
    """A quiz before it is begun."""

    title: str
    intro: SafeString
    facts: Facts
    lines: list[Line]
    open: Attempt | None
    passed: bool
    refusal: str
    lines_shown: bool = field(default=True)


def asked(quiz: Quiz, attempt: Attempt, only: int | None = None) -> list[Asked]:
    """The questions of an attempt in its order, or the one at place `only` (from 1)."""
    lines = list(enumerate(attempt.paper, start=1))
    if only is not None:
        lines = [lines[only - 1]]
    questions = {line["id"]: paper.question_of(quiz, line) for _number, line in lines}
    words = rendering.words_of(questions.values())
    return [
        _asked(questions[line["id"]], words[line["id"]], line, number, attempt)
        for number, line in lines
    ]


def _asked(
    question: Mapping[str, Any],
    words: Words,
    line: Mapping[str, Any],
    number: int,
    attempt: Attempt,
) -> Asked:
    answer: Answer = attempt.answers.get(question["id"])
    name = f"a.{question['id']}"
    return Asked(
        id=question["id"],
        number=number,
        kind=question["type"],
        name=name,
        stem=safe(words.stem),
        hint=safe(words.hint),
        points=attempts.rounded(grading.points(question)),
        answered=answer is not None,
        readable=is_readable(question, answer),
        flagged=question["id"] in attempt.flags,
        text=answer if isinstance(answer, str) else "",
        choices=tuple(_choices(question, words, line.get("order", []), answer, name)),
        options=_options(question, words, line.get("order", [])),
        gaps=tuple(_gaps(words, answer, name)) if question["type"] == "blanks" else (),
    )


def _choices(
    question: Mapping[str, Any], words: Words, order: list[str], answer: Answer, name: str
) -> list[Choice]:
    kind = question["type"]
    if kind in {"single", "multiple"}:
        chosen = answer if isinstance(answer, list) else [answer]
        return [Choice(key, name, safe(words.choices[key]), key in chosen) for key in order]
    if kind == "order":
        placed = answer if isinstance(answer, list) else []
        shown = placed or order
        return [
            Choice(
                key,
                f"{name}.{key}",
                safe(words.choices[key]),
                str(placed.index(key) + 1) if key in placed else "",
            )
            for key in shown
        ]
    if kind == "match":
        given = answer if isinstance(answer, dict) else {}
        return [
            Choice(key, f"{name}.{key}", safe(words.choices[key]), given.get(key, ""))
            for key, _pair in items(question["pairs"])
        ]
    return []


def _options(
    question: Mapping[str, Any], words: Words, order: list[str]
) -> tuple[tuple[str, str], ...]:
    """Right-hand sides in the paper's order, or the places of an ordering question."""
    if question["type"] == "match":
        return tuple((key, words.options[key]) for key in order)
    if question["type"] == "order":
        return tuple((str(place), str(place)) for place in range(1, len(order) + 1))
    return ()


def _gaps(words: Words, answer: Answer, name: str) -> list[Gap]:
    given = answer if isinstance(answer, dict) else {}
    *before, after = words.pieces
    made = [
        Gap(safe(text), f"{name}.{number}", number + 1, given.get(str(number), ""))
        for number, text in enumerate(before)
    ]
    return [*made, Gap(safe(after))]


def facts(quiz: Quiz, known: Standing) -> Facts:
    """The rules as they hold for this learner."""
    settings = quiz["settings"]
    limit = settings["time_limit_minutes"]
    if limit:
        limit = -(-limit * (100 + known.extra_time_percent) // 100)
    left = None
    if settings["attempts"]:
        left = max(0, settings["attempts"] + known.extra_attempts - len(known.counted))
    return Facts(
        questions=sum(
            1 if "question" in entry else entry["draw"]["count"] for entry in quiz["asked"]
        ),
        minutes=limit,
        pass_mark=settings["pass_mark"],
        attempts_left=left,
        opens_at=_moment(settings["opens_at"]),
        closes_at=_moment(settings["closes_at"]),
        required=settings["required"],
        counts=settings["counts"],
        several=settings["attempts"] != 1,
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def overview(quiz: Quiz, known: Standing, now: datetime) -> Overview:
    """A quiz with what a learner has done of it."""
    stands = attempts.counted(quiz, known)
    tells = shown(quiz, "show_score", known, now)
    refused = None if known.open else attempts.refusal(quiz, known, now)
    lines = [
        Line(
            attempt=one,
            percent=one.percent if tells else None,
            passed=one.passed if tells else None,
            counts=stands is not None and one.pk == stands.pk and len(known.counted) > 1,
        )
        for one in known.attempts
        if one.state != Attempt.State.OPEN
    ]
    rules = facts(quiz, known)
    if rules.opens_at and rules.opens_at <= now:
        rules = replace(rules, opens_at=None)
    return Overview(
        title=quiz["title"],
        intro=rendering.rich(quiz["intro"]),
        facts=rules,
        lines=lines,
        open=known.open,
        passed=tells and attempts.has_passed(quiz, known),
        refusal=_refusal(refused, now) if refused else "",
    )


def _refusal(refused: attempts.Refused, now: datetime) -> str:
    """Why no attempt can be begun; when it opens is among the facts."""
    if isinstance(refused, NotOpenYet):
        return _("The quiz is not open yet.")
    if isinstance(refused, QuizClosed):
        return _("The quiz has closed.")
    if isinstance(refused, NoAttemptsLeft):
        return _("You have used all your attempts.")
    if isinstance(refused, CoolingDown):
        at = date_format(localtime(refused.at), "DATETIME_FORMAT")
        wait = timeuntil(refused.at, now)
        return _("You can try again in %(wait)s (%(at)s).") % {"wait": wait, "at": at}
    return _("The quiz cannot be taken now.")


def shown(quiz: Quiz, what: str, known: Standing, now: datetime) -> bool:
    """Whether a learner may see the score, the answers or the feedback (`what`)."""
    settings = quiz["settings"]
    when = settings[what]
    if when == Shown.SUBMITTED:
        return True
    if when == Shown.CLOSED:
        closes = _moment(settings["closes_at"])
        return closes is not None and now >= closes
    if when == Shown.PASSED:
        if attempts.has_passed(quiz, known):
            return True
        used_up = facts(quiz, known).attempts_left == 0
        return used_up and known.open is None
    return False


InForce = Sequence[tuple[Quiz, Standing]]
"""A quiz as the course asks it now, with what the learner did: once for each lesson that has it."""


def disclosed(quiz: Quiz, what: str, known: Standing, in_force: InForce, now: datetime) -> bool:
    """Whether a learner may see the answers or the feedback: the key, in other words.

    The rules of the attempt and those in force must both allow it, in every lesson that asks the
    quiz, and nothing is told while an attempt at it is open.
    """
    every = [(quiz, known), *in_force]
    if any(standing.open for _quiz, standing in every):
        return False
    return all(shown(one, what, standing, now) for one, standing in every)


@dataclass(frozen=True)
class Result:
    """An attempt that was handed in, as far as its learner may see it."""

    attempt: Attempt
    score_shown: bool
    questions: list[Asked]
    refusal: str
    counts: bool

    @property
    def waiting(self) -> bool:
        return self.attempt.state == Attempt.State.WAITING

    @property
    def passed(self) -> bool:
        """Whether the learner is told that this attempt was enough."""
        return self.score_shown and bool(self.attempt.passed)

    @property
    def failed(self) -> bool:
        """Whether the learner is told that it was not enough."""
        return self.score_shown and not self.waiting and not self.attempt.passed


def result(
    quiz: Quiz,
    attempt: Attempt,
    known: Standing,
    now: datetime,
    *,
    in_force: InForce = (),
    graded_by: Quiz | None = None,
) -> Result:
    """The result by the quiz's rules of what is told when; `graded_by` has the key of a regrade."""
    score = shown(quiz, "show_score", known, now)
    feedback = disclosed(quiz, "show_feedback", known, in_force, now)
    answers = disclosed(quiz, "show_answers", known, in_force, now)
    questions = []
    if score or feedback or answers:
        for one, question in reviewed(quiz, attempt, graded_by or quiz):
            told = review(question, attempt, score=score, feedback=feedback, answers=answers)
            questions.append(replace(one, review=told))
    refused = None if known.open else attempts.refusal(quiz, known, now)
    first_alone = quiz["settings"]["counts"] == Counts.FIRST
    counts = not first_alone or attempt.pk in {one.pk for one in known.counted[:1]}
    return Result(attempt, score, questions, _refusal(refused, now) if refused else "", counts)


def reviewed(quiz: Quiz, attempt: Attempt, graded_by: Quiz) -> Iterator[tuple[Asked, Question]]:
    """Each question as it was asked, with itself as the key that graded it has it."""
    lines = {line["id"]: line for line in attempt.paper}
    for one in asked(quiz, attempt):
        line = lines[one.id]
        yield one, regrading.newer(quiz, graded_by, line) or paper.question_of(quiz, line)


def review(
    question: Mapping[str, Any], attempt: Attempt, *, score: bool, feedback: bool, answers: bool
) -> Review:
    """What is told about one answer."""
    mark = attempt.marks.get(question["id"], {})
    answer = attempt.answers.get(question["id"])
    points = Decimal(mark["points"]) if mark.get("points") is not None else None
    possible = Decimal(mark.get("possible") or "0")
    return Review(
        points=points if score else None,
        possible=possible,
        right=(points >= possible > 0 if points is not None else None) if score else None,
        waiting=bool(mark) and points is None,
        feedback=_feedback(question, answer) if feedback else [],
        solution=_solution(question) if answers else [],
        comment=mark.get("comment", "") if feedback else "",
    )


def _feedback(question: Mapping[str, Any], answer: Answer) -> list[SafeString]:
    """What the author says to this answer, then to everybody."""
    kind = question["type"]
    told: list[str] = []
    if kind in {"single", "multiple"}:
        chosen = answer if isinstance(answer, list) else [answer]
        told = [value["feedback"] for key, value in items(question["choices"]) if key in chosen]
    elif kind == "truefalse" and answer:
        told = [question.get(f"feedback_{answer}") or ""]
    elif kind in {"short", "number"}:
        key = grading.accepted(question, answer)
        told = [value["feedback"] for one, value in items(question["answers"]) if one == key]
    told.append(question.get("feedback") or "")
    return [rendering.rich(text) for text in told if text]


def _solution(question: Mapping[str, Any]) -> list[SafeString]:
    """The right answer, a line each."""
    kind = question["type"]
    if kind in {"single", "multiple"}:
        return [
            rendering.rich(value["text"])
            for _key, value in items(question["choices"])
            if value["correct"]
        ]
    if kind == "truefalse":
        return [_plain(_("True") if question["answer"] == "true" else _("False"))]
    if kind in {"short", "number"}:
        best = [
            value.get("text") or value.get("value")
            for _key, value in items(question["answers"])
            if grading.worth(value) == 1
        ]
        return [_plain(text) for text in best]
    if kind == "order":
        return [_plain(value["text"]) for _key, value in items(question["items"])]
    if kind == "match":
        return [
            _plain(f"{value['left']} → {value['right']}")
            for _key, value in items(question["pairs"])
        ]
    if kind == "blanks":
        return [_plain(" / ".join(one)) for one in grading.gaps(question)]
    return []


def _plain(text: str) -> SafeString:
    return safe(str(rendering.escape(text)))


def is_one_by_one(quiz: Quiz) -> bool:
    return bool(quiz["settings"]["layout"] == Layout.ONE)


def states(quiz: Quiz, attempt: Attempt) -> list[dict[str, Any]]:
    """The question map: number, answered and whether that can be read, flagged."""
    flags = set(attempt.flags)
    return [
        {
            "number": number,
            "id": line["id"],
            "answered": line["id"] in attempt.answers,
            "readable": is_readable(paper.question_of(quiz, line), attempt.answers.get(line["id"])),
            "flagged": line["id"] in flags,
        }
        for number, line in enumerate(attempt.paper, start=1)
    ]
