"""Downloads, and content of other sites."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from core.blocks.choosers import DocumentChooserBlock
from core.blocks.links import is_web_address
from core.blocks.media import MEDIA


def file_href(document: Any, parent_context: Any) -> str:
    """Where a block's file is to be had: behind the lesson's door, else at its own address.

    Behind a door the place is a placeholder (`asset:17`) which the player fills in.
    """
    if document is None:
        return ""
    if parent_context and parent_context.get("behind_door"):
        return f"asset:{document.pk}"
    return str(document.url)


YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")
VIMEO_ID = re.compile(r"/(?:video/)?(\d{5,12})(?:/|$)")


def player_url(url: str) -> str | None:
    """The privacy-friendly player address for a page of an allowed video site, else None.

    Only https addresses of our own making are returned, so the result is safe in an iframe.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower().removeprefix("www.").removeprefix("m.")
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"}:
        return None
    if host in {"youtube.com", "youtube-nocookie.com", "youtu.be"}:
        candidates = [*parse_qs(parts.query).get("v", []), *parts.path.split("/")[1:][::-1]]
        for candidate in candidates:
            if YOUTUBE_ID.fullmatch(candidate):
                return f"https://www.youtube-nocookie.com/embed/{candidate}"
    if host in {"vimeo.com", "player.vimeo.com"} and (match := VIMEO_ID.search(parts.path)):
        return f"https://player.vimeo.com/video/{match.group(1)}"
    return None


class EmbedValue(blocks.StructValue):
    @property
    def link(self) -> str:
        """The address where it may stand in a link, else nothing."""
        url = (self.get("url") or "").strip()
        return url if is_web_address(url) else ""

    @property
    def player_url(self) -> str | None:
        """Address for the iframe, None for a site that is not allowed."""
        return player_url(self.get("url") or "")

    @property
    def site(self) -> str:
        """Host shown to the reader before anything is loaded from it."""
        return (urlsplit(self.link).hostname or "").removeprefix("www.")


class DownloadBlock(blocks.StructBlock):
    """A file to take away; handed out by the one door, never by a public address."""

    title = blocks.CharBlock(label=_("Title"), max_length=200)
    file = DocumentChooserBlock(label=_("File"))
    description = blocks.CharBlock(label=_("Description"), required=False, max_length=500)

    class Meta:
        label = _("Download")
        icon = "download"
        group = MEDIA
        template = "blocks/download.html"
        preview_template = "blocks/previews/download.html"
        description = _("A file for the learner to keep.")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        return context | {"href": file_href(value["file"], parent_context)}


class EmbedBlock(blocks.StructBlock):
    """Something of another site; nothing is loaded from there before the reader asks."""

    url = blocks.URLBlock(label=_("Address"), help_text=_("A video on YouTube or Vimeo."))
    title = blocks.CharBlock(label=_("Title"), max_length=200)

    class Meta:
        label = _("Embed")
        icon = "code"
        group = MEDIA
        template = "blocks/embed.html"
        value_class = EmbedValue
        description = _("A video from YouTube or Vimeo, loaded on click.")
        preview_value = {"url": "https://vimeo.com/76979871", "title": "A short film"}

    def clean(self, value: Any) -> Any:
        result = super().clean(value)
        empty_draft = not result["url"] and self.is_deferred_validation
        if result.player_url is None and not empty_draft:
            raise blocks.StructBlockValidationError(
                block_errors={
                    "url": ValidationError(
                        _("Only videos on YouTube and Vimeo can be shown."), code="host"
                    )
                }
            )
        return result
