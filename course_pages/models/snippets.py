"""Reference data: who teaches, about what, for whom."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import PreviewableMixin
from wagtail.search import index


class CatalogueFilter(models.Model):
    """What visitors narrow the catalogue down by, in the order that editors give."""

    title = models.CharField(_("title"), max_length=80, unique=True)
    slug = models.SlugField(_("address"), max_length=80, unique=True, allow_unicode=True)
    sort_order = models.PositiveIntegerField(default=0, db_index=True, editable=False)

    panels = [FieldPanel("title"), FieldPanel("slug")]

    class Meta:
        abstract = True
        ordering = ["sort_order", "title"]

    def __str__(self) -> str:
        return self.title


class Topic(CatalogueFilter):
    """What a course is about."""

    class Meta(CatalogueFilter.Meta):
        verbose_name = _("topic")
        verbose_name_plural = _("topics")


class Level(CatalogueFilter):
    """How much a course expects."""

    class Meta(CatalogueFilter.Meta):
        verbose_name = _("level")
        verbose_name_plural = _("levels")


class InstructorProfile(PreviewableMixin, index.Indexed, models.Model):
    """A teacher as the public sees one; the account is another thing."""

    name = models.CharField(_("name"), max_length=150)
    slug = models.SlugField(_("address"), max_length=150, unique=True, allow_unicode=True)
    role = models.CharField(_("what they do"), max_length=200, blank=True)
    bio = RichTextField(
        _("about them"), features=["bold", "italic", "link", "ol", "ul"], blank=True
    )
    photo = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL,
        verbose_name=_("picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    website = models.URLField(_("website"), blank=True)

    panels = [
        FieldPanel("name"),
        FieldPanel("slug"),
        FieldPanel("role"),
        FieldPanel("photo"),
        FieldPanel("bio"),
        FieldPanel("website"),
    ]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        ordering = ["name"]
        verbose_name = _("instructor")
        verbose_name_plural = _("instructors")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("course_pages:instructor", args=[self.slug])

    def get_preview_template(self, request: object, mode_name: str) -> str:
        return "course_pages/instructor.html"

    def get_preview_context(self, request: object, mode_name: str) -> dict[str, object]:
        return {"instructor": self, "courses": []}
