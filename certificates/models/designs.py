"""What a certificate looks like, as written in the editor."""

import uuid
from typing import Any

from django.contrib.contenttypes.fields import GenericRelation
from django.core.validators import RegexValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock
from wagtail.models import DraftStateMixin, LockableMixin, PreviewableMixin, RevisionMixin

from core.streamfield import SlimStreamField
from core.text import one_line

MOST_SIGNATORIES = 3
COLOUR = RegexValidator(r"\A#[0-9a-f]{6}\Z", _("Write a colour as # and six digits, e.g. #1e3a5f."))


class SignatoryBlock(blocks.StructBlock):
    """Somebody who signs."""

    name = blocks.CharBlock(label=_("Name"), max_length=100)
    role = blocks.CharBlock(label=_("Role"), max_length=100, required=False)
    image = ImageChooserBlock(
        label=_("Signature"),
        required=False,
        help_text=_("A picture of it, best with a transparent background."),
    )

    class Meta:
        label = _("Signatory")
        icon = "user"


class CertificateDesign(
    DraftStateMixin, LockableMixin, RevisionMixin, PreviewableMixin, models.Model
):
    """A certificate's looks and texts. A release freezes it: certificates keep what they got."""

    class Size(models.TextChoices):
        A4 = "a4", _("A4")
        LETTER = "letter", _("Letter")

    class Orientation(models.TextChoices):
        LANDSCAPE = "landscape", _("Landscape")
        PORTRAIT = "portrait", _("Portrait")

    class Style(models.TextChoices):
        CLASSIC = "classic", _("Classic: a frame with ornaments")
        MODERN = "modern", _("Modern: a band of colour")
        PLAIN = "plain", _("Plain: much space, fine lines")

    class Corner(models.TextChoices):
        LEFT = "left", _("Bottom left")
        CENTRE = "centre", _("Bottom centre")
        RIGHT = "right", _("Bottom right")

    lineage = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(
        _("name of the design"), max_length=120, help_text=_("For editors; it is not printed.")
    )
    size = models.CharField(_("paper"), max_length=8, choices=Size.choices, default=Size.A4)
    orientation = models.CharField(
        _("orientation"),
        max_length=10,
        choices=Orientation.choices,
        default=Orientation.LANDSCAPE,
    )
    style = models.CharField(
        _("style"), max_length=10, choices=Style.choices, default=Style.CLASSIC
    )
    ink = models.CharField(_("text"), max_length=7, default="#1c1917", validators=[COLOUR])
    accent = models.CharField(_("accent"), max_length=7, default="#1e3a5f", validators=[COLOUR])
    paper = models.CharField(_("background"), max_length=7, default="#ffffff", validators=[COLOUR])
    heading = models.CharField(_("heading"), max_length=120, default="Certificate of completion")
    lead = models.CharField(
        _("above the name"), max_length=200, blank=True, default="This certifies that"
    )
    statement = models.TextField(
        _("below the name"), max_length=600, default="has completed the course\n{course}"
    )
    closing = models.TextField(
        _("at the end"), max_length=200, blank=True, default="{issuer}, {date}"
    )
    qr = models.CharField(
        _("code to scan"), max_length=8, choices=Corner.choices, default=Corner.RIGHT
    )
    serial = models.CharField(
        _("number"), max_length=8, choices=Corner.choices, default=Corner.LEFT
    )
    background = models.ForeignKey(
        "assets.Image",
        verbose_name=_("picture behind all"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    logo = models.ForeignKey(
        "assets.Image",
        verbose_name=_("logo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    signatories = SlimStreamField(
        [("signatory", SignatoryBlock())],
        verbose_name=_("signatories"),
        blank=True,
        max_num=MOST_SIGNATORIES,
    )
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    _revisions = GenericRelation(
        "wagtailcore.Revision",
        content_type_field="base_content_type",
        object_id_field="object_id",
        for_concrete_model=False,
    )

    class Meta:
        verbose_name = _("certificate design")
        verbose_name_plural = _("certificate designs")
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def revisions(self) -> Any:
        return self._revisions

    def clean(self) -> None:
        self.title = one_line(self.title)
        super().clean()

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        from certificates.authoring import samples

        return samples.MODES

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        from certificates.authoring import previews

        return previews.of_design(self, request, mode_name)
