"""Quizzes and question banks, as their authors write them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib.contenttypes.fields import GenericRelation
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.fields import RichTextField
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    PreviewableMixin,
    RevisionMixin,
    TranslatableMixin,
    WorkflowMixin,
)
from wagtail.permissions import policy_registry
from wagtail.search import index

from assessments.blocks import BankQuestions, QuizQuestions
from assessments.blocks.parts import WORDS
from core.pages import OnlyWhatOneMayUse
from core.streamfield import SlimStreamField
from core.text import one_line
from course_pages.models import Course

MOST_QUESTIONS = 500


class AuthoredForm(OnlyWhatOneMayUse, WagtailAdminModelForm):
    """Offers one's own courses, and takes only what its author may use."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.for_user is not None and "course" in self.fields:
            offer_own_courses(self.fields["course"], self.for_user, type(self.instance))

    def _post_clean(self) -> None:
        super()._post_clean()
        if not self.is_deferred_validation:
            for name, message in self.instance.contradictions():
                self.add_error(name, message)


def offer_own_courses(field: Any, user: Any, model: type[models.Model]) -> None:
    """Let a form's course be one in which the user may write quizzes; one alone is chosen."""
    may = policy_registry.get_by_type(model)
    field.queryset = may.courses_to_write_in(user).order_by("title")
    if field.initial is None and len(field.queryset[:2]) == 1:
        field.initial = field.queryset[0].pk


class Authored(
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    TranslatableMixin,
    index.Indexed,
    models.Model,
):
    """A snippet of a course: its teachers write it, and nobody else's rights reach it."""

    course = models.ForeignKey(
        Course,
        verbose_name=_("course"),
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        help_text=_("Whose teachers may edit it."),
    )
    title = models.CharField(_("title"), max_length=200)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    _revisions = GenericRelation(
        "wagtailcore.Revision",
        content_type_field="base_content_type",
        object_id_field="object_id",
        for_concrete_model=False,
    )
    workflow_states = GenericRelation(
        "wagtailcore.WorkflowState",
        content_type_field="base_content_type",
        object_id_field="object_id",
        for_concrete_model=False,
    )
    base_form_class = AuthoredForm

    search_fields = [
        index.SearchField("title"),
        index.AutocompleteField("title"),
        index.FilterField("course"),
        index.FilterField("locale"),
        index.FilterField("live"),
    ]

    class Meta(TranslatableMixin.Meta):
        abstract = True
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def revisions(self) -> Any:
        return self._revisions

    @property
    def lineage(self) -> str:
        """Its identity across edits and translations."""
        return str(self.translation_key)

    def clean(self) -> None:
        """A title keeps its script, and loses what would act on the text around it."""
        self.title = one_line(self.title)
        super().clean()

    def contradictions(self) -> Iterator[tuple[str, Any]]:
        """Field → words, for rules that make no sense together; a draft may have them."""
        return iter(())


class QuestionBank(PreviewableMixin, Authored):
    """Questions from which quizzes draw."""

    questions = SlimStreamField(BankQuestions(), verbose_name=_("questions"), blank=True)

    class Meta(Authored.Meta):
        verbose_name = _("question bank")
        verbose_name_plural = _("question banks")

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        from assessments.authoring import previews

        return previews.of_bank(self, request)


class Counts(models.TextChoices):
    BEST = "best", _("The best attempt")
    LAST = "last", _("The last attempt")
    FIRST = "first", _("The first attempt")


class Shown(models.TextChoices):
    """When learners are told something about their attempt."""

    NEVER = "never", _("Never")
    SUBMITTED = "submitted", _("After handing in")
    PASSED = "passed", _("After passing, or when no attempt is left")
    CLOSED = "closed", _("After the quiz has closed")


class Layout(models.TextChoices):
    ALL = "all", _("All questions on one page")
    ONE = "one", _("One question on a page")


class Quiz(PreviewableMixin, Authored):
    """Questions with the rules by which they are asked. Learners get the released snapshot."""

    intro = RichTextField(_("before the start"), features=WORDS, blank=True)
    questions = SlimStreamField(QuizQuestions(), verbose_name=_("questions"), blank=True)

    pass_mark = models.PositiveSmallIntegerField(
        _("pass mark in percent"), default=60, validators=[MaxValueValidator(100)]
    )
    required = models.BooleanField(
        _("required for completion"),
        default=True,
        help_text=_("A lesson with this quiz is completed only once it is passed."),
    )
    attempts = models.PositiveSmallIntegerField(
        _("attempts"), default=0, help_text=_("How often one may try; 0 is as often as one likes.")
    )
    cooldown_minutes = models.PositiveIntegerField(
        _("minutes between attempts"), default=0, validators=[MaxValueValidator(60 * 24 * 90)]
    )
    counts = models.CharField(
        _("what counts"), max_length=8, choices=Counts.choices, default=Counts.BEST
    )
    time_limit_minutes = models.PositiveIntegerField(
        _("time limit in minutes"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(60 * 24 * 30)],
    )
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    shuffle_questions = models.BooleanField(_("shuffle questions"), default=False)
    shuffle_choices = models.BooleanField(_("shuffle choices"), default=True)
    layout = models.CharField(_("layout"), max_length=4, choices=Layout.choices, default=Layout.ALL)
    show_score = models.CharField(
        _("show the score"), max_length=10, choices=Shown.choices, default=Shown.SUBMITTED
    )
    show_answers = models.CharField(
        _("show the right answers"), max_length=10, choices=Shown.choices, default=Shown.PASSED
    )
    show_feedback = models.CharField(
        _("show feedback"), max_length=10, choices=Shown.choices, default=Shown.SUBMITTED
    )

    class Meta(Authored.Meta):
        verbose_name = _("quiz")
        verbose_name_plural = _("quizzes")

    def contradictions(self) -> Iterator[tuple[str, Any]]:
        window = None
        if self.opens_at and self.closes_at:
            window = self.closes_at - self.opens_at
            if window <= timedelta(0):
                yield "closes_at", _("It has to close after it opens.")
                return
        if self.attempts == 1 and self.cooldown_minutes:
            yield (
                "cooldown_minutes",
                _("With one attempt there is nothing to wait for: write 0, or allow more."),
            )
        elif window and timedelta(minutes=self.cooldown_minutes) >= window:
            yield (
                "cooldown_minutes",
                _("It closes before anybody may try again: write less, or close it later."),
            )
        if window and timedelta(minutes=self.time_limit_minutes or 0) > window:
            yield (
                "time_limit_minutes",
                _("It is open for less time than this: write less, or close it later."),
            )
        if not self.closes_at:
            for name in ("show_score", "show_answers", "show_feedback"):
                if getattr(self, name) == Shown.CLOSED:
                    yield (
                        name,
                        _(
                            "This quiz never closes, so nobody would ever see it: say under Rules "
                            "when it closes, or choose another moment."
                        ),
                    )

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        return [
            ("before", _("Before the start")),
            ("during", _("The questions")),
            ("after", _("The result")),
        ]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        from assessments.authoring import previews

        return previews.of_quiz(self, request, mode_name)
