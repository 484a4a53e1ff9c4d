"""The page tree: catalogue → course → module → lesson."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Orderable, Page

from core.pages import BasePage, PageForm
from core.streamfield import SlimStreamField
from course_pages.blocks import CertificateBlock, CourseBody, LessonBody
from course_pages.models.course import LessonAddress
from course_pages.models.opening import CourseForm, DrippedPage, ModuleForm
from course_pages.models.snippets import InstructorProfile, Level, Topic
from course_pages.panels import ReleaseStatusPanel
from course_pages.permissions import InCatalogue
from course_pages.personas import Persona

RESULTS_TEMPLATE = "course_pages/_catalogue_results.html"
WITH_THE_RELEASE = _("Takes effect for learners with the next release.")


def _only_results(request: HttpRequest) -> bool:
    """Whether filters were used on the page, which takes in the new results by itself."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx and htmx.target == "catalogue-results")


class CataloguePage(InCatalogue, BasePage):
    """The list of courses."""

    parent_page_types = ["home.HomePage"]
    subpage_types = ["course_pages.CoursePage"]
    max_count = 1
    template = "course_pages/catalogue_page.html"

    content_panels = [*Page.content_panels, FieldPanel("summary")]

    class Meta:
        verbose_name = _("catalogue")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from course_pages import catalogue

        return super().get_context(request, *args, **kwargs) | catalogue.context(
            request, self.private_pages()
        )

    def get_template(self, request: HttpRequest, *args: Any, **kwargs: Any) -> str:
        return RESULTS_TEMPLATE if _only_results(request) else self.template

    def is_plain(self, request: HttpRequest) -> bool:
        """Filters and pages are few; what somebody searches for may be anything."""
        from course_pages import catalogue

        asked_as_page = "HX-Request" not in request.headers
        return (asked_as_page or _only_results(request)) and catalogue.is_one_of_few(request.GET)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().serve(request, *args, **kwargs)
        response.headers["Vary"] = "HX-Request, HX-Target"
        return response


class Sequence(models.TextChoices):
    FREE = "", _("Free: every lesson is open")
    IN_ORDER = "in_order", _("In order: each lesson waits for the required ones before it")


class CourseInstructor(Orderable):
    """An instructor named on a course's page, in order."""

    page = ParentalKey("CoursePage", on_delete=models.CASCADE, related_name="course_instructors")
    instructor = models.ForeignKey(InstructorProfile, on_delete=models.CASCADE, related_name="+")

    panels = [FieldPanel("instructor")]

    class Meta(Orderable.Meta):
        verbose_name = _("instructor")

    def __str__(self) -> str:
        return str(self.instructor)


class PreviewedAsLearner:
    """Mixin of the pages of a course: previews through the eyes of several people."""

    @property
    def preview_modes(self) -> list[tuple[str, str]]:
        return Persona.modes()

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        from course_pages import previews

        return previews.of_page(self, request, mode_name)  # type: ignore[arg-type]


class CoursePage(PreviewedAsLearner, InCatalogue, BasePage):
    """A course: its public face, and the root of its modules."""

    parent_page_types = ["course_pages.CataloguePage"]
    subpage_types = ["course_pages.ModulePage"]
    base_form_class = CourseForm
    shown_along = ("image", "level")
    template = "course_pages/course_page.html"

    image = models.ForeignKey(
        "assets.Image",
        verbose_name=_("picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    level = models.ForeignKey(
        Level,
        verbose_name=_("level"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    topics = ParentalManyToManyField(Topic, verbose_name=_("topics"), blank=True, related_name="+")
    outcomes = SlimStreamField(
        [("outcome", blocks.CharBlock(label=_("Outcome"), max_length=300))],
        verbose_name=_("what one can do afterwards"),
        blank=True,
    )
    body = SlimStreamField(CourseBody(), verbose_name=_("description"), blank=True)
    watermark = models.BooleanField(
        _("watermark"),
        default=False,
        help_text=_(
            "A learner’s e-mail address moves over the films of the course while they play. "
            "Takes effect for learners with the next release."
        ),
    )
    sequence = models.CharField(
        _("order of study"),
        max_length=16,
        choices=Sequence.choices,
        default=Sequence.FREE,
        blank=True,
    )
    needs = models.JSONField(_("needs these courses"), default=list, blank=True)
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
    )

    certificate = SlimStreamField(
        [("certificate", CertificateBlock())],
        verbose_name=_("certificate"),
        blank=True,
        max_num=1,
        help_text=_("Without one the course gives none. Takes effect with the next release."),
    )

    content_panels = [
        ReleaseStatusPanel(),
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("image"),
        FieldRowPanel(
            [FieldPanel("level"), FieldPanel("topics", widget=forms.CheckboxSelectMultiple)]
        ),
        InlinePanel("course_instructors", label=_("instructor"), heading=_("Instructors")),
        FieldPanel("outcomes"),
        FieldPanel("body"),
        MultiFieldPanel(
            [FieldPanel("sequence"), FieldPanel("needs"), FieldPanel("time_zone")],
            heading=_("Who may study what"),
            help_text=WITH_THE_RELEASE,
        ),
        FieldPanel("watermark"),
        FieldPanel("certificate"),
    ]

    class Meta:
        verbose_name = _("course")

    @property
    def default_preview_mode(self) -> str:
        return Persona.VISITOR.value

    @property
    def instructors(self) -> list[InstructorProfile]:
        """In the order of the page."""
        return [
            row.instructor for row in self.course_instructors.select_related("instructor__photo")
        ]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from course_pages import public

        return super().get_context(request, *args, **kwargs) | public.course_context(self, request)


class ModulePage(PreviewedAsLearner, InCatalogue, DrippedPage):
    """A part of a course. Has no page of its own for visitors."""

    parent_page_types = ["course_pages.CoursePage"]
    subpage_types = ["course_pages.LessonPage"]
    base_form_class = ModuleForm

    needs = models.JSONField(_("needs these modules"), default=list, blank=True)

    content_panels = [
        ReleaseStatusPanel(),
        *Page.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel(
            [FieldPanel("needs"), DrippedPage.DRIP],
            heading=_("When it opens"),
            help_text=WITH_THE_RELEASE,
        ),
    ]

    class Meta:
        verbose_name = _("module")

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        return []

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        from course_pages import public

        return public.serve_module(self, request)


class LessonForm(PageForm):
    """Adds the one question that a release asks of an edited lesson."""

    must_redo = forms.BooleanField(
        required=False,
        label=_("Learners must do this lesson again"),
        help_text=_(
            "Tick this when the lesson has changed so much that an earlier completion no longer "
            "says anything. From the next release on it is open for everyone; completed courses "
            "stay completed."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.released_era = LessonAddress.objects.filter(
            lineage=self.instance.translation_key
        ).aggregate(era=models.Max("era"))["era"]
        if self.released_era is None:
            self.fields.pop("must_redo", None)
        elif "must_redo" in self.fields:
            self.initial["must_redo"] = self.instance.era > self.released_era

    def clean_watch_percent(self) -> int:
        """What is left empty is the usual."""
        default: int = self._meta.model._meta.get_field("watch_percent").default
        return self.cleaned_data["watch_percent"] or default

    def save(self, commit: bool = True) -> Any:
        if self.released_era is not None and "must_redo" in self.fields:
            self.instance.era = self.released_era + int(self.cleaned_data["must_redo"])
        return super().save(commit=commit)


class LessonPage(PreviewedAsLearner, InCatalogue, DrippedPage):
    """A lesson. Learners see its released snapshot, never this row."""

    class Completion(models.TextChoices):
        DONE = "done", _("The learner says so")
        OPENED = "opened", _("It was opened")
        WATCHED = "watched", _("Its videos are watched")
        QUIZZES = "quizzes", _("Its quizzes are passed")
        ALL = "all", _("Its videos are watched and its quizzes are passed")

    parent_page_types = ["course_pages.ModulePage"]
    subpage_types: list[str] = []
    base_form_class = LessonForm

    section = models.CharField(
        _("section"),
        max_length=255,
        blank=True,
        help_text=_("Lessons in a row with the same section stand together."),
    )
    required = models.BooleanField(
        _("required"), default=True, help_text=_("Counts towards completing the course.")
    )
    free_preview = models.BooleanField(
        _("free preview"), default=False, help_text=_("Anybody may read it without enrolling.")
    )
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=5, help_text=_("How long it takes.")
    )
    completion = models.CharField(
        _("is completed when"),
        max_length=16,
        choices=Completion.choices,
        default=Completion.DONE,
        help_text=_("A quiz that is required for completion has to be passed in any case."),
    )
    watch_percent = models.PositiveSmallIntegerField(
        _("per cent to watch"),
        default=90,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_(
            "How much of each video counts as watched, wherever in it. The last seconds often go "
            "unplayed, so 90 is kinder than 100."
        ),
    )
    era = models.PositiveIntegerField(default=1, editable=False)
    body = SlimStreamField(LessonBody(), verbose_name=_("content"), blank=True)

    content_panels = [
        ReleaseStatusPanel(),
        *Page.content_panels,
        FieldPanel("body"),
        MultiFieldPanel(
            [
                FieldPanel("section"),
                FieldPanel("minutes"),
                FieldRowPanel([FieldPanel("completion"), FieldPanel("watch_percent")]),
                FieldRowPanel([FieldPanel("required"), FieldPanel("free_preview")]),
                DrippedPage.DRIP,
                FieldPanel("must_redo"),
            ],
            heading=_("In the course"),
            help_text=WITH_THE_RELEASE,
        ),
    ]

    class Meta:
        verbose_name = _("lesson")

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        from course_pages import public

        return super().get_sitemap_urls(request) if public.is_free_preview(self) else []

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        from course_pages import public

        return self.offered(request, public.serve_lesson(self, request))
