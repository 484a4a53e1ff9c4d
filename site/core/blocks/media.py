"""Pictures."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

MEDIA = _("Media")


class ImageBlock(blocks.StructBlock):
    """A picture with the words that stand for it where it cannot be seen."""

    image = ImageChooserBlock(label=_("Image"))
    alt = blocks.CharBlock(
        label=_("Description of the picture"),
        required=False,
        max_length=500,
        help_text=_("What somebody who cannot see the picture needs to know."),
    )
    decorative = blocks.BooleanBlock(
        label=_("Only decoration"),
        required=False,
        help_text=_("The picture says nothing that the text does not."),
    )
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=500)
    width = blocks.ChoiceBlock(
        label=_("Width"),
        choices=[("text", _("As wide as the text")), ("wide", _("Wider"))],
        default="text",
    )

    class Meta:
        label = _("Image")
        icon = "image"
        group = MEDIA
        template = "blocks/image.html"
        description = _("A picture with description and caption.")

    def clean(self, value: Any) -> Any:
        result = super().clean(value)
        described = result["decorative"] or result["alt"].strip()
        # A draft may still lack it, as it may lack what is required.
        if not described and not self.is_deferred_validation:
            raise blocks.StructBlockValidationError(
                block_errors={
                    "alt": ValidationError(
                        _("Describe the picture, or tick “Only decoration”."), code="alt_required"
                    )
                }
            )
        return result
