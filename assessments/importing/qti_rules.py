"""Response processing of QTI 1.2: what an item gives for a response, worked out and not guessed.

Only comparisons and sums; nothing of an item is run. What it does not know raises NotAsked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _
from lxml import etree

from assessments.importing.made import NotAsked
from course_pages.importing.imscc_package import child, children, name

Responses = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Rules:
    """The item's conditions, in their order."""

    conditions: tuple[etree._Element, ...]
    least: Fraction | None
    most: Fraction | None

    @classmethod
    def of(cls, item: etree._Element) -> "Rules":
        conditions = tuple(item.iter("{*}respcondition"))
        bounds: dict[str, Fraction] = {}
        for variable in item.iter("{*}decvar"):
            for bound in ("minvalue", "maxvalue"):
                value = fraction(variable.get(bound))
                if value is not None:
                    bounds[bound] = value
        return cls(conditions, bounds.get("minvalue"), bounds.get("maxvalue"))

    def score(self, responses: Responses) -> Fraction:
        """The points for a response, by the names of its parts."""
        total = Fraction(0)
        for condition in self.conditions:
            test = child(condition, "conditionvar")
            if test is None or not _all(test, responses):
                continue
            changes = list(children(condition, "setvar"))
            for change in changes:
                total = _changed(total, change)
            # A condition that fits ends the processing, unless it says that it goes on. Canvas
            # leaves the word out where it adds, so a sum goes on.
            adds = any((c.get("action") or "Set").lower() != "set" for c in changes)
            if (condition.get("continue") or "No").lower() == "no" and changes and not adds:
                break
        if self.least is not None:
            total = max(total, self.least)
        return total if self.most is None else min(total, self.most)

    def tests(self) -> Iterator[etree._Element]:
        for condition in self.conditions:
            yield from condition.iter("{*}conditionvar")

    def rewarding(self) -> Iterator[etree._Element]:
        """The conditions that give points."""
        for condition in self.conditions:
            if any(
                (fraction(c.text) or 0) > 0 and _gives(c) for c in children(condition, "setvar")
            ):
                yield condition


def _gives(change: etree._Element) -> bool:
    return (change.get("action") or "Set").lower() in {"set", "add"}


def _changed(total: Fraction, change: etree._Element) -> Fraction:
    amount = fraction(change.text)
    action = (change.get("action") or "Set").lower()
    if amount is None:
        raise NotAsked(_("its points are no number"))
    if action == "set":
        return amount
    if action == "add":
        return total + amount
    if action == "subtract":
        return total - amount
    if action == "multiply":
        return total * amount
    raise NotAsked(_("it computes its points (“%s”)") % action)


def _all(test: etree._Element, responses: Responses) -> bool:
    return all(_holds(part, responses) for part in test if isinstance(part.tag, str))


def _holds(part: etree._Element, responses: Responses) -> bool:
    tag = name(part)
    if tag in {"and", "conditionvar"}:
        return _all(part, responses)
    if tag == "or":
        return any(_holds(one, responses) for one in part if isinstance(one.tag, str))
    if tag == "not":
        return not _all(part, responses)
    given = responses.get(part.get("respident") or "", ())
    wanted = (part.text or "").strip()
    if tag == "other":
        return True
    if tag == "unanswered":
        return not given
    if tag == "varequal":
        fold = (part.get("case") or "No").lower() == "no"
        return any(_same(one, wanted, fold) for one in given)
    if tag in {"vargte", "vargt", "varlte", "varlt"}:
        return any(_compared(tag, one, wanted) for one in given)
    raise NotAsked(_("it compares with “%s”") % tag)


def _same(given: str, wanted: str, fold: bool) -> bool:
    one, other = fraction(given), fraction(wanted)
    if one is not None and other is not None:
        return one == other
    return given.casefold() == wanted.casefold() if fold else given == wanted


def _compared(tag: str, given: str, wanted: str) -> bool:
    one, other = fraction(given), fraction(wanted)
    if one is None or other is None:
        return False
    return {"vargte": one >= other, "vargt": one > other, "varlte": one <= other}.get(
        tag, one < other
    )


def fraction(text: str | None) -> Fraction | None:
    """A plain number of modest size, or None."""
    words = (text or "").strip()
    if not words or len(words) > 40 or "/" in words:
        return None
    try:
        value = Fraction(words)
    except ValueError:
        return None
    return value if abs(value) < 10**15 else None
