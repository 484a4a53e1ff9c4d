"""Named places in templates of lower layers that apps above fill.

A filler takes the template context and the thing the slot is about, and returns safe HTML.
"""

from collections.abc import Callable
from typing import Any

from django.template.context import Context
from django.utils.safestring import SafeString, mark_safe

Filler = Callable[[Context, Any], SafeString]

_fillers: dict[str, list[Filler]] = {}


def fill(name: str) -> Callable[[Filler], Filler]:
    """Register a filler; call from an app's `ready()`. Several fillers follow one another."""

    def register(function: Filler) -> Filler:
        functions = _fillers.setdefault(name, [])
        if function not in functions:
            functions.append(function)
        return function

    return register


def render(name: str, context: Context, about: Any = None) -> SafeString:
    """What fills the slot; nothing when nobody does."""
    return mark_safe("".join(function(context, about) for function in _fillers.get(name, [])))  # noqa: S308
