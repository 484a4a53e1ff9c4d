"""Small filters of the templates in `templates/`: no queries, no knowledge of the domain."""

import zlib
from collections.abc import Iterator
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

COVERS = 10


@register.filter
def duration(minutes: Any) -> str:
    """`95` → "1 h 35 min"; nothing for no time at all."""
    try:
        hours, rest = divmod(int(minutes), 60)
    except (TypeError, ValueError):
        return ""
    parts = []
    if hours:
        parts.append(_("%(hours)s h") % {"hours": hours})
    if rest:
        parts.append(_("%(minutes)s min") % {"minutes": rest})
    return " ".join(parts)


@register.filter
def lessons(count: Any) -> str:
    """`3` → "3 lessons"."""
    number = int(count or 0)
    return ngettext("%(count)s lesson", "%(count)s lessons", number) % {"count": number}


@register.filter
def initials(name: Any) -> str:
    """First letters of the first and the last word: "Mara Lindqvist" → "ML"."""
    words = str(name or "").split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def cover(title: Any) -> str:
    """Class of the drawn cover in place of a missing picture: one title, one cover."""
    return f"cover-{zlib.crc32(str(title).encode()) % COVERS}"


@register.filter
def input_type(field: BoundField) -> str:
    """Kind of control: `checkbox`, `text`, `select`, …"""
    return str(getattr(field.field.widget, "input_type", "other"))


@register.filter
def page_numbers(page: Page) -> Iterator[Any]:
    """Pages to offer around the current one, with an ellipsis for what is left out."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
