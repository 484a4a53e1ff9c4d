"""From a quiz's blocks to the snapshot that learners are asked from, and what is wrong with it.

quiz v1: `{"lineage", "title", "intro", "settings", "asked", "questions"}`; `asked` is a list of
`{"question": id}` and `{"draw": {"from": [ids], "count", "points"}}`, `questions` maps ids to
`assessments.questions.data`. Times are ISO 8601 in UTC.
"""

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from assessments.blocks import QUESTION_TYPES, BankQuestions
from assessments.blocks.parts import tags_of
from assessments.models.authoring import QuestionBank, Quiz
from assessments.questions.data import points
from core import snapshots
from core.snapshots import Frozen
from course_pages import content
from course_pages.registries import Pinned

QUIZ_V = 1
BODY = BankQuestions()
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
    data, raw, problems = _data(quiz, banks)
    if not quiz.live:
        problems.insert(0, _("it is not published."))
    frozen = snapshots.freeze("quiz", QUIZ_V, data, content.references(raw, BODY))
    return Pinned(quiz.lineage, quiz.title, frozen, quiz.required, tuple(problems))


def of_draft(quiz: Quiz) -> Frozen:
    """The snapshot that a quiz would be, for previews; draws from the banks as published."""
    drawn = set(_banks_in(_raw(quiz)))
    return pinned(quiz, QuestionBank.objects.in_bulk(drawn) if drawn else {}).frozen


def _raw(thing: Quiz | QuestionBank) -> list[dict[str, Any]]:
    return [dict(item) for item in thing.questions.raw_data]


def _banks_in(raw: list[dict[str, Any]]) -> list[int]:
    return [
        item["value"]["bank"] for item in raw if item["type"] == "draw" and item["value"]["bank"]
    ]


def _data(
    quiz: Quiz, banks: Mapping[int, QuestionBank]
) -> tuple[dict[str, Any], list[dict[str, Any]], list[str]]:
    """The quiz's data, the raw blocks of all its questions, and its problems."""
    own = _questions(_raw(quiz), quiz.lineage)
    questions = {item["id"]: item for item in own if item["type"] in QUESTION_TYPES}
    pools = {pk: _questions(_raw(bank), bank.lineage) for pk, bank in banks.items()}
    asked: list[dict[str, Any]] = []
    problems: list[str] = []
    for item in own:
        if item["type"] != "draw":
            asked.append({"question": item["id"]})
            continue
        bank = banks.get(item["value"]["bank"] or 0)
        pool = _pool(pools.get(bank.pk, []) if bank else [], item["value"])
        ids = [_keep(questions, one, bank) for one in pool if bank]
        asked.append(
            {
                "draw": {
                    "from": ids,
                    "count": item["value"]["count"],
                    "points": item["value"].get("points") or "",
                }
            }
        )
        problems += _draw_problems(bank, item["value"], len(ids))
    data = {
        "lineage": quiz.lineage,
        "title": quiz.title,
        "intro": quiz.intro,
        "settings": {name: _plain(getattr(quiz, name)) for name in SETTINGS},
        "asked": asked,
        "questions": {key: _flat(item) for key, item in questions.items()},
    }
    return data, list(questions.values()), problems + problems_of(data)


def _questions(raw: list[dict[str, Any]], lineage: str) -> list[dict[str, Any]]:
    """The blocks with ids that are there, unique and the same every time."""
    linked = content.linked_page_ids(raw) if raw else set()
    found: list[dict[str, Any]] = content.normalise(raw, dict.fromkeys(linked, ""), lineage)
    return found


def _pool(pool: list[dict[str, Any]], draw: Mapping[str, Any]) -> list[dict[str, Any]]:
    tag = (draw.get("tag") or "").strip().casefold()
    return [one for one in pool if not tag or tag in tags_of(one["value"].get("tags", ""))]


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


def _draw_problems(bank: QuestionBank | None, draw: Mapping[str, Any], found: int) -> list[str]:
    if bank is None:
        return [_("it draws from a question bank that is gone.")]
    problems = []
    if not bank.live:
        problems.append(_("the question bank “%(bank)s” is not published.") % {"bank": bank.title})
    if found < draw["count"]:
        problems.append(
            _("it draws %(count)s questions, and “%(bank)s” has %(found)s of them.")
            % {"count": draw["count"], "bank": bank.title, "found": found}
        )
    return problems


def problems_of(data: Mapping[str, Any]) -> list[str]:
    """Why nobody could take or pass a quiz."""
    settings = data["settings"]
    problems = []
    if not data["asked"]:
        problems.append(_("it has no questions."))
    elif settings["pass_mark"] > 0 and settings["required"] and least_possible(data) == 0:
        problems.append(_("nobody can pass it: its questions are worth no points."))
    if (
        settings["opens_at"]
        and settings["closes_at"]
        and not (settings["opens_at"] < settings["closes_at"])
    ):
        problems.append(_("it closes before it opens."))
    return problems


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
