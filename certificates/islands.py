"""What certificates put on pages of lower layers."""

from typing import Any

from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from core import slots
from course_pages.outline import Outline


@slots.fill("account.menu")
def menu(context: Context, about: Any) -> SafeString:
    return SafeString(render_to_string("certificates/_menu_link.html"))


@slots.fill("account.nav")
def nav(context: Context, path: str) -> SafeString:
    return SafeString(render_to_string("certificates/_nav_link.html", {"path": path}))


@slots.fill("course.completed")
def completed(context: Context, outline: Outline) -> SafeString:
    """The way to what one gets for a course, where it gives something; no query."""
    if outline.certificate is None:
        return SafeString("")
    return SafeString(render_to_string("certificates/_completed_link.html"))
