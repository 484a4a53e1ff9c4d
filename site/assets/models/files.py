"""Pictures and documents."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager
from wagtail.documents.models import AbstractDocument
from wagtail.images.models import AbstractImage, AbstractRendition, SourceImageIOError
from wagtail.images.models import Image as WagtailImage

from assets import pictures
from assets.storage import digest_of, path_for, private_storage
from core import snapshots
from core.fields import ExactCharField

# Wagtail's own models have these fields too; here the names from the other side do not clash.


def tags_as(related_name: str) -> TaggableManager:
    return TaggableManager(
        help_text=None, blank=True, verbose_name=_("tags"), related_name=related_name
    )


def uploader_as(related_name: str) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("uploaded by user"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name=related_name,
    )


class Image(AbstractImage):
    """A picture. Its file cannot be replaced while released content shows it."""

    sha256 = ExactCharField(max_length=64, blank=True, editable=False, db_index=True)
    tags = tags_as("lectern_images")
    uploaded_by_user = uploader_as("lectern_images")

    admin_form_fields = WagtailImage.admin_form_fields

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")
        permissions = [("choose_image", "Can choose image")]

    @property
    def kept_as(self) -> tuple[Any, ...]:
        """What its sizes are made from (`{% kept %}`)."""
        point = (self.focal_point_x, self.focal_point_y)
        return (self.pk, self.file.name, *point, self.focal_point_width, self.focal_point_height)

    def get_upload_to(self, filename: str) -> str:
        self.sha256 = digest_of(self.file)
        return path_for("images", self.sha256, filename)

    def generate_rendition_file(self, *args: Any, **kwargs: Any) -> Any:
        """A file that cannot be read is a broken picture on the page, and never a broken page."""
        try:
            return super().generate_rendition_file(*args, **kwargs)
        except (OSError, SyntaxError, ValueError) as error:
            raise SourceImageIOError(f"{self.file.name}: {error}") from error

    def clean(self) -> None:
        super().clean()
        _refuse_replacement_while_pinned(self, "image")


class Rendition(AbstractRendition):
    """A picture in one size and format."""

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="rendition_once"
            ),
        ]

    @property
    def url(self) -> str:
        """Every tag, block and card asks here."""
        return pictures.provided_url(self) or str(self.file.url)


def document_path(document: "Document", filename: str) -> str:
    document.sha256 = digest_of(document.file)
    return path_for("documents", document.sha256, filename)


class Document(AbstractDocument):
    """A file. It has no public address: `documents/` and the learning door hand it out."""

    file = models.FileField(
        _("file"), upload_to=document_path, storage=private_storage, max_length=255
    )
    sha256 = ExactCharField(max_length=64, blank=True, editable=False, db_index=True)
    original_name = models.CharField(max_length=255, blank=True, editable=False)
    tags = tags_as("lectern_documents")
    uploaded_by_user = uploader_as("lectern_documents")

    admin_form_fields = ("title", "file", "collection", "tags")

    class Meta(AbstractDocument.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        permissions = [("choose_document", "Can choose document")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if is_new(self.file) and self.file.name:
            self.original_name = self.file.name.replace("\\", "/").rsplit("/", 1)[-1][:255]
        super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        _refuse_replacement_while_pinned(self, "document")

    @property
    def filename(self) -> str:
        """The name under which the file came, for the one who downloads it."""
        return self.original_name or super().filename


def is_new(file: FieldFile) -> bool:
    """Whether the field holds a file that is not stored yet."""
    return bool(file) and not getattr(file, "_committed", True)


def _refuse_replacement_while_pinned(thing: Image | Document, kind: str) -> None:
    if thing.pk and is_new(thing.file) and snapshots.is_pinned(kind, thing.pk):
        raise ValidationError(
            {
                "file": _(
                    "Learners see this file in a released lesson, so it cannot be exchanged. "
                    "Upload the new file on its own and choose it in the lesson."
                )
            }
        )
