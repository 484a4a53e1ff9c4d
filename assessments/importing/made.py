"""What every reader yields: questions as their blocks store them, and an account of what became of
each. References to pictures are keys of `images` until the writer gives them ids."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.blocks.list_block import ListBlockValidationError
from wagtail.blocks.stream_block import StreamBlockValidationError
from wagtail.blocks.struct_block import StructBlockValidationError

from assessments.blocks import BankQuestions
from course_pages.importing.description import Block, Kind, SourceFile
from course_pages.importing.errors import SourceRefused
from course_pages.importing.reading import Account

Raw = dict[str, Any]
BLOCKS = BankQuestions().child_blocks
MOST_QUESTIONS = 500
# Beyond it nobody reads the report, and reading takes too long.
MOST_FOUND = 2_000


@dataclass
class Questions:
    """All that a source holds. `found == imported + converted + reported`, by kind of question."""

    title: str = ""
    blocks: list[Raw] = field(default_factory=list)
    account: Account = field(default_factory=Account)
    images: dict[str, SourceFile] = field(default_factory=dict)


class NotAsked(Exception):
    """The question cannot be asked here; says why."""


@dataclass
class Maker:
    """Builds one question after the other; ids follow from the seed and stay the same."""

    seed: uuid.UUID
    count: int = 0

    def id(self) -> str:
        self.count += 1
        return str(uuid.uuid5(self.seed, str(self.count)))

    def listed(self, values: Iterable[Any]) -> list[Raw]:
        """A stored list block."""
        return [{"type": "item", "value": value, "id": self.id()} for value in values]

    def question(self, kind: str, stem: Iterable[Block], **fields: Any) -> Raw:
        """A raw block of that type; what is not named is as in a new one."""
        ident = self.id()
        shown = [{"type": b.type, "value": b.value, "id": self.id()} for b in stem]
        shared = {"stem": shown, "points": "1", "hint": "", "feedback": "", "tags": ""}
        return {"type": kind, "value": shared | DEFAULTS.get(kind, {}) | fields, "id": ident}

    def choices(self, made: Iterable[Mapping[str, Any]]) -> list[Raw]:
        blank = {"text": "", "correct": False, "feedback": "", "worth": ""}
        return self.listed(blank | dict(one) for one in made)


DEFAULTS: dict[str, Raw] = {
    "multiple": {"scoring": "all"},
    "truefalse": {"feedback_true": "", "feedback_false": ""},
    "short": {"case": False, "accents": True, "spaces": "fold", "pattern": False},
    "order": {"scoring": "all"},
    "match": {"extras": [], "scoring": "partial"},
    "blanks": {"case": False, "accents": True, "spaces": "fold", "scoring": "partial"},
    "long": {"rubric": []},
}


def percent(share: Fraction) -> str:
    """A share of the points as `worth` stores it: as exact as ten characters are."""
    value = Decimal(share.numerator) * 100 / Decimal(share.denominator)
    text = f"{value:.5f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def decimal_text(value: Fraction) -> str:
    """A number in full, with a point; rounded only where it has no end."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{exact:f}".rstrip("0").rstrip(".") if "." in f"{exact:f}" else f"{exact:f}"


def points_text(value: Fraction) -> str:
    """Points with two places at most."""
    return decimal_text(Fraction(round(value * 100), 100))


def checked(question: Raw) -> None:
    """Raises NotAsked where an editor could not save the question as it stands."""
    value = dict(question["value"])
    if not value["stem"]:
        raise NotAsked(_("It has no words."))
    # Pictures have no row yet; that they can be read was looked at when they were found.
    value["stem"] = [part for part in value["stem"] if part["type"] != "image"]
    if len(value["stem"]) < len(question["value"]["stem"]) and not value["stem"]:
        value["stem"] = [{"type": "text", "value": "<p>…</p>", "id": str(uuid.uuid4())}]
    block = BLOCKS[question["type"]]
    try:
        block.clean(block.to_python(value))
    except ValidationError as error:
        raise NotAsked("; ".join(dict.fromkeys(_sentences(error, block)))) from error


def _sentences(error: Any, block: Any) -> Iterator[str]:
    """The messages in a tree of errors, each with the name of its field."""
    if isinstance(error, StructBlockValidationError):
        for name, inner in error.block_errors.items():
            field_ = block.child_blocks[name]
            for sentence in _sentences(inner, field_):
                yield f"{field_.label}: {sentence}"
    elif isinstance(error, ListBlockValidationError):
        inners = error.block_errors
        for inner in inners.values() if isinstance(inners, dict) else inners:
            if inner is not None:
                yield from _sentences(inner, block.child_block)
    elif isinstance(error, ValidationError) and not isinstance(error, StreamBlockValidationError):
        yield from error.messages
    if isinstance(error, StreamBlockValidationError) and error.block_errors:
        yield _("a part of it cannot be shown")
    yield from map(str, getattr(error, "non_block_errors", None) or ())


def add(
    into: Questions, question: Raw, kind: str, name: str, place: str, notes: Iterable[str]
) -> None:
    """Take a question in, or report why it cannot be asked here."""
    _bound(into)
    try:
        if len(into.blocks) >= MOST_QUESTIONS:
            raise NotAsked(_("more than %s questions in one file") % MOST_QUESTIONS)
        checked(question)
    except NotAsked as why:
        report(into, kind, name, place, str(why))
        return
    into.blocks.append(question)
    told = "; ".join(dict.fromkeys(notes))
    into.account.add(Kind.CONVERTED if told else Kind.IMPORTED, kind, name, place, told)


def report(into: Questions, kind: str, name: str, place: str, reason: str) -> None:
    _bound(into)
    into.account.add(Kind.REPORTED, kind, name, place, reason)


def _bound(into: Questions) -> None:
    if into.account.found.total() >= MOST_FOUND:
        raise SourceRefused(_("There are more than %s questions in one file.") % MOST_FOUND)


def adds_up(made: Questions) -> bool:
    """Every question taken in or reported, and each counted once."""
    kinds = [finding.kind for finding in made.account.findings]
    came = kinds.count(Kind.IMPORTED) + kinds.count(Kind.CONVERTED)
    return came == len(made.blocks) and made.account.found.total() == came + kinds.count(
        Kind.REPORTED
    )
