"""Aiken: a question on its lines, `A.` or `A)` before each choice, `ANSWER: A` at the end."""

import re

from django.utils.translation import gettext as _

from assessments.importing.made import Maker, NotAsked, Questions, add, report
from assessments.importing.words import Words, paragraph
from course_pages.importing.folder import SourceFolder

CHOICE = re.compile(r"([A-Z])[.)]\s+(.+)")
ANSWER = re.compile(r"ANSWER:\s*([A-Z])\s*", re.IGNORECASE)


def is_aiken(text: str) -> bool:
    return any(ANSWER.fullmatch(line.strip()) for line in text.splitlines())


def read(text: str, title: str, folder: SourceFolder, maker: Maker) -> Questions:
    """All questions of the file, in its order."""
    into = Questions(title)
    stem: list[str] = []
    choices: list[tuple[str, str]] = []
    start = 1

    def finish(right: str) -> None:
        words = Words(folder)
        name, place = " ".join(stem)[:80], _("line %s") % start
        try:
            if right not in dict(choices):
                raise NotAsked(
                    _("it names no choice as its answer")
                    if not right
                    else _("its answer %s is none of its choices") % right
                )
            made = [
                {"text": words.inline(paragraph(text)), "correct": letter == right}
                for letter, text in choices
            ]
            question = maker.question(
                "single", words.stem(paragraph("\n".join(stem))), choices=maker.choices(made)
            )
            add(into, question, "multichoice", name, place, words.notes)
        except NotAsked as why:
            report(into, "multichoice", name, place, str(why))
        stem.clear()
        choices.clear()

    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line:
            continue
        if not stem:
            start = number
        if answer := ANSWER.fullmatch(line):
            finish(answer[1].upper())
        elif (choice := CHOICE.fullmatch(line)) and stem:
            choices.append((choice[1], choice[2]))
        else:
            if choices:
                # A new question begins, and the one before it named no answer.
                finish("")
                start = number
            stem.append(line)
    if stem or choices:
        finish("")
    return into
