"""What a new course can begin with: modules and lessons whose texts teach how to write them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True)
class Part:
    """A block of a lesson: `heading`, `text`, `tip` or `questions`."""

    kind: str
    words: Text

    @property
    def raw(self) -> dict[str, Any]:
        words = str(self.words)
        if self.kind == "heading":
            return {"type": "heading", "value": {"text": words, "level": "h2"}}
        paragraph = f"<p>{words}</p>"
        if self.kind == "tip":
            value = {"kind": "tip", "title": str(_("How to write this")), "text": paragraph}
            return {"type": "callout", "value": value}
        if self.kind == "questions":
            return {
                "type": "quiz",
                "value": {"title": str(_("Check yourself")), "text": paragraph},
            }
        return {"type": "text", "value": paragraph}


@dataclass(frozen=True)
class LessonTemplate:
    title: Text
    minutes: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class ModuleTemplate:
    title: Text
    lessons: tuple[LessonTemplate, ...]


@dataclass(frozen=True)
class CourseTemplate:
    key: str
    label: Text
    help: Text
    modules: tuple[ModuleTemplate, ...] = ()


def lesson(title: Text, minutes: int, *parts: tuple[str, Text]) -> LessonTemplate:
    return LessonTemplate(title, minutes, tuple(Part(kind, words) for kind, words in parts))


WELCOME = lesson(
    _("Welcome"),
    5,
    (
        "tip",
        _(
            "Say in three sentences whom this is for, what they can do afterwards, and how long it "
            "takes. Delete this box when you are done."
        ),
    ),
    ("heading", _("What you will be able to do")),
    ("text", _("After this course you can …")),
    ("heading", _("How it works")),
    ("text", _("There are two modules with three lessons each. Take them in order.")),
)
IDEA = lesson(
    _("The idea"),
    10,
    (
        "tip",
        _(
            "One lesson, one idea. Begin with a question or a problem that the reader knows, then "
            "give the idea that solves it."
        ),
    ),
    ("heading", _("The problem")),
    ("text", _("You have surely seen this: …")),
    ("heading", _("The idea that helps")),
    ("text", _("In one sentence: …")),
)
EXAMPLE = lesson(
    _("An example"),
    10,
    (
        "tip",
        _("Show it once, completely, with real numbers, names or pictures. Add a picture with +."),
    ),
    ("heading", _("Step by step")),
    ("text", _("First … Then … At last …")),
    ("questions", _("What would change if …?")),
)
PRACTICE = lesson(
    _("Try it yourself"),
    15,
    (
        "tip",
        _(
            "Give one task that can be done with what has been shown so far, and say how one knows "
            "that it is done."
        ),
    ),
    ("heading", _("Your task")),
    ("text", _("Take … and …")),
    ("heading", _("How you know that it works")),
    ("text", _("You are done when …")),
)
MISTAKES = lesson(
    _("What goes wrong"),
    10,
    ("tip", _("Name the two or three mistakes that everybody makes, and how to notice them.")),
    ("heading", _("The usual mistake")),
    ("text", _("It looks like …, because …")),
    ("questions", _("Which of these have you made yourself?")),
)
SUMMARY = lesson(
    _("What to keep"),
    5,
    ("tip", _("Three sentences that somebody should remember in a year. Then a way to go on.")),
    ("text", _("Remember: …")),
    ("text", _("If you want to go on, …")),
)
READING = lesson(
    _("The text"),
    20,
    (
        "tip",
        _("Put your text here; paste it from a document. A heading every few paragraphs helps."),
    ),
    ("heading", _("First heading")),
    ("text", _("Your text …")),
)
QUESTIONS = lesson(
    _("Questions about the text"),
    10,
    ("tip", _("Ask what cannot be answered by copying a sentence.")),
    ("questions", _("What is the author’s claim, and what speaks against it?")),
)

TEMPLATES = (
    CourseTemplate(
        "short",
        _("A short course"),
        _("Two modules with three lessons each, with headings and hints that help you to write."),
        (
            ModuleTemplate(_("First steps"), (WELCOME, IDEA, EXAMPLE)),
            ModuleTemplate(_("On your own"), (PRACTICE, MISTAKES, SUMMARY)),
        ),
    ),
    CourseTemplate(
        "text",
        _("A course around texts"),
        _("One module per text: something to read, then questions about it."),
        (
            ModuleTemplate(_("The first text"), (READING, QUESTIONS)),
            ModuleTemplate(_("The second text"), (READING, QUESTIONS)),
        ),
    ),
    CourseTemplate("empty", _("An empty course"), _("You add modules and lessons yourself.")),
)


def template_of(key: str) -> CourseTemplate:
    return next(one for one in TEMPLATES if one.key == key)


def body(parts: Iterable[Part]) -> list[dict[str, Any]]:
    return [part.raw for part in parts]
