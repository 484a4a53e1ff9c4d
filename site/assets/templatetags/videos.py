"""How films are written about."""

from typing import Any

from django import template

register = template.Library()


@register.filter
def clock(milliseconds: Any) -> str:
    """`65_000` → "1:05"; nothing for a length that is not known."""
    if not milliseconds:
        return ""
    minutes, seconds = divmod(int(milliseconds) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
