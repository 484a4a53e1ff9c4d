"""GIFT, Moodle's text format for questions.

Read as Moodle reads it: questions are separated by blank lines, the first `{…}` holds the answers,
and what stands behind it makes a missing-word question. Anything else is reported, not guessed.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from assessments.importing.made import (
    Maker,
    NotAsked,
    Questions,
    Raw,
    add,
    decimal_text,
    percent,
    report,
)
from assessments.importing.words import Words, markdown, paragraph, perhaps_html
from assessments.questions import numbers
from course_pages.importing.description import Block
from course_pages.importing.folder import SourceFolder
from course_pages.importing.richtext import to_plain

# Escaped signs wait in Unicode's private area until the text has been taken apart.
ESCAPED = {sign: chr(0xE000 + index) for index, sign in enumerate("~=#{}:\\*n")}
BACK = {there: ("\n" if sign == "n" else sign) for sign, there in ESCAPED.items()}
# In an accepted answer `*` is any text; one that was escaped is a star.
STAR = ESCAPED["*"]
NAME = re.compile(r"\s*::(.*?)::", re.DOTALL)
FORMAT = re.compile(r"\s*\[(html|markdown|moodle|plain)\]", re.IGNORECASE)
WEIGHT = re.compile(r"\s*%(-?\d{1,3}(?:\.\d+)?)%")
TAGGED = re.compile(r"\[tag:([^\]\n]{1,100})\]")
TRUE, FALSE = {"T", "TRUE"}, {"F", "FALSE"}
BLANK = "_____"


@dataclass
class _Piece:
    """One answer: what marks it, its weight where it has one, its text and what is said to it."""

    sign: str
    weight: Fraction | None
    text: str
    feedback: str


@dataclass
class _Entry:
    """The lines of one question."""

    line: int
    lines: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    category: str = ""


def is_gift(text: str) -> bool:
    return bool(re.search(r"\{[^}]*\}", text)) or "$CATEGORY:" in text


def read(text: str, title: str, folder: SourceFolder, maker: Maker) -> Questions:
    """All questions of the file, in its order."""
    into = Questions(title)
    for entry in _entries(text):
        _read_one(entry, into, folder, maker)
    into.images = dict(folder.images)
    return into


def _entries(text: str) -> list[_Entry]:
    entries: list[_Entry] = []
    current: _Entry | None = None
    category, tags = "", []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if line.startswith("//"):
            tags += TAGGED.findall(line)
            continue
        if not line:
            current = None
            continue
        if line.upper().startswith("$CATEGORY:") and current is None:
            category = _category(line.split(":", 1)[1])
            continue
        if current is None:
            current = _Entry(number, tags=tags, category=category)
            tags = []
            entries.append(current)
        current.lines.append(line)
    return entries


def _category(path: str) -> str:
    """The last name of the path, without the words that Moodle puts before it."""
    parts = [part.strip() for part in re.split(r"(?<!/)/(?!/)", path)]
    own = [part for part in parts if part and part != "top" and not part.startswith("$")]
    return own[-1].replace("//", "/") if own else ""


def _hidden(text: str) -> str:
    return re.sub(r"\\([~=#{}:\\*n])", lambda found: ESCAPED[found[1]], text)


def _shown(text: str) -> str:
    return "".join(BACK.get(sign, sign) for sign in text)


def _read_one(entry: _Entry, into: Questions, folder: SourceFolder, maker: Maker) -> None:
    text = _hidden("\n".join(entry.lines))
    name = ""
    if named := NAME.match(text):
        name, text = _shown(named[1]).strip(), text[named.end() :]
    place = _("line %s") % entry.line
    words = Words(folder)
    kind = "question"
    try:
        format_, text = _format(text, "moodle")
        before, inside, after = _parts(text)
        name = name or to_plain(_html(before, format_))[:80]
        inside, general = _general(inside)
        kind = _kind(inside)
        tags = ", ".join(
            dict.fromkeys(tag.replace(",", " ").strip() for tag in [entry.category, *entry.tags])
        )
        shared = {
            "feedback": words.rich(_html(*reversed(_format(general, format_)))),
            "tags": tags.strip(", ")[:200],
        }
        question = READERS[kind](_Given(before, inside, after, format_, words, maker))
        question["value"].update(shared)
        question["value"]["stem"] += [
            {"type": b.type, "value": b.value, "id": maker.id()} for b in words.extras
        ]
        add(into, question, kind, name, place, words.notes)
    except NotAsked as why:
        report(into, kind, name, place, str(why))


def _format(text: str, inherited: str) -> tuple[str, str]:
    if found := FORMAT.match(text):
        return found[1].lower(), text[found.end() :]
    return inherited, text


def _html(text: str, format_: str) -> str:
    """The words of a part as HTML that still has to be sanitised."""
    text = _shown(text).strip()
    if format_ == "html":
        return text
    if format_ == "markdown":
        return markdown(text)
    # Lines are wrapped anywhere in such files; a break that is meant is written \n.
    return paragraph(text) if format_ == "plain" else perhaps_html(text)


def _joined(text: str, format_: str) -> str:
    return text if format_ in {"html", "markdown"} else text.replace("\n", " ")


def _parts(text: str) -> tuple[str, str, str]:
    start, end = text.find("{"), text.find("}")
    if start < 0 and end < 0:
        raise NotAsked(_("a description: it asks nothing"))
    if start < 0 or end < start:
        raise NotAsked(_("its braces do not match; those in its words need a backslash"))
    before, inside, after = text[:start], text[start + 1 : end], text[end + 1 :]
    if re.search(r"[{}]", inside + after):
        raise NotAsked(_("its braces do not match; those in its words need a backslash"))
    return before, inside.strip(), after


def _general(inside: str) -> tuple[str, str]:
    if "####" not in inside:
        return inside, ""
    answers, general = inside.rsplit("####", 1)
    return answers.strip(), general.strip()


def _kind(inside: str) -> str:
    """As Moodle decides."""
    if not inside:
        return "essay"
    if inside.startswith("#"):
        return "numerical"
    if "~" in inside:
        return "multichoice"
    if "=" in inside and "->" in inside:
        return "matching"
    word = inside.split("#", 1)[0].strip().upper()
    return "truefalse" if word in TRUE | FALSE else "shortanswer"


@dataclass
class _Given:
    """What a reader of one kind has in hand."""

    before: str
    inside: str
    after: str
    format: str
    words: Words
    maker: Maker

    def stem(self) -> list[Block]:
        """What is asked; a missing word is a blank in it."""
        text = self.before
        if self.after.strip():
            text = f"{self.before.rstrip()} {BLANK} {self.after.strip()}"
        return self.words.stem(_html(_joined(text, self.format), self.format))

    def rich(self, text: str) -> str:
        format_, rest = _format(text, self.format)
        return self.words.rich(_html(_joined(rest, format_), format_)) if rest.strip() else ""

    def choice(self, text: str) -> str:
        format_, rest = _format(text, self.format)
        if not rest.strip():
            raise NotAsked(_("a choice has no words; signs like # in them need a backslash"))
        return self.words.inline(_html(_joined(rest, format_), format_))

    def plain(self, text: str) -> str:
        format_, rest = _format(text, self.format)
        return self.words.plain(_html(_joined(rest, format_), format_))


def _pieces(inside: str, signs: str) -> list[_Piece]:
    """The answers, each begun by one of the signs."""
    found = re.split(f"([{signs}])", inside)
    # What stands before the first sign is an answer of its own, as in Moodle.
    found = [signs[0], *found] if found[0].strip() else found[1:]
    pieces = []
    for sign, text in zip(found[::2], found[1::2], strict=True):
        weight, rest = _weight(text)
        words, __, feedback = rest.partition("#")
        pieces.append(_Piece(sign, weight, words.strip(), feedback.strip()))
    return pieces


def _weight(text: str) -> tuple[Fraction | None, str]:
    if found := WEIGHT.match(text):
        return Fraction(Decimal(found[1])) / 100, text[found.end() :]
    return None, text


def _worth(share: Fraction) -> str:
    if not -1 <= share <= 1:
        raise NotAsked(_("a weight is not between -100 and 100 percent"))
    return percent(share)


def _essay(given: _Given) -> Raw:
    return given.maker.question("long", given.stem())


def _truefalse(given: _Given) -> Raw:
    word, *said = given.inside.split("#")
    answer = "true" if word.strip().upper() in TRUE else "false"
    # The first is said to those who are wrong, the second to those who are right.
    wrong, right = (*(given.rich(one) for one in said[:2]), "", "")[:2]
    on_true, on_false = (right, wrong) if answer == "true" else (wrong, right)
    return given.maker.question(
        "truefalse", given.stem(), answer=answer, feedback_true=on_true, feedback_false=on_false
    )


def _multichoice(given: _Given) -> Raw:
    pieces = _pieces(given.inside, "~=")
    if any(piece.sign == "=" for piece in pieces):
        return _single(given, pieces)
    made = [
        {
            "text": given.choice(piece.text),
            "correct": (piece.weight or 0) > 0,
            "feedback": given.rich(piece.feedback),
            "worth": _worth(piece.weight or Fraction(0)),
        }
        for piece in pieces
    ]
    if not any(one["correct"] for one in made):
        raise NotAsked(_("none of its choices is right"))
    choices = given.maker.choices(made)
    return given.maker.question("multiple", given.stem(), choices=choices, scoring="worth")


def _single(given: _Given, pieces: list[_Piece]) -> Raw:
    made: list[dict[str, object]] = []
    for piece in pieces:
        right = piece.sign == "="
        first = right and not any(one["correct"] for one in made)
        share = Fraction(1) if right else piece.weight or Fraction(0)
        if right and not first:
            given.words.notes.append(_("more than one choice is right: the others earn 100 %"))
        made.append(
            {
                "text": given.choice(piece.text),
                "correct": first,
                "feedback": given.rich(piece.feedback),
                "worth": "" if share == first else _worth(share),
            }
        )
    return given.maker.question("single", given.stem(), choices=given.maker.choices(made))


def _shortanswer(given: _Given) -> Raw:
    pieces = _pieces(given.inside, "=")
    texts = [given.plain(piece.text.replace("*", STAR)) for piece in pieces]
    pattern = any("*" in piece.text for piece in pieces)
    if pattern and any(STAR in piece.text for piece in pieces):
        raise NotAsked(_("an answer has both a star and a * for any text"))
    plain = not pattern and all(p.weight in (None, 1) and not p.feedback for p in pieces)
    if given.after.strip() and plain and not any(re.search(r"[\[\]|]", text) for text in texts):
        return _blanks(given, texts)
    answers = [
        {
            "text": text,
            "feedback": given.rich(piece.feedback),
            "worth": "" if piece.weight in (None, 1) else _worth(piece.weight or Fraction(0)),
        }
        for piece, text in zip(pieces, texts, strict=True)
    ]
    return given.maker.question(
        "short", given.stem(), answers=given.maker.listed(answers), pattern=pattern
    )


def _blanks(given: _Given, texts: list[str]) -> Raw:
    """A missing word: the sentence with its gap."""
    before, after = (
        given.plain(one).replace("[", "(").replace("]", ")") for one in (given.before, given.after)
    )
    given.words.notes.clear()
    gap = f"[{'|'.join(dict.fromkeys(texts))}]"
    joiner = "" if after[:1] in set(".,;:!?)") else " "
    return given.maker.question(
        "blanks",
        [Block("text", paragraph(_("Fill in the missing word.")))],
        text=f"{before} {gap}{joiner}{after}".strip(),
    )


def _matching(given: _Given) -> Raw:
    pairs, extras = [], []
    for piece in _pieces(given.inside, "="):
        text = piece.text if not piece.feedback else f"{piece.text}#{piece.feedback}"
        left, arrow, right = text.partition("->")
        if not arrow:
            raise NotAsked(_("one of its pairs has no “->”"))
        left, right = given.plain(left), given.plain(right)
        if left:
            pairs.append({"left": left, "right": right})
        else:
            extras.append(right)
    return given.maker.question(
        "match",
        given.stem(),
        pairs=given.maker.listed(pairs),
        extras=given.maker.listed(extras),
    )


def _numerical(given: _Given) -> Raw:
    inside, __, otherwise = given.inside[1:].partition("~")
    if otherwise.strip():
        given.words.notes.append(_("what is said to every other answer is left out"))
    answers = []
    for piece in _pieces(inside, "="):
        value, tolerance = _number(_shown(piece.text))
        share = Fraction(1) if piece.weight is None else piece.weight
        answers.append(
            {
                "value": value,
                "tolerance": tolerance,
                "kind": "absolute",
                "feedback": given.rich(piece.feedback),
                "worth": "" if share == 1 else _worth(share),
            }
        )
    return given.maker.question("number", given.stem(), answers=given.maker.listed(answers))


def _number(text: str) -> tuple[str, str]:
    """A value and how far off one may be, of `3`, `3:2` or `1..5`."""
    parts = text.split("..") if ".." in text else text.split(":")
    read = [numbers.parse(part) for part in parts]
    if len(read) > 2 or None in read:
        raise NotAsked(_("“%s” is no number") % text[:60])
    first, *rest = (Fraction(one) for one in read if one is not None)
    if not rest:
        return decimal_text(first), ""
    if ".." in text:
        low, high = min(first, rest[0]), max(first, rest[0])
        return decimal_text((low + high) / 2), decimal_text((high - low) / 2)
    return decimal_text(first), decimal_text(abs(rest[0]))


READERS = {
    "essay": _essay,
    "truefalse": _truefalse,
    "multichoice": _multichoice,
    "shortanswer": _shortanswer,
    "matching": _matching,
    "numerical": _numerical,
}
