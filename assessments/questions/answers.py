"""From what a browser sends to an answer that can be stored, or a refusal."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from assessments.questions import numbers
from assessments.questions.data import Answer, Question, choice_ids, gaps, items, options

LONGEST_SHORT = 1_000
LONGEST_LONG = 20_000


class NotAnAnswer(ValueError):
    """The browser sent what the question does not offer; nothing is stored."""


class Sent(Protocol):
    """What a form holds: `QueryDict` and dictionaries of lists."""

    def getlist(self, key: str) -> list[str]: ...

    def __contains__(self, key: object) -> bool: ...


def read(question: Question, line: Mapping[str, Any], sent: Sent, name: str) -> Answer:
    """The answer among the sent values whose names begin with `name`; `line` is the paper's.

    Raises NotAnAnswer for ids of elsewhere, too many values, or texts that are too long.
    """
    if question["type"] == "order":
        return _order(line["order"], sent, name)
    return READERS[question["type"]](question, sent, name)


def is_readable(question: Question, answer: Answer) -> bool:
    """Whether an answer can be graded as what its question asks for: a number has to be one.

    Tells nothing of the key; what cannot be read is kept all the same and earns nothing.
    """
    return question["type"] != "number" or answer is None or numbers.parse(str(answer)) is not None


def _one(sent: Sent, name: str, longest: int) -> str | None:
    values = sent.getlist(name)
    if len(values) > 1:
        raise NotAnAnswer("more than one value")
    text = values[0].replace("\r\n", "\n").replace("\x00", "") if values else ""
    if len(text) > longest:
        raise NotAnAnswer("too long")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise NotAnAnswer("no Unicode text") from error
    return text if text.strip() else None


def _known(values: Sequence[str], known: Sequence[str]) -> None:
    if len(values) > len(known) or not set(values) <= set(known):
        raise NotAnAnswer("no such choice")


def _single(question: Question, sent: Sent, name: str) -> Answer:
    chosen = _one(sent, name, 100)
    if chosen is not None:
        _known([chosen], choice_ids(question))
    return chosen


def _multiple(question: Question, sent: Sent, name: str) -> Answer:
    chosen = [one for one in sent.getlist(name) if one]
    _known(chosen, choice_ids(question))
    return sorted(set(chosen)) or None


def _true_or_false(question: Question, sent: Sent, name: str) -> Answer:
    chosen = _one(sent, name, 10)
    if chosen is not None:
        _known([chosen], ["true", "false"])
    return chosen


def _short(question: Question, sent: Sent, name: str) -> Answer:
    return _one(sent, name, LONGEST_SHORT)


def _long(question: Question, sent: Sent, name: str) -> Answer:
    return _one(sent, name, LONGEST_LONG)


def _order(shown: Sequence[str], sent: Sent, name: str) -> Answer:
    """All items, by the places 1 … n that each was given, or as one list in order.

    Equal places keep the order in which the paper `shown` them; the question's own is the answer.
    """
    placed = {key: _one(sent, f"{name}.{key}", 10) for key in shown}
    if any(placed.values()):
        return _by_places(shown, placed)
    listed = [one for one in sent.getlist(name) if one]
    if not listed:
        return None
    _known(listed, shown)
    if len(set(listed)) != len(shown):
        raise NotAnAnswer("not every item once")
    return listed


def _by_places(shown: Sequence[str], placed: Mapping[str, str | None]) -> Answer:
    def place(key: str) -> int:
        text = placed[key] or ""
        if text and not (text.isascii() and text.isdigit()):
            raise NotAnAnswer("a place is a whole number")
        return int(text or len(shown))

    return sorted(shown, key=place)


def _match(question: Question, sent: Sent, name: str) -> Answer:
    known = list(options(question))
    made = {}
    for left, _pair in items(question["pairs"]):
        chosen = _one(sent, f"{name}.{left}", 100)
        if chosen is not None:
            _known([chosen], known)
            made[left] = chosen
    return made or None


def _blanks(question: Question, sent: Sent, name: str) -> Answer:
    made = {}
    for number in range(len(gaps(question))):
        text = _one(sent, f"{name}.{number}", LONGEST_SHORT)
        if text is not None:
            made[str(number)] = text
    return made or None


READERS: dict[str, Callable[[Question, Sent, str], Answer]] = {
    "single": _single,
    "multiple": _multiple,
    "truefalse": _true_or_false,
    "short": _short,
    "number": _short,
    "match": _match,
    "blanks": _blanks,
    "long": _long,
}
