"""Films and recordings."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images import get_image_model

from core.blocks.choosers import VideoChooserBlock
from core.blocks.files import EmbedValue
from core.blocks.media import MEDIA
from core.blocks.text import RICH_TEXT


class PlayedBlock(blocks.StructBlock):
    """What is chosen, or lies elsewhere.

    A lesson's snapshot has `pinned` in place of the choice: the video as it was released. It comes
    to the template by the rendering context.
    """

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        pinned = (parent_context or {}).get("pinned")
        chosen = pinned and pinned["poster"]
        poster = get_image_model().objects.filter(pk=chosen).first() if chosen else None
        title = value["title"] or (pinned or {}).get("title", "")
        return context | {"pinned": pinned, "poster": poster, "title": title}

    def clean(self, value: Any) -> Any:
        result = super().clean(value)
        if not result["video"] and not result["url"] and not self.is_deferred_validation:
            raise _refused(_("Choose a file or give an address."), "required")
        return result


def _refused(message: Any, code: str) -> blocks.StructBlockValidationError:
    return blocks.StructBlockValidationError(
        block_errors={"video": ValidationError(message, code=code)}
    )


class VideoBlock(PlayedBlock):
    """A film: an uploaded one or an address."""

    video = VideoChooserBlock("video", label=_("Video"), required=False)
    title = blocks.CharBlock(
        label=_("Title"),
        required=False,
        max_length=200,
        help_text=_("Without one the video’s own is shown."),
    )
    url = blocks.URLBlock(
        label=_("Or its address"),
        required=False,
        help_text=_("A page on YouTube or Vimeo; any other address is shown as a link."),
    )
    transcript = blocks.TextBlock(
        label=_("Transcript"),
        required=False,
        rows=4,
        help_text=_("For a film without captions; from captions one is made."),
    )

    class Meta:
        label = _("Video")
        icon = "media"
        group = MEDIA
        template = "blocks/video.html"
        preview_template = "blocks/previews/video.html"
        value_class = EmbedValue
        description = _("A film with captions, chapters and transcript.")


class AudioBlock(PlayedBlock):
    """Something to listen to, and to read for those who do not hear it."""

    video = VideoChooserBlock("audio", label=_("Recording"), required=False)
    title = blocks.CharBlock(
        label=_("Title"),
        required=False,
        max_length=200,
        help_text=_("Without one the recording’s own is shown."),
    )
    url = blocks.URLBlock(
        label=_("Or its address"),
        required=False,
        help_text=_("A recording on another site; it is shown as a link."),
    )
    transcript = blocks.RichTextBlock(
        label=_("Transcript"),
        required=False,
        features=RICH_TEXT,
        help_text=_("For a recording without captions: what is said, for those who would read."),
    )

    class Meta:
        label = _("Audio")
        icon = "media"
        group = MEDIA
        template = "blocks/audio.html"
        preview_template = "blocks/previews/audio.html"
        value_class = EmbedValue
        description = _("A recording to listen to, with its transcript.")

    def clean(self, value: Any) -> Any:
        result = super().clean(value)
        if result["video"] and result["video"].kind != "audio":
            raise _refused(_("This is a film: put it in a video block."), "kind")
        return result
