"""What is wrong with questions, in words that name the question and the field."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail import blocks

# The code of a message that speaks of its question as a whole and needs no field's name.
WHOLE = "question"


def place(number: int, kind: Any) -> str:
    """How people call the nth question."""
    return _("Question %(number)s (%(kind)s)") % {"number": number, "kind": kind}


def of_stream(stream: blocks.StreamValue, errors: Iterable[ValidationError]) -> Iterator[str]:
    """Lines like "Question 3 (Single choice): Mark exactly one choice as right."."""
    for error in errors:
        if not hasattr(error, "block_errors"):
            yield from error.messages
            continue
        yield from map(str, error.non_block_errors)  # type: ignore[attr-defined]
        for index, inner in sorted(error.block_errors.items()):
            child = stream[index]
            where = place(index + 1, child.block.label)
            yield from (f"{where}: {words}" for words in of_block(child.block, child.value, inner))


def of_block(block: blocks.Block, value: Any, error: ValidationError) -> Iterator[str]:
    """The messages of one block's error, as in "Choices 2, Choice: This field is required."."""
    for names, words in _named(block, value, error, ()):
        yield f"{', '.join(names)}: {words}" if names else words


def _named(
    block: blocks.Block, value: Any, error: ValidationError, names: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    if not hasattr(error, "block_errors"):
        names = () if getattr(error, "code", None) == WHOLE else names
        yield from ((names, words) for words in error.messages)
        return
    yield from ((names, str(words)) for words in error.non_block_errors)  # type: ignore[attr-defined]
    for key, inner in error.block_errors.items():
        if isinstance(block, blocks.StructBlock):
            child = block.child_blocks[key]
            yield from _named(child, value[key], inner, (*names, str(child.label)))
        elif isinstance(block, blocks.ListBlock):
            *before, last = names
            yield from _named(block.child_block, value[key], inner, (*before, f"{last} {key + 1}"))
        else:
            part = value[key]
            yield from _named(part.block, part.value, inner, (*names, str(part.block.label)))
