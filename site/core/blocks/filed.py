"""Films and recordings that are documents: lessons had them so, public pages' recordings are."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from core.blocks.choosers import DocumentChooserBlock, ImageChooserBlock
from core.blocks.files import EmbedValue, file_href
from core.blocks.media import MEDIA
from core.blocks.text import RICH_TEXT


class FiledVideoBlock(blocks.StructBlock):
    """A film as lessons had it before there were videos: only to show what was released then."""

    title = blocks.CharBlock()
    file = DocumentChooserBlock(required=False)
    url = blocks.URLBlock(required=False)
    poster = ImageChooserBlock(required=False)
    captions = DocumentChooserBlock(required=False)
    transcript = blocks.TextBlock(required=False)

    class Meta:
        template = "blocks/filed_video.html"
        value_class = EmbedValue

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        return context | {
            "href": file_href(value["file"], parent_context),
            "captions_href": file_href(value["captions"], parent_context),
        }


class FiledAudioBlock(blocks.StructBlock):
    """A recording of a public page, where anybody may fetch its file."""

    title = blocks.CharBlock(label=_("Title"), max_length=200)
    file = DocumentChooserBlock(
        label=_("Sound file"), required=False, help_text=_("An MP3, M4A, OGG or WAV file.")
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
        help_text=_("What is said, for those who cannot hear it or would rather read."),
    )

    class Meta:
        label = _("Audio")
        icon = "media"
        group = MEDIA
        template = "blocks/filed_audio.html"
        value_class = EmbedValue
        preview_template = "blocks/previews/audio.html"
        description = _("A recording to listen to, with its transcript.")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        return context | {"href": file_href(value["file"], parent_context)}

    def clean(self, value: Any) -> Any:
        result = super().clean(value)
        if not result["file"] and not result["url"] and not self.is_deferred_validation:
            raise blocks.StructBlockValidationError(
                block_errors={
                    "file": ValidationError(_("Choose a file or give an address."), code="required")
                }
            )
        return result
