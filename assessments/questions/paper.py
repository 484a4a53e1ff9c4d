"""Which questions an attempt asks, in which order: drawn once, from a seed, and kept with it."""

import hashlib
import json
import random
from collections.abc import Mapping
from typing import Any

from assessments.questions.data import Question, choice_ids

Quiz = Mapping[str, Any]
SHUFFLED = {"single", "multiple", "match"}


def draw(quiz: Quiz, seed: str) -> list[dict[str, Any]]:
    """`[{"id", "order", "points"?}]`: the questions asked and the order of their choices.

    `points` stands where a draw says what each of its questions is worth. The same seed draws the
    same paper. Ordering questions are always shuffled; their stored order is the answer.
    """
    rng = random.Random(seed)  # noqa: S311 - an order of questions, not a secret
    asked: list[dict[str, Any]] = []
    taken: set[str] = set()
    for entry in quiz["asked"]:
        if "question" in entry:
            taken.add(entry["question"])
    for entry in quiz["asked"]:
        if "question" in entry:
            asked.append({"id": entry["question"]})
            continue
        pool = [one for one in entry["draw"]["from"] if one not in taken]
        drawn = rng.sample(pool, min(entry["draw"]["count"], len(pool)))
        taken.update(drawn)
        points = entry["draw"].get("points") or ""
        asked += [{"id": one} | ({"points": points} if points else {}) for one in drawn]
    if quiz["settings"].get("shuffle_questions"):
        rng.shuffle(asked)
    for line in asked:
        order = order_of(quiz, quiz["questions"][line["id"]], f"{seed}:{line['id']}")
        if order:
            line["order"] = order
    return asked


def order_of(quiz: Quiz, question: Question, seed: str) -> list[str]:
    """The ids of a question's choices as they are shown; [] where it has none."""
    ids = choice_ids(question)
    rng = random.Random(seed)  # noqa: S311 - an order of choices, not a secret
    if question["type"] == "order":
        return _away_from(ids, rng)
    if question["type"] == "match" or (
        quiz["settings"].get("shuffle_choices") and question["type"] in SHUFFLED
    ):
        rng.shuffle(ids)
    return ids


def _away_from(ids: list[str], rng: random.Random) -> list[str]:
    """Shuffled, and not as it was: else the page would show the answer.

    Of two items the other order would be the answer, so those are merely shuffled.
    """
    shuffled = list(ids)
    if len(ids) < 3:
        rng.shuffle(shuffled)
        return shuffled
    for _try in range(20):
        rng.shuffle(shuffled)
        if shuffled != ids:
            break
    return shuffled


def question_of(quiz: Quiz, line: Mapping[str, Any]) -> Question:
    """A question as a paper asks it, worth what its draw says; not to be changed."""
    question: Question = quiz["questions"][line["id"]]
    if line.get("points") and question["type"] != "long":
        return {**question, "points": line["points"]}
    return question


def version_of(question: Question) -> str:
    """A digest of a question's content: item analysis tells its versions apart by it."""
    text = json.dumps(question, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
