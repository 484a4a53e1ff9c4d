"""Pages that are finished but for what is somebody's own.

A frame is a template rendered once, without a request: nothing of anybody can be in it. Where one's
own belongs it has holes, which are filled for each reader.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from core.context_processors import site


@dataclass(frozen=True)
class Frame:
    """Text, name of a hole, text, name of a hole, …, text."""

    parts: tuple[str, ...]

    @classmethod
    def of(cls, template: str, context: dict[str, Any], holes: Iterable[str]) -> "Frame":
        """The template with these names of its context left open."""
        mark = secrets.token_hex(8)  # no author can write it
        marked = {name: SafeString(f"{mark}{name}{mark}") for name in holes}
        return cls(tuple(render_to_string(template, site() | context | marked).split(mark)))

    def fill(self, **own: SafeString) -> SafeString:
        """The page of one reader; a hole that stays open is an error."""
        parts = list(self.parts)
        parts[1::2] = [own[name] for name in parts[1::2]]
        return mark_safe("".join(parts))  # noqa: S308 - rendered by a template, filled with safe HTML
