"""From a quiz's blocks to the snapshot that learners are asked from, and what is wrong with it.

quiz v1: `{"lineage", "title", "intro", "settings", "asked", "questions"}`; `asked` is a list of
`{"question": id}` and `{"draw": {"from": [ids], "count", "points"}}`, `questions` maps ids to
`assessments.questions.data`. Times are ISO 8601 in UTC.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from operator import itemgetter
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from assessments.blocks import QUESTION_TYPES, BankQuestions, QuizQuestions
from assessments.blocks.faults import of_block, place
from assessments.blocks.parts import tags_of
from assessments.models.authoring import QuestionBank, Quiz
from assessments.questions import grading
from assessments.questions.data import fraction, points
from core import snapshots
from core.snapshots import Frozen, Reference
from course_pages import content
from course_pages.registries import Pinned

QUIZ_V = 1
BODY = BankQuestions()
ASKED = QuizQuestions()
Parts = tuple[tuple[str, dict[str, Any]], ...]
SETTINGS = (
    *("pass_mark", "required", "attempts", "cooldown_minutes", "counts", "time_limit_minutes"),
    *("opens_at", "closes_at", "shuffle_questions", "shuffle_choices", "layout"),
    *("show_score", "show_answers", "show_feedback"),
)


def pin(keys: Iterable[int]) -> dict[int, Pinned]:
    """Quizzes with the banks they draw from, frozen: two queries for any number."""
    quizzes = list(Quiz.objects.filter(pk__in=set(keys)))
    drawn = {pk for quiz in quizzes for pk in _banks_in(_raw(quiz))}
    banks = QuestionBank.objects.in_bulk(drawn) if drawn else {}
    return {quiz.pk: pinned(quiz, banks) for quiz in quizzes}


def pinned(quiz: Quiz, banks: Mapping[int, QuestionBank]) -> Pinned:
    """One quiz as it stands in memory."""
    data, parts, problems = _data(quiz, banks)
    if not quiz.live:
        problems.insert(0, _("it is not published."))
    raw = [item for _place, item in parts if item["type"] in QUESTION_TYPES]
    needed = content.references(raw, BODY)
    needed |= {Reference("bank", str(pk)) for pk in _banks_in(_raw(quiz)) if pk in banks}
    frozen = snapshots.freeze("quiz", QUIZ_V, data, needed)
    return Pinned(quiz.lineage, quiz.title, frozen, quiz.required, tuple(problems), parts)


def faults(quizzes: list[Pinned]) -> Iterator[tuple[str, str]]:
    """Lineage and words for each question that its editor's form would not have published.

    Code-level publishing skips the blocks' own checks, so a release makes them: all questions in
    one stream, whose chosen pictures and banks are read by one query each.
    """
    owned = [(quiz.lineage, where, item) for quiz in quizzes for where, item in quiz.parts]
    stream = ASKED.to_python([dict(item) for _lineage, _where, item in owned])
    for (lineage, where, _item), child in zip(owned, stream, strict=True):
        try:
            child.block.clean(child.value)
        except ValidationError as error:
            for words in of_block(child.block, child.value, error):
                yield lineage, f"{where}: {words}"


def of_draft(quiz: Quiz) -> Frozen:
    """The snapshot that a quiz would be, for previews; draws from the banks as published."""
    drawn = set(_banks_in(_raw(quiz)))
    return pinned(quiz, QuestionBank.objects.in_bulk(drawn) if drawn else {}).frozen


def of_bank(bank: QuestionBank) -> list[dict[str, Any]]:
    """A bank's questions as they would be asked, in their order; for previews."""
    known = [one for one in _questions(_raw(bank), bank.lineage) if one["type"] in QUESTION_TYPES]
    return [_flat(one) for one in known]


def _raw(thing: Quiz | QuestionBank) -> list[dict[str, Any]]:
    return [dict(item) for item in thing.questions.raw_data]


def _banks_in(raw: list[dict[str, Any]]) -> list[int]:
    return [
        item["value"]["bank"] for item in raw if item["type"] == "draw" and item["value"]["bank"]
    ]


def _data(quiz: Quiz, banks: Mapping[int, QuestionBank]) -> tuple[dict[str, Any], Parts, list[str]]:
    """The quiz's data, the raw blocks it is made of with their places, and its problems."""
    own = _questions(_raw(quiz), quiz.lineage)
    questions = {item["id"]: item for item in own if item["type"] in QUESTION_TYPES}
    pools = {pk: _questions(_raw(bank), bank.lineage) for pk, bank in banks.items()}
    places = {item["id"]: _place(number, item) for number, item in enumerate(own, start=1)}
    draws: list[tuple[str, dict[str, Any]]] = []
    asked: list[dict[str, Any]] = []
    problems: list[str] = []
    for item in own:
        if item["type"] != "draw":
            asked.append({"question": item["id"]})
            continue
        drawn, bank = item["value"], banks.get(item["value"]["bank"] or 0)
        where, ids = places[item["id"]], []
        if bank:
            for number, one in _pool(pools[bank.pk], drawn):
                ids.append(_keep(questions, one, bank))
                places.setdefault(ids[-1], f"“{bank.title}”, {_place(number, one)}")
            draws.append((where, item))
        points_each = drawn.get("points") or ""
        asked.append({"draw": {"from": ids, "count": drawn["count"], "points": points_each}})
        problems += (f"{where}: {words}" for words in _draw_problems(bank, drawn, asked))
    data = {
        "lineage": quiz.lineage,
        "title": quiz.title,
        "intro": quiz.intro,
        "settings": {name: _plain(getattr(quiz, name)) for name in SETTINGS},
        "asked": asked,
        "questions": {key: _flat(item) for key, item in questions.items()},
    }
    parts = (*((places[key], item) for key, item in questions.items()), *draws)
    return data, parts, problems + problems_of(data)


def _place(number: int, item: Mapping[str, Any]) -> str:
    block = ASKED.child_blocks.get(item["type"])
    return place(number, block.label if block else item["type"])


def _questions(raw: list[dict[str, Any]], lineage: str) -> list[dict[str, Any]]:
    """The blocks with ids that are there, unique and the same every time."""
    linked = content.linked_page_ids(raw) if raw else set()
    found: list[dict[str, Any]] = content.normalise(raw, dict.fromkeys(linked, ""), lineage)
    return found


def _pool(
    pool: list[dict[str, Any]], draw: Mapping[str, Any]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The bank's questions that a draw may take, each with its number there."""
    tag = (draw.get("tag") or "").strip().casefold()
    for number, one in enumerate(pool, start=1):
        if not tag or tag in tags_of(one["value"].get("tags", "")):
            yield number, one


def _keep(questions: dict[str, dict[str, Any]], item: dict[str, Any], bank: QuestionBank) -> str:
    """The id under which a bank's question stands: its own, unless a copy of it differs."""
    key = item["id"]
    if key in questions and questions[key] != item:
        key = str(uuid.uuid5(bank.translation_key, key))
    questions[key] = {**item, "id": key}
    return str(key)


def _flat(item: Mapping[str, Any]) -> dict[str, Any]:
    return {**item["value"], "id": item["id"], "type": item["type"]}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value


def _draw_problems(
    bank: QuestionBank | None, draw: Mapping[str, Any], asked: list[dict[str, Any]]
) -> list[str]:
    """What is wrong with the last draw of `asked`, after what may be taken before it."""
    if bank is None:
        return [_("it draws from a question bank that is gone.")]
    problems = []
    if not bank.live:
        problems.append(_("the question bank “%(bank)s” is not published.") % {"bank": bank.title})
    found = len(asked[-1]["draw"]["from"])
    if found < draw["count"]:
        words = _("it draws %(count)s questions, and “%(bank)s” has %(found)s of them.")
    elif (found := found - _taken_before(asked)) < draw["count"]:
        words = _(
            "it draws %(count)s questions from “%(bank)s”, and what is drawn before it can leave "
            "only %(found)s of them."
        )
    else:
        return problems
    return [*problems, words % {"count": draw["count"], "bank": bank.title, "found": found}]


def _taken_before(asked: list[dict[str, Any]]) -> int:
    """How many questions of the last draw the draws before it may take: none is asked twice."""
    *before, last = [set(one["draw"]["from"]) for one in asked if "draw" in one]
    counts = [one["draw"]["count"] for one in asked if "draw" in one]
    taken = sum(min(n, len(pool & last)) for n, pool in zip(counts, before, strict=False))
    return min(len(last), taken)


def problems_of(data: Mapping[str, Any]) -> list[str]:
    """Why nobody could take or pass a quiz."""
    settings = data["settings"]
    problems = []
    if not data["asked"]:
        problems.append(_("it has no questions."))
    elif settings["pass_mark"] > 0 and settings["required"]:
        problems += _impossible(data)
    if (
        settings["opens_at"]
        and settings["closes_at"]
        and not (settings["opens_at"] < settings["closes_at"])
    ):
        problems.append(_("it closes before it opens."))
    return problems


def _impossible(data: Mapping[str, Any]) -> list[str]:
    try:
        least, best = least_possible(data), most_percent(data)
    except (ArithmeticError, ValueError):
        # Points that are no number: their block's own check says so.
        return []
    if least == 0:
        return [_("nobody can pass it: its questions are worth no points.")]
    mark = data["settings"]["pass_mark"]
    if best >= mark:
        return []
    words = _(
        "nobody can pass it: right answers earn at most %(best)s %% and it takes %(mark)s %%."
    )
    return [words % {"best": int(best), "mark": mark}]


def least_possible(data: Mapping[str, Any]) -> Fraction:
    """The fewest points that a paper of the quiz can be worth."""
    total = Fraction(0)
    for entry in data["asked"]:
        if "question" in entry:
            total += points(data["questions"][entry["question"]])
        elif entry["draw"].get("points"):
            total += (
                points({"type": "", "points": entry["draw"]["points"]}) * entry["draw"]["count"]
            )
        else:
            worths = sorted(points(data["questions"][key]) for key in entry["draw"]["from"])
            total += sum(worths[: entry["draw"]["count"]], Fraction(0))
    return total


def most_percent(data: Mapping[str, Any]) -> Fraction:
    """The most that somebody who answers everything as well as can be gets, lucky in each draw."""
    earned = total = Fraction(0)
    for entry in data["asked"]:
        draw = entry.get("draw") or {"from": [entry.get("question")], "count": 1, "points": ""}
        pool = [data["questions"][key] for key in draw["from"]]
        best = sorted(((grading.best(one), one) for one in pool), key=itemgetter(0), reverse=True)
        for share, question in best[: draw["count"]]:
            worth = fraction(draw["points"]) if draw["points"] else points(question)
            earned += share * worth
            total += worth
    return 100 * earned / total if total else Fraction(0)
