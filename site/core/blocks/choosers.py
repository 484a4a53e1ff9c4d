"""Choosers that do not ask twice for what was chosen."""

from typing import Any

from wagtail.documents import blocks as documents
from wagtail.images import blocks as images


class InHand:
    """Checks a chosen thing without reading it again.

    Wagtail's choosers ask the database for the thing once more, block by block; a release checks
    hundreds of lessons, whose chosen things it has read by one query.
    """

    model_class: Any

    def clean(self, value: Any) -> Any:
        if isinstance(value, self.model_class):
            return value
        return super().clean(value)  # type: ignore[misc]


class ImageChooserBlock(InHand, images.ImageChooserBlock):
    pass


class DocumentChooserBlock(InHand, documents.DocumentChooserBlock):
    pass
