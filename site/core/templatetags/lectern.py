"""Template tags of the whole site."""

from typing import Any

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from core import formulas as tex
from core import slots

register = template.Library()


@register.simple_tag(takes_context=True)
def slot(context: Context, name: str, about: Any = None) -> SafeString:
    """`{% slot 'course.enrol' page %}`: what apps above put here."""
    return slots.render(name, context, about)


@register.filter
def formulas(rich_text: Any) -> SafeString:
    r"""`{{ value|richtext|formulas }}`: `\(…\)` and `\[…\]` in rich text as formulas."""
    return tex.in_rich_text(str(rich_text))
