"""Pictures."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from core.blocks.choosers import ImageChooserBlock

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
        preview_template = "blocks/previews/image.html"
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


class GalleryImageBlock(blocks.StructBlock):
    """One picture of several."""

    image = ImageChooserBlock(label=_("Image"))
    alt = blocks.CharBlock(
        label=_("Description of the picture"),
        max_length=500,
        help_text=_("What somebody who cannot see the picture needs to know."),
    )
    caption = blocks.CharBlock(
        label=_("Caption"),
        required=False,
        max_length=500,
        help_text=_("Stands below the picture for everybody."),
    )

    class Meta:
        label = _("Picture")
        icon = "image"


class GalleryBlock(blocks.StructBlock):
    """Pictures side by side; each opens large."""

    images = blocks.ListBlock(GalleryImageBlock(), label=_("Pictures"), min_num=1, max_num=60)
    caption = blocks.CharBlock(
        label=_("Caption of all"),
        required=False,
        max_length=500,
        help_text=_("What the pictures have in common."),
    )

    class Meta:
        label = _("Gallery")
        icon = "grid"
        group = MEDIA
        template = "blocks/gallery.html"
        preview_template = "blocks/previews/gallery.html"
        description = _("Several pictures side by side; a click shows one large.")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        pictures = [item["image"] for item in value["images"] if item["image"] is not None]
        # One query for the sizes of all pictures instead of two for each.
        prefetch_related_objects(pictures, "renditions")
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        return context
