"""Links to pages of this site and to others."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

# A page as a snapshot names it: by lineage, put in place by the outline that is being read.
LINEAGE = re.compile(r"lineage:[0-9a-f-]{36}")
# Browsers leave these out when they read an address.
UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\\]")


def is_safe_link(value: str) -> bool:
    """A path of this site (`/courses/`), a place on the page (`#faq`), http(s), mailto or tel."""
    if not value or UNSEEN.search(value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    inside = value.startswith(("/", "#")) and not value.startswith("//")
    outside = parts.scheme in {"http", "https"} and bool(parts.netloc)
    return inside or outside or parts.scheme in {"mailto", "tel"}


def is_web_address(value: str) -> bool:
    """An address of another site that may stand in a link."""
    return is_safe_link(value) and value[:8].lower().startswith(("http://", "https://"))


def validate_link(value: str) -> None:
    if not is_safe_link(value):
        raise ValidationError(
            _("Give a path such as /courses/ or an address that begins with https://."), code="link"
        )


class LinkBlock(blocks.CharBlock):
    """A destination: a path of this site or a web address."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"max_length": 500, "validators": [validate_link]} | kwargs))


class ButtonBlock(blocks.StructBlock):
    """One thing to do next: a page of this site, or an address."""

    label = blocks.CharBlock(
        label=_("Words on the button"),
        max_length=60,
        help_text=_("Say what happens: “Open the practice sheet”, not “Click here”."),
    )
    page = blocks.PageChooserBlock(
        label=_("Leads to this page"),
        required=False,
        help_text=_("In a lesson: another lesson of the course. It may be renamed and moved."),
    )
    url = LinkBlock(
        label=_("Or to this address"),
        required=False,
        help_text=_("For everything else, for example https://example.org/."),
    )

    class Meta:
        label = _("Button")
        icon = "link"
        group = _("Practice")
        template = "blocks/button.html"
        description = _("A button that leads to another lesson or to a web address.")
        preview_value = {"label": _("Open the practice sheet"), "url": "/courses/", "page": None}

    def clean(self, value: Any) -> Any:
        result = super().clean(value)
        empty_draft = self.is_deferred_validation and not result["page"] and not result["url"]
        if bool(result["page"]) == bool(result["url"]) and not empty_draft:
            message = (
                _("Choose a page or give an address, not both.")
                if result["page"]
                else _("Choose a page or give an address.")
            )
            raise blocks.StructBlockValidationError(
                block_errors={"url": ValidationError(message, code="destination")}
            )
        return result

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        return context | {"href": _href(value, parent_context)}


def _href(value: Any, parent_context: Any) -> str:
    """Where the button leads; nothing for a page that is gone or not published."""
    url = value.get("url") or ""
    if parent_context and parent_context.get("behind_door") and LINEAGE.fullmatch(url):
        return str(url)
    if is_safe_link(url):
        return str(url)
    page = value.get("page")
    return (page.get_url() or "") if page is not None and page.live else ""
