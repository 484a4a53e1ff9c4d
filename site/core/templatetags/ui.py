"""Small tags and filters of the templates in `templates/`: nothing here knows the domain."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.dispatch import receiver
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.utils.autoreload import file_changed
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core.text import clock

register = template.Library()

COVERS = 10


@dataclass(frozen=True)
class Kept:
    """A component with its values, known by what they stand for."""

    template: str
    language: str
    known_by: tuple[Any, ...]
    values: dict[str, Any] = field(compare=False)


@register.simple_tag
def kept(template: str, **values: Any) -> SafeString:
    """`{% kept "components/cover.html" image=image title=title %}`: an include, rendered once.

    For components that show nothing but these values, in the reader's language. A thing that is
    no plain value tells by `kept_as` what it stands for: another one, another rendering.
    """
    # With its type: text that is safe as it stands equals text that has to be escaped.
    known_by = tuple(
        [(name, type(value), getattr(value, "kept_as", value)) for name, value in values.items()]
    )
    return _rendered(Kept(template, get_language() or "", known_by, values))


@lru_cache(maxsize=4096)
def _rendered(component: Kept) -> SafeString:
    return render_to_string(component.template, component.values)


@receiver(file_changed)
def forget_kept(**_about: Any) -> None:
    """While developing: an edited template shows without a restart."""
    _rendered.cache_clear()


register.filter(clock)


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
def exact(number: Decimal) -> str:
    """`Decimal("2.5000")` → "2.5" (or "2,5"): all its places and no more."""
    plain = number.normalize()
    return number_format(plain, decimal_pos=max(0, -int(plain.as_tuple().exponent)))


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
